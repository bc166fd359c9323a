/**
 * What was found before: since when a state holds, what was seen when all was well, and what waits
 * for a second look. One line of the file per change, so that nothing is rewritten while it runs.
 */
import type { Finding, FindingState } from './contract.ts';
import { Book, keyOf, partsOf } from './history-book.ts';
import { append, load, type Good, type Known } from './history-file.ts';
import { goodOf, newSince, sameBesideFigures, withoutFigures } from './history-drift.ts';
import { isBad, shown } from './history-shown.ts';
import { WellItems } from './well-items.ts';

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
  /** It is as it was before nobody could look for too long, of which people were told. */
  readonly isSeenAgain?: boolean;
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
  /** Takes in what one look at a target found, and that items of it are gone or were not looked at. */
  noteAll(look: Look, at: string): readonly Outcome[];
  /** Forgets what is not watched any more, such as a host that left the configuration. */
  keepOnly(isWatched: (finding: Named) => boolean, at: string): readonly Outcome[];
  find(finding: Named): Known | undefined;
  /** Findings as they are known, the newest of each; what cannot be seen now is not called well. */
  all(): readonly (Finding & Pick<Known, 'since' | 'lookedAt'>)[];
  /** What is bad now of the matter that it is part of (matter.ts), itself included. */
  badOf(finding: Named): readonly Finding[];
  /** Things of a practice that people were told cannot be seen, and still cannot. */
  blindTold(practice: string): number;
  /** How many of them could not be looked at the last time. */
  blind(): number;
  /** How many fail now; it is asked often, so it costs nothing. @param practice Else of all. */
  failing(practice?: string): number;
  /** How many things of a practice could be looked at the last time. */
  seen(practice: string): number;
  /** Writes what changed; it is on disk then. @param isLast With when each thing was last seen. */
  save(isLast?: boolean): void;
  readonly size: number;
}

type Named = Pick<Finding, 'check' | 'practice' | 'target' | 'item'>;

export interface Look {
  readonly check: string;
  readonly target: string;
  readonly findings: readonly Finding[];
}

/** Longest time without a look before somebody is told. */
const BLIND_AFTER_MS = 86_400_000;

/** @param file Without one nothing is kept. @param isReader Reads what another process writes. */
export function openHistory(
  file: string | undefined,
  isReader = false,
  blindAfterMs = BLIND_AFTER_MS,
): History {
  const loaded = file === undefined ? undefined : load(file, isReader);
  const book = new Book(loaded?.known ?? []);
  const wellItems = new WellItems(loaded?.well);
  const { known } = book;
  const notes = new Notes(book, wellItems, blindAfterMs);
  return {
    note: (finding, at) => notes.take(finding, at),
    noteAll: (look, at) => [
      ...look.findings.map((finding) => notes.take(finding, at)),
      ...notes.takeMissing(look, at),
    ],
    keepOnly: (isWatched, at) => notes.keepOnly(isWatched, at),
    find: (finding) => known.get(keyOf(finding)),
    all: () => [...known].map(([key, value]) => ({ ...partsOf(key), ...shown(value) })),
    badOf: (finding) =>
      book
        .matterOf(finding)
        .flatMap(([key, value]) =>
          isBad(value.state) ? [{ ...partsOf(key), ...shown(value) }] : [],
        ),
    blindTold: (practice) => book.blindTold(practice),
    blind: () => book.blind,
    failing: (practice) => book.failing(practice),
    seen: (practice) => book.seen(practice),
    save(isLast = false) {
      if (file === undefined || isReader) return;
      const fresh = [
        ...book.takeFresh(),
        ...book.takeLooks(isLast),
        ...wellItems.takeFresh(isLast),
      ];
      if (fresh.length > 0) append(file, fresh);
    },
    get size() {
      return known.size;
    },
  };
}

const RANK: Readonly<Record<FindingState, number>> = {
  fail: 3,
  warn: 2,
  pass: 1,
  unknown: 1,
  'not-applicable': 1,
};

class Notes {
  readonly #book: Book;
  readonly #blindAfterMs: number;
  /** A worse state that was seen once, and what was seen before it. */
  readonly #waiting = new Map<string, Good>();
  /** A further fault was seen once. */
  readonly #doubted = new Set<string>();
  /** What could not be seen since the start. */
  readonly #unseen = new Set<string>();
  readonly #wellItems: WellItems;

  constructor(book: Book, wellItems: WellItems, blindAfterMs: number) {
    this.#book = book;
    this.#wellItems = wellItems;
    this.#blindAfterMs = blindAfterMs;
  }

