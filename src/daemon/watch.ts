/** The watchers in the daemon: changes go to the journal, and what got worse to the desk. */
import type { Config } from '../config/load.ts';
import type { Intent } from '../core/intent.ts';
import { loadPractices } from '../practices/catalogue.ts';
import type { AuditReport } from '../practices/contract.ts';
import { scorePractices } from '../practices/score.ts';
import { openHistory, type Change, type History } from '../watch/history.ts';
import { openTools } from '../watch/open-tools.ts';
import { CHECKS } from '../watch/registry.ts';
import { createWatcher } from '../watch/watcher.ts';
import { dated, historyFile } from './audit.ts';
import type { DaemonParts } from './parts.ts';
import { stoodOut } from './stood-out.ts';
import { packageVersion } from './version.ts';
import { silencedUntil, watchPlan } from './watch-options.ts';

export interface RunningWatch {
  /** The scorecard from what the watchers know. */
  report(): Promise<AuditReport>;
  close(): void;
}

type Parts = Pick<DaemonParts, 'journal' | 'desk' | 'telemetry' | 'now' | 'newId'>;

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Incidents that are looked through. */
const MAX_INCIDENTS = 500;

export function openWatch(config: Config, parts: Parts): RunningWatch {
  const plan = watchPlan(config);
  const history = openHistory(historyFile(config));
  const watcher = createWatcher({
    plan,
    checks: CHECKS,
    history,
    everyMs: config.watch.every,
    confirmAfterMs: config.watch.confirm_after,
    openTools: () => openTools(plan, parts.now),
    now: parts.now,
    random: Math.random,
    changed: (change) => void tell(change, config, parts),
    failed: (error) =>
      parts.telemetry.warn(
        `The watchers could not keep what they found: ${error instanceof Error ? error.message : ''} Look at the state folder.`,
      ),
  });
  parts.telemetry.gauge(
    'primum_watch_tasks',
    'Checks of the own house on the schedule.',
    () => watcher.tasks,
  );
  parts.telemetry.gauge('primum_watch_failing', 'Findings of the own house that fail.', () =>
    history.failing(),
  );
  // Lists that name one of our addresses or domains now.
  parts.desk.figures.level('listings', () => Promise.resolve(history.failing('OWN-1')));
  watcher.start();
  return {
    report: () => reportOf(config, history, parts),
    close: () => watcher.close(),
  };
}

async function reportOf(config: Config, history: History, parts: Parts): Promise<AuditReport> {
  return scorePractices({
    rows: loadPractices(),
    settings: config,
    findings: dated(history.all(), history, config, parts.now()),
    at: new Date(parts.now()).toISOString(),
    version: packageVersion(),
    decided: await decidedOf(parts),
  });
}

/** Incidents of each practice in the last day and week. */
async function decidedOf({ desk, now }: Parts) {
  const counts = new Map<string, { day: number; week: number }>();
  const incidents = await desk.incidents.list({ limit: MAX_INCIDENTS });
  for (const { practice, updatedAt } of incidents) {
    const age = now() - Date.parse(updatedAt);
    if (age > WEEK_MS) continue;
    const count = counts.get(practice) ?? { day: 0, week: 0 };
    count.week += 1;
    if (age <= DAY_MS) count.day += 1;
    counts.set(practice, count);
  }
  return counts;
}

/** Every change is an event; an alert is for what got worse and is not silenced. */
export async function tell(change: Change, config: Config, parts: Parts): Promise<void> {
  const { finding, was, drift } = change;
  const { check, practice, target, state, evidence, advice } = finding;
  const id = parts.newId();
  const at = new Date(parts.now()).toISOString();
  parts.journal.append({
    ...{ v: 1, kind: practice === 'OWN-1' ? 'listing' : 'check', id, at },
    ...{ check, practice, target, state, evidence, drift },
    ...(was === undefined ? {} : { was }),
    ...(advice === undefined ? {} : { advice }),
  });
  if (state !== 'fail' && state !== 'warn') return;
  if (silencedUntil(config, finding, parts.now()) !== undefined) return;
  const before = practice === 'OWN-1' ? await stoodOut(parts).catch(() => []) : [];
  void parts.desk.effects.start(alertOf(change, { id, at, before }));
}

function alertOf(
  { finding, drift }: Change,
  {
    id,
    at,
    before,
  }: { readonly id: string; readonly at: string; readonly before: readonly string[] },
): Intent {
  const { check, practice, target, state, evidence, advice = '' } = finding;
  const seen = drift.length > 0 ? drift : evidence;
  const texts = [...seen, ...before];
  return {
    kind: 'alert',
    cause: `watch:${check}:${practice}:${target}`,
    account: '',
    practice,
    reference: id,
    at,
    enforced: false,
    summary: `${target}: ${practice} ${state === 'fail' ? 'fails' : 'needs a look'}. ${seen[0] ?? ''}`,
    reasons: texts.map((text) => ({ signal: check, weight: 0, text })),
    done: advice,
    picture: { account: '', tenant: '', clientAddress: '', country: '', asnName: '', figures: [] },
  };
}
