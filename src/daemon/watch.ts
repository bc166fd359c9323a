/** The watchers in the daemon: changes go to the journal, and what got worse to the desk. */
import type { Config } from '../config/load.ts';
import type { Intent } from '../core/intent.ts';
import { loadPractices } from '../practices/catalogue.ts';
import type { AuditReport, DecidedCounts } from '../practices/contract.ts';
import { scorePractices } from '../practices/score.ts';
import type { Finding } from '../watch/contract.ts';
import { openHistory, type Blind, type Change, type History } from '../watch/history.ts';
import { createPace } from '../watch/pace.ts';
import { openTools } from '../watch/open-tools.ts';
import { CHECKS } from '../watch/registry.ts';
import { createWatcher, type Watcher } from '../watch/watcher.ts';
import { dated, historyFile } from './audit.ts';
import { createDecided } from './decided.ts';
import type { DaemonParts } from './parts.ts';
import { stoodOut } from './stood-out.ts';
import { packageVersion } from './version.ts';
import { silenceOf, watchPlan } from './watch-options.ts';

export interface RunningWatch {
  /** The scorecard from what the watchers know. */
  report(): Promise<AuditReport>;
  close(): void;
}

type Parts = Pick<DaemonParts, 'journal' | 'desk' | 'telemetry' | 'now' | 'newId' | 'policy'>;

/** Incidents that are looked through. */
const MAX_INCIDENTS = 500;

