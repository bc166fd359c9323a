/** How checks say what they saw. */
import type { DnsAnswer } from '../dns.ts';
import type { Observation } from '../contract.ts';

const RANK = { fail: 4, warn: 3, unknown: 2, pass: 1, 'not-applicable': 0 } as const;

/** One thing that was noticed, before it is summed up. */
export interface Note {
  readonly state: Observation['state'];
  readonly text: string;
  readonly advice?: string;
}

export const fine = (text: string): Note => ({ state: 'pass', text });
export const warn = (text: string, advice: string): Note => ({ state: 'warn', text, advice });
export const bad = (text: string, advice: string): Note => ({ state: 'fail', text, advice });
export const unclear = (text: string, advice?: string): Note => ({
  state: 'unknown',
  text,
  ...(advice === undefined ? {} : { advice }),
});
export const none = (text: string): Note => ({ state: 'not-applicable', text });

/** The worst note is the state; the notes that made it come first and bring their advice. */
export function sumUp(practice: string, notes: readonly Note[]): Observation {
  const sorted = [...notes].sort((a, b) => RANK[b.state] - RANK[a.state]);
  const state = sorted[0]?.state ?? 'unknown';
  const worst = sorted.filter((n) => n.state === state);
  const advice = [...new Set(worst.flatMap((n) => n.advice ?? []))].join(' ');
  const withAdvice = advice !== '' && state !== 'pass';
  return {
    practice,
    state,
    evidence: [...new Set(sorted.map(({ text }) => text))],
    ...(state === 'fail' || state === 'warn'
      ? { faults: new Set(worst.map((n) => n.text)).size }
      : {}),
    ...(withAdvice ? { advice } : {}),
  };
}

export function recordsOf(answer: DnsAnswer): readonly string[] {
  return answer.kind === 'found' ? answer.records : [];
}

/** A note when nobody knows, `undefined` when there is an answer. */
export function failedNote(question: string, answer: DnsAnswer): Note | undefined {
  if (answer.kind !== 'failed') return undefined;
  return unclear(`${question}: ${answer.why}.`, 'Look whether the name servers answer.');
}

/** Why at least one of the answers is none; `undefined` where all are known. */
export function whyFailed(...answers: readonly DnsAnswer[]): string | undefined {
  return answers.find((answer) => answer.kind === 'failed')?.why;
}

/** `a, b and 3 more`. */
export function listed(texts: readonly string[], most = 5): string {
  const more = texts.length - most;
  const shown = texts.slice(0, most).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
