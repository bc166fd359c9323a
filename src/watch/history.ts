/**
 * What was found before: since when a state holds, what was seen when all was well, and what waits
 * for a second look. One line of the file per change, so that nothing is rewritten while it runs.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { Finding, FindingState } from './contract.ts';

export interface Known {
  readonly state: FindingState;
  readonly since: string;
  readonly evidence: readonly string[];
  readonly advice?: string;
  /** What was seen when it was last well, and when it stopped being so. */
  readonly goodEvidence?: readonly string[];
}

export interface Change {
  readonly finding: Finding;
  readonly was: FindingState | undefined;
  readonly since: string;
  /** What is seen now and was not while all was well. */
  readonly drift: readonly string[];
}

export type Outcome =
  | { readonly kind: 'same' }
  /** Got worse: to be looked at again before anybody is told. */
  | { readonly kind: 'confirm' }
  | { readonly kind: 'changed'; readonly change: Change };

export interface History {
  /** Takes in a finding. `unknown` changes nothing: it is no news of the thing looked at. */
  note(finding: Finding, at: string): Outcome;
  find(finding: Pick<Finding, 'check' | 'practice' | 'target'>): Known | undefined;
  /** Findings as they are known, the newest of each. */
  all(): readonly (Finding & { readonly since: string })[];
  /** How many fail now; it is asked often, so it costs nothing. @param practice Else of all. */
  failing(practice?: string): number;
  /** Writes what changed; resolves when it is on disk. */
  save(): void;
  readonly size: number;
}

/** Things remembered; about 500 bytes each. */
export const MAX_KNOWN = 500_000;

const RANK: Readonly<Record<FindingState, number>> = {
  fail: 3,
  warn: 2,
  pass: 1,
  unknown: 1,
  'not-applicable': 1,
};

interface Line extends Known {
  readonly key: string;
}

/** @param file Without one nothing is kept. @param isReader Reads what another process writes. */
export function openHistory(file: string | undefined, isReader = false): History {
  const known = new Map<string, Known>(file === undefined ? [] : load(file, isReader));
  const waiting = new Map<string, FindingState>();
  const failing = new Map<string, number>();
  let fresh: Line[] = [];
  for (const [key, value] of known) count(key, value, 1);

  function count(key: string, value: Known | undefined, by: 1 | -1): void {
    if (value?.state !== 'fail') return;
    const { practice } = partsOf(key);
    failing.set(practice, (failing.get(practice) ?? 0) + by);
  }

  function set(key: string, value: Known): void {
    if (!known.has(key) && known.size >= MAX_KNOWN) return;
    count(key, known.get(key), -1);
    count(key, value, 1);
    known.set(key, value);
    fresh.push({ key, ...value });
  }

  return {
    note(finding, at) {
      const key = keyOf(finding);
      const before = known.get(key);
      if (finding.state === 'unknown') {
        if (before === undefined)
          set(key, { state: 'unknown', since: at, evidence: finding.evidence });
        return { kind: 'same' };
      }
      if (before?.state === finding.state) {
        waiting.delete(key);
        return { kind: 'same' };
      }
      const isWorse = RANK[finding.state] > RANK[before?.state ?? 'pass'];
      if (isWorse && waiting.get(key) === undefined) {
        waiting.set(key, finding.state);
        return { kind: 'confirm' };
      }
      waiting.delete(key);
      const good = RANK[before?.state ?? 'unknown'] === 1 ? before?.evidence : before?.goodEvidence;
      set(key, {
        state: finding.state,
        since: at,
        evidence: finding.evidence,
        ...(finding.advice === undefined ? {} : { advice: finding.advice }),
        ...(good === undefined || !isWorse ? {} : { goodEvidence: good }),
      });
      const drift =
        isWorse && good !== undefined ? finding.evidence.filter((t) => !good.includes(t)) : [];
      // A first look at what is well is no news.
      const isNews = isWorse || (before !== undefined && before.state !== 'unknown');
      if (!isNews) return { kind: 'same' };
      return { kind: 'changed', change: { finding, was: before?.state, since: at, drift } };
    },
    find: (finding) => known.get(keyOf(finding)),
    all: () => [...known].map(([key, value]) => ({ ...partsOf(key), ...value })),
    failing: (practice) =>
      practice === undefined
        ? [...failing.values()].reduce((sum, each) => sum + each, 0)
        : (failing.get(practice) ?? 0),
    save() {
      if (file === undefined || isReader || fresh.length === 0) return;
      append(file, fresh);
      fresh = [];
    },
    get size() {
      return known.size;
    },
  };
}

function keyOf({
  check,
  practice,
  target,
}: Pick<Finding, 'check' | 'practice' | 'target'>): string {
  return `${check} ${practice} ${target}`;
}

function partsOf(key: string): Pick<Finding, 'check' | 'practice' | 'target'> {
  const [check = '', practice = '', ...target] = key.split(' ');
  return { check, practice, target: target.join(' ') };
}

function append(file: string, lines: readonly Line[]): void {
  const handle = openSync(file, 'a', 0o640);
  try {
    writeSync(handle, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Reads the newest line of each key and makes the file as short as that. A torn line is passed over. */
function load(file: string, isReader: boolean): ReadonlyMap<string, Known> {
  const found = new Map<string, Known>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return found;
    throw error;
  }
  const lines = text.split('\n');
  for (const line of lines) {
    const read = readLine(line);
    if (read !== undefined) found.set(read.key, read.value);
  }
  if (!isReader && lines.length > found.size * 2 + 100) compact(file, found);
  return found;
}

function readLine(line: string): { readonly key: string; readonly value: Known } | undefined {
  try {
    const { key, ...value } = JSON.parse(line) as Line;
    const isWhole =
      typeof key === 'string' &&
      value.state in RANK &&
      typeof value.since === 'string' &&
      Array.isArray(value.evidence);
    return isWhole ? { key, value } : undefined;
  } catch {
    return undefined;
  }
}

function compact(file: string, known: ReadonlyMap<string, Known>): void {
  const next = `${file}.new`;
  const handle = openSync(next, 'w', 0o640);
  try {
    for (const [key, value] of known) writeSync(handle, `${JSON.stringify({ key, ...value })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, file);
}