  take(finding: Finding, at: string): Outcome {
    const key = keyOf(finding);
    const { state } = finding;
    const before = this.#book.known.get(key);
    if (finding.item !== undefined && before === undefined && !isBad(state)) {
      if (state !== 'unknown') this.#waiting.delete(key);
      if (state === 'pass') this.#wellItems.take(key, finding.evidence, at);
      return { kind: 'same' };
    }
    if (state === 'unknown') {
      const isFirst = !this.#unseen.has(key);
      this.#unseen.add(key);
      return noteUnknown(this.#book, finding, { at, isFirst, blindAfterMs: this.#blindAfterMs });
    }
    this.#unseen.delete(key);
    return before?.state === state
      ? this.#takeSame(before, finding, at)
      : this.#takeOther(before, finding, at);
  }

  /** What was not found: it is gone where all was looked at, and else was not looked at. */
  *takeMissing({ check, target, findings }: Look, at: string): Iterable<Outcome> {
    const keys = this.#book.itemsOf(check, target);
    if (keys.length === 0) return;
    const found = new Set(findings.map(keyOf));
    const isAll = findings.some(({ hasAllItems }) => hasAllItems === true);
    const why = findings.find(({ state }) => state === 'unknown')?.evidence[0];
    for (const key of keys.filter((each) => !found.has(each))) {
      const evidence = [why ?? 'It was not looked at the last time.'];
      yield isAll
        ? this.#takeGone(key, at)
        : this.take({ ...partsOf(key), state: 'unknown', evidence }, at);
    }
  }

  keepOnly(isWatched: (finding: Named) => boolean, at: string): readonly Outcome[] {
    this.#wellItems.keepOnly((key) => isWatched(partsOf(key)));
    const gone = [...this.#book.known.keys()].filter((key) => !isWatched(partsOf(key)));
    return gone.map((key) => this.#takeGone(key, at));
  }

  #takeGone(key: string, at: string): Outcome {
    const before = this.#book.known.get(key);
    this.#book.forget(key);
    if (before === undefined || !isBad(before.state)) return { kind: 'same' };
    const evidence = [`It is no longer looked at. Before: ${before.evidence[0] ?? ''}`];
    const finding: Finding = { ...partsOf(key), state: 'not-applicable', evidence };
    return { kind: 'changed', change: { finding, was: before.state, since: at, drift: [] } };
  }

  #takeSame(before: Known, finding: Finding, at: string): Outcome {
    const key = keyOf(finding);
    this.#waiting.delete(key);
    const further = furtherFaults(before, finding);
    if (further.length > 0 && !this.#doubted.has(key)) {
      this.#doubted.add(key);
      return { kind: 'confirm' };
    }
    this.#doubted.delete(key);
    const look = noteLook(this.#book, before, finding, at);
    if (further.length === 0) return look;
    const { since, state: was } = before;
    return { kind: 'changed', change: { finding, was, since, drift: further } };
  }

  #takeOther(before: Known | undefined, finding: Finding, at: string): Outcome {
    const key = keyOf(finding);
    const { state } = finding;
    this.#doubted.delete(key);
    const isWorse = RANK[state] > RANK[before?.state ?? 'pass'];
    const waiting = this.#waiting.get(key);
    const good = waiting ?? goodOf(before) ?? this.#wellItems.find(key);
    if (before !== undefined) this.#book.touch(key, { ...withoutBlind(before), lookedAt: at });
    if (isWorse && waiting === undefined) {
      this.#waiting.set(key, good ?? {});
      return { kind: 'confirm' };
    }
    this.#waiting.delete(key);
    this.#wellItems.drop(key);
    const kept = state === 'pass' ? undefined : good;
    this.#book.set(key, { state, since: at, lookedAt: at, ...said(finding), ...kept });
    // A first look at what is well is no news.
    const isNews = isWorse || (before !== undefined && before.state !== 'unknown');
    if (!isNews) return { kind: 'same' };
    const drift = isWorse ? newSince(kept?.goodEvidence, finding) : [];
    return { kind: 'changed', change: { finding, was: before?.state, since: at, drift } };
  }
}

interface UnknownAt {
  readonly at: string;
  /** The first look in a row, or since the start, that saw nothing. */
  readonly isFirst: boolean;
  readonly blindAfterMs: number;
}

function noteUnknown(
  book: Book,
  finding: Finding,
  { at, isFirst, blindAfterMs }: UnknownAt,
): Outcome {
  const key = keyOf(finding);
  const before = book.known.get(key);
  const { evidence, advice } = finding;
  const said = { evidence, ...(advice === undefined ? {} : { advice }) };
  if (before === undefined || before.state === 'unknown') {
    if (before === undefined) book.set(key, { state: 'unknown', since: at, ...said });
    else book.touch(key, { ...before, ...said });
    return { kind: 'same' };
  }
  const { since = at, isTold = false } = before.blind ?? {};
  const lookedAt = before.lookedAt ?? since;
  // While nothing runs nobody looks, and that is no blindness; a round is half the bound at most.
  const fromMs = Math.max(Date.parse(lookedAt), Date.parse(since) - blindAfterMs / 2);
  const isDue = !isTold && !isFirst && Date.parse(at) - fromMs >= blindAfterMs;
  const value: Known = { ...before, blind: { since, ...said, isTold: isTold || isDue } };
  if (before.blind === undefined || isDue) book.set(key, value);
  else book.touch(key, value);
  if (!isDue) return { kind: 'same' };
  return { kind: 'blind', blind: { finding, was: before.state, lookedAt } };
}

/** Keeps what a look saw; that what was told as blind is seen again is news. */
function noteLook(book: Book, before: Known, finding: Finding, at: string): Outcome {
  const key = keyOf(finding);
  const { since, state } = before;
  const good = state === 'pass' ? undefined : goodOf(before);
  const seen: Known = { state, since, lookedAt: at, ...said(finding), ...good };
  const isSame = before.blind === undefined && sameBesideFigures(finding.evidence, before.evidence);
  if (isSame) book.touch(key, seen);
  else book.set(key, seen);
  if (before.blind?.isTold !== true) return { kind: 'same' };
  const change = { finding, was: 'unknown', since, drift: [], isSeenAgain: true } as const;
  return { kind: 'changed', change };
}

/** What made a state that lasts and did not before: on a second list, a second bad record. */
function furtherFaults(before: Known, { state, evidence, faults = 0 }: Finding): readonly string[] {
  if (!isBad(state) || before.faults === undefined) return [];
  const known = new Set(before.evidence.slice(0, before.faults).map(withoutFigures));
  return evidence.slice(0, faults).filter((text) => !known.has(withoutFigures(text)));
}

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
