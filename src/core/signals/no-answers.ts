/**
 * Strangers a person writes to answer, one in three or four; those a thief writes to do not, but for machines that say
 * their owner is away. Weighed of places that write to strangers only, each with a text of its own: rounds, forms and
 * announcements are hardly ever answered, whoever sends them. Two strangers who answered are a word for the place
 * they were written to from. Silent where nothing is known of the mail that comes in.
 */
import { isSettledForm } from '../detection/form.ts';
import type { Found } from '../detection/found.ts';
import { alike } from '../detection/hypotheses.ts';
import { shareAfter } from '../detection/silence.ts';
import { SHARED } from '../profile/detection-state.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

/** Answers to thieves, and to people: the account's own, drawn towards everybody's. */
const ATTACK = 0.05;
const USUAL = { rate: 0.25, strength: 8, low: 0.1, high: 0.45 } as const;
/** Fewer may be chance. */
const LEAST = 4;
const MOST = 3;

/** What of a place matters here. */
interface PlaceFound {
  /** Row of the profile; -1 for one never seen. */
  readonly index: number;
  readonly isStrange: boolean;
  readonly isProgram: boolean;
}

interface Count {
  readonly of: number;
  readonly answered: number;
}

/** One may be a machine that says its owner is away. */
const ANSWERED = 2;

export function silenceOf(subject: SubmissionSubject, context: PlaceFound): Found | undefined {
  const { outcomes, facts } = subject;
  if (context.isProgram || facts.class !== 'person') return undefined;
  if (outcomes?.approached === undefined) return undefined;
  const answered = answersTo(subject, context);
  if (answered !== undefined) return answered;
  if (!context.isStrange) return undefined;
  const { here, elsewhere } = apart(subject, context.index);
  if (here.of < LEAST) return undefined;
  const weight = weightOf(here, elsewhere);
  if (weight <= 0) return undefined;
  const own =
    elsewhere.of === 0
      ? ''
      : `; of ${elsewhere.of} from its usual places ${elsewhere.answered} did`;
  return {
    signal: 'no-answers',
    practice: 'SND-6',
    family: 'outcomes',
    by: alike(weight),
    text: () =>
      `Of the last ${Math.round(here.of)} strangers it wrote to from places hardly known, a day ago or longer, ${here.answered < 0.5 ? 'none' : Math.round(here.answered)} answered${own}.`,
  };
}

/** What speaks for a place is what was written from there, not from other unproven ones. */
function answersTo(subject: SubmissionSubject, { index }: PlaceFound): Found | undefined {
  const { here, weight } = answeredAt(subject, index);
  if (weight >= 0) return undefined;
  return {
    signal: 'answers',
    practice: 'SND-6',
    family: 'outcomes',
    by: alike(Math.max(-MOST, weight)),
    text: () =>
      `Of the last ${here.of} strangers it wrote to from there ${here.answered} answered.`,
  };
}

/** Strangers written to from a place who answered, where they answered as people are answered; else none. */
export function answeredFrom(subject: SubmissionSubject, index: number): number {
  const { here, weight } = answeredAt(subject, index);
  return weight < 0 ? here.answered : 0;
}

const NOBODY: Count = { of: 0, answered: 0 };

function answeredAt(
  subject: SubmissionSubject,
  index: number,
): { readonly here: Count; readonly weight: number } {
  const { outcomes, profile } = subject;
  const approached = outcomes?.approached;
  if (index < 0 || approached === undefined) return { here: NOBODY, weight: 0 };
  const key = profile.context(index).low;
  const here = approached.find(({ context }) => context === key) ?? NOBODY;
  if (here.answered < ANSWERED) return { here, weight: 0 };
  return { here, weight: Math.min(0, weightOf(here, apart(subject, index).elsewhere)) };
}

/**
 * Unproven places are one: whoever changes them with each message must add up. After a silence, less of the others: he
 * may be gone, and who writes now somebody else.
 */
function apart(
  { outcomes, profile, nowMs }: SubmissionSubject,
  own: number,
): {
  readonly here: Count;
  readonly elsewhere: Count;
} {
  const rows = profile.contexts();
  const state = profile.detection;
  const here = { of: 0, answered: 0 };
  const elsewhere = { of: 0, answered: 0 };
  let others: number | undefined;
  for (const { context, of, answered } of outcomes?.approached ?? []) {
    const index = rows.findIndex(({ halves }) => halves[1] === context);
    const isUsual = index >= 0 && state.isTrusted(index);
    // Customers of a form answer as they do, whoever writes elsewhere.
    if (!isUsual && index !== own && isSettledForm(profile, index)) continue;
    let share = 1;
    if (!isUsual && index !== own) {
      others ??= shareAfter(state, SHARED.probation, { fromMs: 0, nowMs });
      share = others;
    }
    const count = isUsual ? elsewhere : here;
    count.of += of * share;
    count.answered += answered * share;
  }
  return { here, elsewhere };
}

function weightOf(here: Count, elsewhere: Count): number {
  const mean = (elsewhere.answered + USUAL.strength * USUAL.rate) / (elsewhere.of + USUAL.strength);
  const usual = Math.min(USUAL.high, Math.max(USUAL.low, mean));
  const silent = (here.of - here.answered) * Math.log((1 - ATTACK) / (1 - usual));
  return Math.min(MOST, silent + here.answered * Math.log(ATTACK / usual));
}
