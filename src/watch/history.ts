/**
 * What was found before: since when a state holds, what was seen when all was well, and what waits
 * for a second look. One line of the file per change, so that nothing is rewritten while it runs.
 */
import type { Finding, FindingState } from './contract.ts';
import { append, load, type Known, type Line } from './history-file.ts';

/** A finding that nobody has been able to look at for too long. */
export interface Blind {
  readonly finding: Finding;
  readonly was: FindingState;
  /** When it was last seen, as far as that is known. */
  readonly lookedAt: string;
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
  | { readonly kind: 'changed'; readonly change: Change }
  /** Told once, when the bound of time without a look is over. */
  | { readonly kind: 'blind'; readonly blind: Blind };

export interface History {
  /** Takes in a finding. `unknown` is no news of the thing looked at, but it is said that it is so. */
  note(finding: Finding, at: string): Outcome;
  find(finding: Pick<Finding, 'check' | 'practice' | 'target'>): Known | undefined;
  /** Findings as they are known, the newest of each; what cannot be seen now is not called well. */
  all(): readonly (Finding & Pick<Known, 'since' | 'lookedAt'>)[];
  /** How many of them could not be looked at the last time. */
  blind(): number;
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

/** Longest time without a look before somebody is told. */
const BLIND_AFTER_MS = 86_400_000;

/** @param file Without one nothing is kept. @param isReader Reads what another process writes. */
export function openHistory(
  file: string | undefined,
  isReader = false,
  blindAfterMs = BLIND_AFTER_MS,
): History {
  const book = new Book(file === undefined ? [] : load(file, isReader));
  const { known } = book;
  const waiting = new Map<string, FindingState>();
  /** A further fault was seen once. */
  const doubted = new Set<string>();
  return {
    note(finding, at) {
      const key = keyOf(finding);
      if (finding.state === 'unknown') return noteUnknown(book, finding, { at, blindAfterMs });
      const before = known.get(key);
      if (before?.state === finding.state) {
        waiting.delete(key);
        const further = furtherFaults(before, finding);
        if (further.length > 0 && !doubted.has(key)) {
          doubted.add(key);
          return { kind: 'confirm' };
        }
        doubted.delete(key);
        const look = noteLook(book, before, finding, at);
        if (further.length === 0) return look;
        const { since, state: was } = before;
        return { kind: 'changed', change: { finding, was, since, drift: further } };
      }
      doubted.delete(key);
      if (before !== undefined) book.known.set(key, { ...withoutBlind(before), lookedAt: at });
      const isWorse = RANK[finding.state] > RANK[before?.state ?? 'pass'];
      if (isWorse && waiting.get(key) === undefined) {
        waiting.set(key, finding.state);
        return { kind: 'confirm' };
      }
      waiting.delete(key);
      const good = RANK[before?.state ?? 'unknown'] === 1 ? before?.evidence : before?.goodEvidence;
      book.set(key, {
        state: finding.state,
        since: at,
        lookedAt: at,
        ...said(finding),
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
    all: () => [...known].map(([key, value]) => ({ ...partsOf(key), ...shown(value) })),
    blind: () => book.blind,
    failing: (practice) => book.failing(practice),
    save() {
      const fresh = file === undefined || isReader ? [] : book.takeFresh();
      if (file !== undefined && fresh.length > 0) append(file, fresh);
    },
    get size() {
      return known.size;
    },
  };
}

/** What is known, counted, and which of it is not on disk yet. */
class Book {
  readonly known: Map<string, Known>;
  readonly #failing = new Map<string, number>();
  #fresh: Line[] = [];
  #blind = 0;

  constructor(loaded: Iterable<readonly [string, Known]>) {
    this.known = new Map(loaded);
    for (const [key, value] of this.known) this.#count(key, value, 1);
  }

  get blind(): number {
    return this.#blind;
  }

  failing(practice: string | undefined): number {
    if (practice !== undefined) return this.#failing.get(practice) ?? 0;
    return [...this.#failing.values()].reduce((sum, each) => sum + each, 0);
  }

  /** Remembers it, and that it has to be written. */
  set(key: string, value: Known): void {
    if (!this.known.has(key) && this.known.size >= MAX_KNOWN) return;
    this.#count(key, this.known.get(key), -1);
    this.#count(key, value, 1);
    this.known.set(key, value);
    this.#fresh.push({ key, ...value });
  }

  takeFresh(): readonly Line[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #count(key: string, value: Known | undefined, by: 1 | -1): void {
    if (value?.blind !== undefined) this.#blind += by;
    if (value?.state !== 'fail') return;
    const { practice } = partsOf(key);
    this.#failing.set(practice, (this.#failing.get(practice) ?? 0) + by);
  }
}

function noteUnknown(
  book: Book,
  finding: Finding,
  { at, blindAfterMs }: { readonly at: string; readonly blindAfterMs: number },
): Outcome {
  const key = keyOf(finding);
  const before = book.known.get(key);
  const { evidence, advice } = finding;
  const said = { evidence, ...(advice === undefined ? {} : { advice }) };
  if (before === undefined || before.state === 'unknown') {
    if (before === undefined) book.set(key, { state: 'unknown', since: at, ...said });
    else book.known.set(key, { ...before, ...said });
    return { kind: 'same' };
  }
  const { since = at, isTold = false } = before.blind ?? {};
  const lookedAt = before.lookedAt ?? since;
  const isDue = !isTold && Date.parse(at) - Date.parse(lookedAt) >= blindAfterMs;
  const value: Known = { ...before, blind: { since, ...said, isTold: isTold || isDue } };
  if (before.blind === undefined || isDue) book.set(key, value);
  else book.known.set(key, value);
  if (!isDue) return { kind: 'same' };
  return { kind: 'blind', blind: { finding, was: before.state, lookedAt } };
}

/** Keeps what a look saw; that what was told as blind is seen again is news. */
function noteLook(book: Book, before: Known, finding: Finding, at: string): Outcome {
  const key = keyOf(finding);
  const { since, state, goodEvidence } = before;
  const seen: Known = {
    ...{ state, since, lookedAt: at, ...said(finding) },
    ...(goodEvidence === undefined ? {} : { goodEvidence }),
  };
  const isSame =
    before.blind === undefined &&
    finding.evidence.length === before.evidence.length &&
    finding.evidence.every(
      (text, i) => withoutFigures(text) === withoutFigures(before.evidence[i]),
    );
  if (isSame) book.known.set(key, seen);
  else book.set(key, seen);
  if (before.blind?.isTold !== true) return { kind: 'same' };
  return { kind: 'changed', change: { finding, was: 'unknown', since, drift: [] } };
}

/** What made a state that lasts and did not before: on a second list, a second bad record. */
function furtherFaults(before: Known, { state, evidence, faults = 0 }: Finding): readonly string[] {
  if (RANK[state] === 1 || before.faults === undefined) return [];
  const known = new Set(before.evidence.slice(0, before.faults).map(withoutFigures));
  return evidence.slice(0, faults).filter((text) => !known.has(withoutFigures(text)));
}

/** Days left and counts change from look to look, and are no news. */
const withoutFigures = (text = ''): string => text.replaceAll(/(?<=^|\s)\d+(?=\s|$)/g, '#');

function said({ evidence, faults, advice }: Finding) {
  return {
    evidence,
    ...(faults === undefined ? {} : { faults }),
    ...(advice === undefined ? {} : { advice }),
  };
}

function withoutBlind({ blind: _, ...known }: Known): Known {
  return known;
}

/** What was bad stays bad until it is seen to be well; what was well is unknown while nobody can look. */
function shown({ blind, goodEvidence: _, faults: _faults, ...value }: Known) {
  if (blind === undefined) return value;
  const since = minuteOf(blind.since);
  if (RANK[value.state] > 1) {
    const why = `It could not be looked at since ${since}: ${blind.evidence[0] ?? ''}`;
    return { ...value, evidence: [...value.evidence, why] };
  }
  const { advice: _advice, lookedAt, ...rest } = value;
  const when = lookedAt === undefined ? '' : `, at ${minuteOf(lookedAt)}`;
  const last = `Last known: ${value.state === 'not-applicable' ? 'not applicable' : value.state}${when}.`;
  return {
    ...rest,
    state: 'unknown' as const,
    since: blind.since,
    evidence: [...blind.evidence, last],
    ...(lookedAt === undefined ? {} : { lookedAt }),
    ...(blind.advice === undefined ? {} : { advice: blind.advice }),
  };
}

const minuteOf = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

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
