/** What changed since it was well. */
import type { Drift, Finding } from './contract.ts';
import type { Good, Known } from './history-file.ts';
import { isBad } from './history-shown.ts';
import { MADE_UP } from './probe-refusal.ts';

/** Where it does not apply it is neither well nor bad: what was well before stays known. */
export function goodOf(before: Known | undefined): Good | undefined {
  if (before === undefined || before.state === 'unknown') return undefined;
  const { goodEvidence, goodAt, evidence, lookedAt, since } = before;
  if (before.state === 'pass') return { goodEvidence: evidence, goodAt: lookedAt ?? since };
  return {
    ...(goodEvidence === undefined ? {} : { goodEvidence }),
    ...(goodAt === undefined ? {} : { goodAt }),
  };
}

/** What is seen of something bad and was not while all was well; nothing where that is not known. */
export function newSince(
  good: readonly string[] | undefined,
  { evidence }: Pick<Finding, 'evidence'>,
): readonly string[] {
  if (good === undefined) return [];
  const fresh = missingFrom(good, evidence);
  if (fresh.length > 0) return fresh;
  const there = new Set(good.map(withoutChance));
  return evidence.filter((text) => !there.has(withoutChance(text)));
}

/** Of what is bad and is known to have been well. */
export function driftOf(finding: Finding, known: Known | undefined): Drift | undefined {
  const { goodEvidence = [], goodAt } = goodOf(known) ?? {};
  if (!isBad(finding.state) || goodAt === undefined || goodEvidence.length === 0) return undefined;
  const is = newSince(goodEvidence, finding);
  if (is.length === 0) return undefined;
  const was = missingFrom(finding.evidence, goodEvidence);
  return { was: textOf(was.length > 0 ? was : goodEvidence), wasAt: goodAt, is: textOf(is) };
}

/** Lines of each side that are told; the evidence has all. */
const MAX_TOLD = 3;

const textOf = (lines: readonly string[]): string => lines.slice(0, MAX_TOLD).join(' ');

function missingFrom(known: readonly string[], seen: readonly string[]): readonly string[] {
  const there = new Set(known.map(withoutFigures));
  return seen.filter((text) => !there.has(withoutFigures(text)));
}

/** Whether both say the same but for days left and counts. */
export const sameBesideFigures = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length &&
  one.every((text, i) => withoutFigures(text) === withoutFigures(other[i]));

/** Days left and counts change from look to look, and are no news. */
export function withoutFigures(text = ''): string {
  return withoutChance(text).replaceAll(/(?<=^|\s)\d+(?=\s|$)/g, '#');
}

/** Greetings of Exim, Sendmail and Exchange tell the time (RFC 5322 section 3.3). */
const CLOCK =
  /\b(?:(?:mon|tue|wed|thu|fri|sat|sun),? )?\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) \d{4} \d{1,2}:\d\d(?::\d\d)?(?: [+-]\d{4}\b| [a-z]{2,4}\b)?(?: \([a-z]{2,5}\))?/gi;

/** What is another one at each look: made-up names of probes, and the time of day. */
function withoutChance(text: string): string {
  return text.replaceAll(MADE_UP, 'primum-#').replaceAll(CLOCK, '#');
}
