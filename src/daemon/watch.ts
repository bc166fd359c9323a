/** The watchers in the daemon: changes go to the journal, and what got worse to the desk. */
import type { Config } from '../config/load.ts';
import { loadPractices } from '../practices/catalogue.ts';
import type { AuditReport, DecidedCounts } from '../practices/contract.ts';
import { scorePractices } from '../practices/score.ts';
import type { Finding } from '../watch/contract.ts';
import { openHistory, type Change, type History } from '../watch/history.ts';
import { createPace } from '../watch/pace.ts';
import { openTools } from '../watch/open-tools.ts';
import { CHECKS } from '../watch/registry.ts';
import { createWatcher, type Watcher } from '../watch/watcher.ts';
import { dated, historyFile } from './audit.ts';
import { createDecided } from './decided.ts';
import type { DaemonParts } from './parts.ts';
import { packageVersion } from './version.ts';
import { WatchNews } from './watch-news.ts';
import { watchPlan } from './watch-options.ts';

export interface RunningWatch {
  /** The scorecard from what the watchers know. */
  report(): Promise<AuditReport>;
  /** After a reload: silences, and what the scorecard says is in force. */
  configure(inForce: Config): void;
  close(): void;
}

type Parts = Pick<DaemonParts, 'journal' | 'desk' | 'telemetry' | 'now' | 'newId' | 'policy'>;

/** How often what people were told is compared with what is known. */
const SETTLE_MS = 3_600_000;

export function openWatch(config: Config, parts: Parts): RunningWatch {
  const plan = watchPlan(config);
  const { every, blind_after: blindAfter } = config.watch;
  // One round without an answer is no reason to wake somebody.
  const history = openHistory(historyFile(config), false, Math.max(blindAfter, 2 * every));
  const news = new WatchNews(history, config, parts);
  const failed = (error: unknown): void =>
    parts.telemetry.warn(
      `The watchers could not keep what they found: ${error instanceof Error ? error.message : ''} Look at the state folder.`,
    );
  // A store that is away says so itself; what was not told then is told when it is back.
  const quietly = (work: Promise<void>): void => void work.catch(() => undefined);
  quietly(news.tell(forgetOthers(history, config, parts.now())).then(() => news.settle()));
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
    changed: (changes) => quietly(news.tell(changes)),
    blind: (blind) => news.tellBlind(blind),
    failed,
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
  // Lists that name one of our addresses or domains now; none is only what was looked at.
  parts.desk.figures.level('listings', () =>
    Promise.resolve(history.seen('OWN-1') === 0 ? undefined : history.failing('OWN-1')),
  );
  const decided = createDecided(parts);
  watcher.start();
  let inForce = config;
  const settling = setInterval(() => quietly(news.settle()), SETTLE_MS).unref();
  return {
    report: () => reportOf({ config: inForce, history, watcher, decided }, parts),
    configure(next) {
      inForce = next;
      news.configure(next);
      quietly(news.settle());
    },
    close() {
      clearInterval(settling);
      watcher.close();
    },
  };
}

/** What left the configuration fails no longer. */
export function forgetOthers(
  history: Pick<History, 'keepOnly'>,
  config: Config,
  now: number,
): readonly Change[] {
  const plan = watchPlan(config);
  const watched = new Set(
    CHECKS.flatMap((check) =>
      [...check.targets(plan), ...(check.findingTargets?.(plan) ?? [])].map(
        (target) => `${check.id} ${target}`,
      ),
    ),
  );
  const at = new Date(now).toISOString();
  const gone = history.keepOnly(({ check, target }) => watched.has(`${check} ${target}`), at);
  return gone.flatMap((outcome) => (outcome.kind === 'changed' ? [outcome.change] : []));
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
