/** From the configuration and the findings to the state of each practice. */
import type { Modes } from '../core/in-force.ts';
import type { Finding, FindingState } from '../watch/contract.ts';
import type { PracticeRow } from './catalogue.ts';
import { actingOf, valueAt, type Acting } from './settings.ts';
import type {
  AuditReport,
  CheckResult,
  DecidedCounts,
  PracticeReport,
  PracticeState,
} from './contract.ts';

export interface ScoreInput {
  readonly rows: readonly PracticeRow[];
  /** The configuration as it is in force. */
  readonly settings: unknown;
  /** With the switches above the configuration, where a daemon has them. */
  readonly modes?: Modes;
  readonly findings: PracticeReport['findings'];
  readonly at: string;
  readonly version: string;
  readonly decided?: ReadonlyMap<string, DecidedCounts>;
  readonly proposal?: string;
}

export function scorePractices(input: ScoreInput): AuditReport {
  const practices = input.rows.map((row) => scoreRow(row, input));
  return {
    at: input.at,
    version: input.version,
    counts: countStates(practices),
    practices,
    ...(input.proposal === undefined ? {} : { proposal: input.proposal }),
  };
}

const RANK: Readonly<Record<FindingState, number>> = {
  fail: 4,
  warn: 3,
  unknown: 2,
  pass: 1,
  'not-applicable': 0,
};

function scoreRow(row: PracticeRow, input: ScoreInput): PracticeReport {
  const findings = input.findings
    .filter(({ practice }) => practice === row.id)
    .sort((a, b) => RANK[b.state] - RANK[a.state]);
  const decided = input.decided?.get(row.id);
  const base = { id: row.id, title: row.title, kind: row.kind, where: row.where, findings };
  return {
    ...base,
    ...(decided === undefined ? {} : { decided }),
    ...stateOf(row, findings, input),
  };
}

type State = Pick<PracticeReport, 'state' | 'result' | 'summary' | 'advice'>;

function stateOf(row: PracticeRow, findings: readonly Finding[], input: ScoreInput): State {
  const { settings } = input;
  if (!row.isBuilt) return { state: 'not built yet', summary: 'This version does not have it.' };
  const worst = findings[0];
  if (isChecked(row, worst, settings)) return checkedState(row, worst, findings);
  const acting = actingOf(row, settings);
  const advice = row.switchOn === undefined ? {} : { advice: row.switchOn };
  if (acting.how === 'off') return { state: 'off', summary: 'It is switched off.', ...advice };
  if (isObserved(row, row.switchedBy ?? row.id, input)) return watchedByMode(row, acting);
  if (acting.how === 'acts')
    return { state: 'in force', summary: acting.but === '' ? IN_FORCE : acting.but };
  if (row.scoredBy !== undefined && !isObserved(row, row.scoredBy, input))
    return {
      state: 'in force',
      summary: `As evidence in the score (${row.scoredBy}) only. ${acting.but}`.trim(),
      ...advice,
    };
  return { state: 'watched', summary: acting.but === '' ? WATCHED : acting.but, ...advice };
}

export const IN_FORCE = 'It is in force.';
export const WATCHED = 'It decides and only watches; nothing is stopped.';

function watchedByMode(row: PracticeRow, { how, but }: Acting): State {
  const byMode = `Set policy.mode to enforce, or a practice alone: primum switch ${row.switchedBy ?? row.id} enforce.`;
  return {
    state: 'watched',
    summary: how === 'acts' || but === '' ? WATCHED : but,
    // One step after the other: what the mode holds back is said once the setting acts.
    advice: how === 'acts' ? byMode : (row.switchOn ?? byMode),
  };
}

/** What "Limits and mode" says of it, too; never of what no switch holds back. */
function isObserved(row: PracticeRow, id: string, { settings, modes }: ScoreInput): boolean {
  if (!row.watchesOnly) return false;
  const own = modes?.practices?.[id];
  return (own ?? modes?.mode ?? valueAt(settings, 'policy.mode')) === 'observe';
}

/** Of an enforced row, what is seen to be wrong counts; that all is well only where it is on. */
function isChecked(row: PracticeRow, worst: Finding | undefined, settings: unknown): boolean {
  if (row.kind === 'audited') return true;
  if (!row.hasChecks || worst === undefined || worst.state === 'not-applicable') return false;
  return worst.state !== 'pass' || actingOf(row, settings).how !== 'off';
}

function checkedState(
  row: PracticeRow,
  worst: Finding | undefined,
  findings: readonly Finding[],
): State {
  if (worst === undefined) {
    return {
      state: 'off',
      summary: 'Nothing is named that could be looked at.',
      ...(row.switchOn === undefined ? {} : { advice: row.switchOn }),
    };
  }
  if (worst.state === 'not-applicable')
    return {
      state: 'not applicable',
      summary: worst.evidence[0] ?? 'There is nothing to look at.',
    };
  const advice = [
    ...new Set(findings.filter((f) => f.state === worst.state).flatMap((f) => f.advice ?? [])),
  ];
  return {
    state: 'checked',
    result: worst.state,
    summary: summaryOf(worst.state, findings),
    ...(advice[0] === undefined ? {} : { advice: advice[0] }),
  };
}

/** How many targets are in the worst state, and what was seen first. */
function summaryOf(state: CheckResult, findings: readonly Finding[]): string {
  // What does not apply to a target is no word on it.
  const applying = findings.filter((f) => f.state !== 'not-applicable');
  const targets = new Set(applying.map(({ target }) => target));
  const hit = new Set(findings.filter((f) => f.state === state).map(({ target }) => target));
  if (state === 'pass')
    return targets.size === 1 ? 'All is well.' : `All is well at ${targets.size} targets.`;
  const [first] = findings;
  const others = hit.size > 1 ? ` (${hit.size} of ${targets.size} targets are in this state)` : '';
  return `${first?.evidence[0] ?? first?.target ?? ''}${others}`;
}

export function countStates(practices: readonly PracticeReport[]): AuditReport['counts'] {
  const counts: Record<CheckResult | PracticeState, number> = {
    ...{ pass: 0, warn: 0, fail: 0, unknown: 0 },
    ...{ 'in force': 0, watched: 0, checked: 0, off: 0, 'not applicable': 0, 'not built yet': 0 },
  };
  for (const { state, result } of practices) {
    counts[state] += 1;
    if (result !== undefined) counts[result] += 1;
  }
  return counts;
}

export interface Filter {
  /** `OWN-*`, `OWN-1`; several by a comma. */
  readonly only?: string;
  /** Findings about this domain, and hosts in it, only. */
  readonly domain?: string;
}

export function matchesPractice(id: string, only: string | undefined): boolean {
  return only === undefined || wordsOf(only).some((word) => isNamed(id, word));
}

/** What of `only` names none of these practices. */
export function namingNothing(ids: readonly string[], only: string): readonly string[] {
  return wordsOf(only).filter((word) => !ids.some((id) => isNamed(id, word)));
}

const wordsOf = (only: string): readonly string[] =>
  only
    .toUpperCase()
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

const isNamed = (id: string, word: string): boolean =>
  word.endsWith('*') ? id.startsWith(word.slice(0, -1)) : id === word;
