/** `primum audit`: looks at everything once and makes the scorecard, beside a daemon or without. */
import { join } from 'node:path';
import { loadConfig, type Config } from '../config/load.ts';
import { PrimumError } from '../errors.ts';
import { loadPractices } from '../practices/catalogue.ts';
import type { AuditReport, Running } from '../practices/contract.ts';
import { asRunning } from '../practices/as-running.ts';
import { htmlReport } from '../practices/html-report.ts';
import { matchesPractice, namingNothing, scorePractices, type Filter } from '../practices/score.ts';
import { textReport } from '../practices/text-report.ts';
import type { Finding } from '../watch/contract.ts';
import { openHistory, type History } from '../watch/history.ts';
import { driftOf } from '../watch/history-drift.ts';
import type { Known } from '../watch/history-file.ts';
import { isBad, minuteOf } from '../watch/history-shown.ts';
import { openTools } from '../watch/open-tools.ts';
import { proposalText } from '../watch/proposal-text.ts';
import { propose } from '../watch/propose.ts';
import { CHECKS } from '../watch/registry.ts';
import { runTasks, type Task } from '../watch/run-checks.ts';
import { silenceOf, watchPlan } from './watch-options.ts';
import { packageVersion } from './version.ts';

export interface AuditOptions extends Filter {
  readonly configFile: string | undefined;
  /** What a running daemon knows; it is asked meanwhile. */
  readonly running?: Promise<Running | undefined>;
  readonly now?: () => number;
}

export interface Audited {
  readonly report: AuditReport;
  readonly text: string;
  html(): string;
}

function rowsOf(only: string | undefined) {
  const all = loadPractices();
  const rows = all.filter(({ id }) => matchesPractice(id, only));
  const ids = all.map(({ id }) => id);
  const wrong = only === undefined ? [] : namingNothing(ids, only);
  if (wrong.length === 0 && rows.length > 0) return rows;
  throw new PrimumError(
    'USAGE',
    wrong.length > 1
      ? `--only: ${wrong.join(' and ')} name no practice. Write OWN-1 or "OWN-*".`
      : `--only ${wrong[0] ?? only ?? ''} names no practice. Write OWN-1 or "OWN-*".`,
  );
}

/** @throws PrimumError USAGE when a word of the filter names nothing. */
export async function audit(options: AuditOptions): Promise<Audited> {
  const config = loadConfig(options.configFile, process.env);
  const now = options.now ?? Date.now;
  const rows = rowsOf(options.only);
  const plan = watchPlan(config);
  const tools = openTools(plan, now);
  const wanted = new Set(rows.map(({ id }) => id));
  const tasks = tasksOf(plan, options).filter(({ check }) =>
    check.practices.some((p) => wanted.has(p)),
  );
  const findings = await runTasks(tasks, tools, { parallel: plan.parallel });
  const isEmpty = plan.hosts.length === 0 && plan.domains.length === 0;
  const looked = scorePractices({
    rows,
    settings: config,
    findings: dated(
      [...findings, ...leftOut(plan, tasks, options)],
      readHistory(config),
      config,
      now(),
    ),
    at: new Date(now()).toISOString(),
    version: packageVersion(),
    ...(isEmpty
      ? { proposal: proposalText(await propose(tools.dns, { doors: doorsOf(config) })) }
      : {}),
  });
  const running = await options.running;
  const report = running === undefined ? looked : asRunning(looked, running);
  return { report, text: textReport(report), html: () => htmlReport(report) };
}

const doorsOf = ({ doors }: Config) =>
  Object.entries(doors).flatMap(([name, { listen }]) =>
    listen.map((address) => ({ name, address })),
  );

function tasksOf(plan: ReturnType<typeof watchPlan>, { domain }: Filter): readonly Task[] {
  const tasks = CHECKS.flatMap((check) => check.targets(plan).map((target) => ({ check, target })));
  if (domain === undefined) return tasks;
  const wanted = domain.toLowerCase().replace(/\.$/, '');
  const found = tasks.filter(({ target }) => target === wanted || target.endsWith(`.${wanted}`));
  if (found.length > 0) return found;
  throw new PrimumError(
    'USAGE',
    `--domain ${wanted} is none of watch.domains. Add it to the configuration first.`,
  );
}

/** With --domain a row whose hosts are elsewhere is not "off": it is left out of this one report. */
function leftOut(
  plan: ReturnType<typeof watchPlan>,
  tasks: readonly Task[],
  { domain }: Filter,
): readonly Finding[] {
  if (domain === undefined) return [];
  const looked = new Set(tasks.flatMap(({ check }) => check.practices));
  return CHECKS.filter((check) => check.targets(plan).length > 0).flatMap((check) =>
    check.practices
      .filter((practice) => !looked.has(practice))
      .map((practice) => ({
        ...{ check: check.id, practice, target: domain, state: 'not-applicable' as const },
        evidence: [
          `Left out: --domain looks at ${domain} and at hosts named below it only. Without it all is looked at.`,
        ],
      })),
  );
}

/** Since when it has been so, as the daemon saw it; an audit beside no daemon knows nothing of that. */
export function dated(
  findings: readonly Finding[],
  history: History | undefined,
  config: Config,
  now: number,
): AuditReport['practices'][number]['findings'] {
  return findings.flatMap((seen) => {
    const known = history?.find(seen);
    const finding = seen.item === undefined ? seen : itemShown(seen, known);
    if (finding === undefined) return [];
    const silence = silenceOf(config, finding, now);
    const drift = driftOf(finding, known);
    const { faults: _, hasAllItems: _all, ...shown } = finding;
    return [
      {
        ...shown,
        ...(known?.state === finding.state ? { since: known.since } : {}),
        ...(drift === undefined ? {} : { drift }),
        ...(silence === undefined
          ? {}
          : { silencedUntil: silence.until, silencedWhy: silence.why }),
      },
    ];
  });
}

/** An item is a row while it is wrong, and after it was; who cannot look believes who could. */
function itemShown(finding: Finding, known: Known | undefined): Finding | undefined {
  if (isBad(finding.state)) return finding;
  if (known === undefined) return undefined;
  if (finding.state !== 'unknown' || !isBad(known.state)) return finding;
  const { state, evidence, advice, lookedAt } = known;
  const last = lookedAt === undefined ? [] : [`The daemon last saw it at ${minuteOf(lookedAt)}.`];
  return {
    ...finding,
    ...{ state, evidence: [...evidence, ...finding.evidence, ...last] },
    ...(advice === undefined ? {} : { advice }),
  };
}

export function historyFile(config: Config): string {
  return join(config.state, 'watch.ndjson');
}

/** The daemon's file, read only: a folder that may not be read has no history. */
function readHistory(config: Config): History | undefined {
  try {
    return openHistory(historyFile(config), true);
  } catch {
    return undefined;
  }
}