export function openWatch(config: Config, parts: Parts): RunningWatch {
  const plan = watchPlan(config);
  const { every, blind_after: blindAfter } = config.watch;
  // One round without an answer is no reason to wake somebody.
  const history = openHistory(historyFile(config), false, Math.max(blindAfter, 2 * every));
  forgetOthers(history, config, parts);
  // One for all rounds: what one did not ask in time is not asked beside the next.
  const pace = createPace(plan.dns.queriesPerSecond);
  const watcher = createWatcher({
    plan,
    checks: CHECKS,
    history,
    everyMs: every,
    confirmAfterMs: config.watch.confirm_after,
    openTools: () => openTools(plan, parts.now, pace),
    now: parts.now,
    random: Math.random,
    changed: (change) => void tell(change, config, parts),
    blind: (blind) => tellBlind(blind, config, parts),
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
  parts.telemetry.gauge(
    'primum_watch_blind',
    'Findings of the own house that could not be looked at the last time.',
    () => history.blind(),
  );
  // Lists that name one of our addresses or domains now.
  parts.desk.figures.level('listings', () => Promise.resolve(history.failing('OWN-1')));
  const decided = createDecided(parts);
  watcher.start();
  return {
    report: () => reportOf({ config, history, watcher, decided }, parts),
    close: () => watcher.close(),
  };
}

/** What left the configuration fails no longer, and its incident says so. */
export function forgetOthers(
  history: Pick<History, 'keepOnly'>,
  config: Config,
  parts: Parts,
): void {
  const plan = watchPlan(config);
  const watched = new Set(
    CHECKS.flatMap((check) =>
      [...check.targets(plan), ...(check.findingTargets?.(plan) ?? [])].map(
        (target) => `${check.id} ${target}`,
      ),
    ),
  );
  const at = new Date(parts.now()).toISOString();
  const gone = history.keepOnly(({ check, target }) => watched.has(`${check} ${target}`), at);
  for (const outcome of gone)
    if (outcome.kind === 'changed') void tell(outcome.change, config, parts);
}

interface Watching {
  readonly config: Config;
  readonly history: History;
  readonly watcher: Pick<Watcher, 'waiting'>;
  readonly decided: () => Promise<ReadonlyMap<string, DecidedCounts>>;
}

async function reportOf(watching: Watching, parts: Parts): Promise<AuditReport> {
  const { config, history, watcher, decided } = watching;
  const known = history.all();
  return scorePractices({
    rows: loadPractices(),
    settings: config,
    modes: parts.policy().rules,
    findings: dated([...known, ...notLookedAt(watcher, known)], history, config, parts.now()),
    at: new Date(parts.now()).toISOString(),
    version: packageVersion(),
    decided: await decided(),
  });
}

/** What stands on the schedule and was never seen: neither well nor nothing to look at. */
export function notLookedAt(
  watcher: Pick<Watcher, 'waiting'>,
  known: readonly Finding[],
): readonly Finding[] {
  const seen = new Set(known.map(({ check, target }) => `${check} ${target}`));
  return watcher.waiting().flatMap(({ check, target }) =>
    seen.has(`${check.id} ${target}`)
      ? []
      : check.practices.map((practice) => ({
          ...{ check: check.id, practice, target, state: 'unknown' as const },
          evidence: ['It was not looked at yet; the first round ends 15 minutes after a start.'],
        })),
  );
}

/** Every change is an event; an alert is for what got worse and is not silenced. */
export async function tell(change: Change, config: Config, parts: Parts): Promise<void> {
  const { finding, was, drift } = change;
  const { check, practice, target, item, state, evidence, advice } = finding;
  const id = parts.newId();
  const at = new Date(parts.now()).toISOString();
  parts.journal.append({
    ...{ v: 1, kind: practice === 'OWN-1' ? 'listing' : 'check', id, at },
    ...{ check, practice, target, state, evidence, drift },
    ...(item === undefined ? {} : { item }),
    ...(was === undefined ? {} : { was }),
    ...(advice === undefined ? {} : { advice }),
  });
  if (state === 'pass' || state === 'not-applicable')
    await noteEnd(change, parts).catch(() => undefined);
  if (state !== 'fail' && state !== 'warn') return;
  if (silenceOf(config, finding, parts.now()) !== undefined) return;
  const before = practice === 'OWN-1' ? await stoodOut(parts).catch(() => []) : [];
  void parts.desk.effects.start(alertOf(change, { id, at, before }));
}

/** An incident says when its cause is gone; closing it is for a person, who knows why it was. */
async function noteEnd({ finding }: Change, { desk }: Parts): Promise<void> {
  const { practice, target, item, state, evidence } = finding;
  // What was said of other things of the practice is not over with one item of one target.
  const causes = new Set([causeOf(finding), ...(item === undefined ? [blindCause(practice)] : [])]);
  const open = await desk.incidents.list({ state: 'open', limit: MAX_INCIDENTS });
  const says = state === 'pass' ? 'is well again' : 'is no matter any more';
  const text = `${target} ${says} (${practice}): ${evidence[0] ?? ''}`.slice(0, MAX_NOTE);
  for (const { id, cause } of open)
    if (causes.has(cause)) await desk.incidents.step(id, 'primum', { kind: 'note', text });
}

/** Each item is a thing of its own to do, such as to get off one list. */
const causeOf = ({ check, practice, target, item }: Finding): string =>
  ['watch', check, practice, target, ...(item === undefined ? [] : [item])].join(':');
const blindCause = (practice: string): string => `watch:blind:${practice}`;
const MAX_NOTE = 500;
/** Of what cannot be seen, named in an alert; the scorecard has all. */
const MAX_BLIND_NAMED = 10;

/** One alert for each practice, however many things of it cannot be seen. */
export function tellBlind(blind: readonly Blind[], config: Config, parts: Parts): void {
  const at = new Date(parts.now()).toISOString();
  for (const { finding, was } of blind) {
    const { faults: _, ...seen } = finding;
    parts.journal.append({
      ...{ v: 1, kind: finding.practice === 'OWN-1' ? 'listing' : 'check', id: parts.newId(), at },
      ...{ ...seen, was, drift: [] },
    });
  }
  const loud = blind.filter(({ finding }) => silenceOf(config, finding, parts.now()) === undefined);
  const byPractice = Map.groupBy(loud, ({ finding }) => finding.practice);
  for (const [practice, group] of byPractice)
    void parts.desk.effects.start(blindAlert(practice, group, { id: parts.newId(), at }));
}

function blindAlert(
  practice: string,
  group: readonly Blind[],
  { id, at }: { readonly id: string; readonly at: string },
): Intent {
  const texts = group.slice(0, MAX_BLIND_NAMED).map(({ finding, was, lookedAt }) => {
    const last = `last seen at ${lookedAt.slice(0, 16).replace('T', ' ')} UTC: ${was}`;
    return `${finding.target} (${last}): ${finding.evidence[0] ?? ''}`;
  });
  const [first] = group;
  const more = group.length > 1 ? ` and ${group.length - 1} more` : '';
  return {
    kind: 'alert',
    cause: blindCause(practice),
    ...{ account: '', practice, reference: id, at, enforced: false },
    summary: `${first?.finding.target ?? ''}${more}: ${practice} could not be looked at for too long. ${first?.finding.evidence[0] ?? ''}`,
    reasons: texts.map((text) => ({ signal: first?.finding.check ?? '', weight: 0, text })),
    done: first?.finding.advice ?? 'Look whether the name servers and hosts answer from here.',
    picture: NO_PICTURE,
  };
}

const NO_PICTURE = {
  ...{ account: '', tenant: '', clientAddress: '', country: '', asnName: '', figures: [] },
};

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
    cause: causeOf(finding),
    account: '',
    practice,
    reference: id,
    at,
    enforced: false,
    summary: `${target}: ${practice} ${state === 'fail' ? 'fails' : 'needs a look'}. ${seen[0] ?? ''}`,
    reasons: texts.map((text) => ({ signal: check, weight: 0, text })),
    done: advice,
    picture: NO_PICTURE,
  };
}
