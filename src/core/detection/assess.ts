/**
 * Weighs one message: what every signal says, added to what the context and those like it have gathered.
 * Pure; `learn.ts` writes it down once the verdict is known.
 */
import type { Evidence } from '../evidence.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { RATES, SHARED } from '../profile/detection-state.ts';
import { CONTENT_SIGNALS, MEASURES, SIGNALS } from '../signals/registry.ts';
import type { Measure } from '../signals/measure.ts';
import type { Hypothesis } from '../verdict.ts';
import { lookAtContext, type ContextFound } from './context.ts';
import type { Found } from './found.ts';
import { alike, HYPOTHESES, type Family } from './hypotheses.ts';
import {
  add,
  bestOf,
  capFamily,
  clearFamily,
  fade,
  familySums,
  placeOfFamily,
  settle,
  type Lane,
  type LaneScore,
} from './lanes.ts';
import { likelihoods, predictive } from './rates.ts';

export interface Assessment {
  readonly score: number;
  readonly hypothesis: Hypothesis;
  /** Of the lane and hypothesis that decide, capped. */
  readonly sums: Readonly<Record<Family, number>>;
  readonly evidence: readonly Evidence[];
  readonly context: ContextFound;
  readonly own: Lane;
  readonly shared: Lane;
  readonly sharedIndex: number;
  /** The context's strangeness was refuted by good conduct. */
  readonly isCleared: boolean;
  /** By slot: 1 yes, 0 no, -1 not seen. */
  readonly answers: readonly number[];
}

/** One for each slot of measures, as many as the profile has rates. */
const NOT_SEEN: readonly number[] = Array.from({ length: RATES }, () => -1);
/** What is weighed by the identity's habits; the rest is odd in itself and always said. */
const HABITS = 'SND-6';
/** Weaker evidence is not worth a sentence. */
const WORTH_SAYING = 0.4;
/** Who is new writes to strangers; it must not hold so soon (design 1.5). */
const NEW_MESSAGES = 30;
const NEW_RECIPIENTS_CAP = 4;
const RECIPIENTS = placeOfFamily('recipients');
/** Below this nothing is said of what is only a little unusual. */
const QUIET = 2;
const NO_FOUND: readonly Found[] = [];
const NO_FAMILIES: readonly Family[] = [];

export function assess(subject: SubmissionSubject): Assessment {
  const { profile, nowMs, facts } = subject;
  const state = profile.detection;
  const without = subject.world.policy.without ?? NO_FAMILIES;
  const seen = lookAtContext(subject);
  const context = without.includes('context') ? { ...seen, weight: 0 } : seen;
  const sharedIndex = context.isTrusted ? SHARED.trusted : SHARED.probation;
  const own = state.lane(Math.max(0, context.index));
  if (context.index < 0) own.fill(0);
  else fade(own, nowMs - state.laneMs(context.index));
  const shared = state.lane(sharedIndex);
  fade(shared, nowMs - state.laneMs(sharedIndex));
  const answers = NOT_SEEN.slice();
  const found = facts.class === 'forward' ? NO_FOUND : collect(subject, context, answers);
  for (const { family, by } of found) {
    const place = placeOfFamily(family);
    if (place < 0) continue;
    add(own, place, by);
    add(shared, place, by);
  }
  if (profile.messages < NEW_MESSAGES) {
    capFamily(own, RECIPIENTS, NEW_RECIPIENTS_CAP);
    capFamily(shared, RECIPIENTS, NEW_RECIPIENTS_CAP);
  }
  for (const family of without) {
    clearFamily(own, placeOfFamily(family));
    clearFamily(shared, placeOfFamily(family));
  }
  const isCleared = settle(own, context.weight);
  settle(shared, context.weight);
  const ownBest = bestOf(own, context.weight);
  const sharedBest = bestOf(shared, context.weight);
  const isOwn = ownBest.score >= sharedBest.score;
  const best = isOwn ? ownBest : sharedBest;
  const hypothesis = HYPOTHESES[best.hypothesis] ?? 'spam';
  return {
    score: Math.max(0, best.score),
    hypothesis,
    sums: familySums(isOwn ? own : shared, best.hypothesis, context.weight),
    evidence: evidenceOf(
      without.length === 0 ? found : found.filter(({ family }) => !without.includes(family)),
      best,
    ),
    context,
    own,
    shared,
    sharedIndex,
    isCleared,
    answers,
  };
}

function collect(subject: SubmissionSubject, context: ContextFound, answers: number[]): Found[] {
  const found: Found[] = [...context.found];
  for (const measure of MEASURES) {
    const isThere = measure.look(subject);
    if (isThere === undefined) continue;
    answers[measure.slot] = isThere ? 1 : 0;
    found.push(weigh(measure, subject, isThere));
  }
  for (const signal of SIGNALS) {
    const said = signal(subject);
    if (said !== undefined) found.push(asFound(said));
  }
  const { content } = subject;
  if (content === undefined) return found;
  const looked = { subject, content, rules: subject.world.policy.content };
  for (const signal of CONTENT_SIGNALS) {
    const said = signal(looked);
    if (said !== undefined) found.push(asFound(said));
  }
  return found;
}

function asFound({ signal, practice, family, weight, by, text }: Evidence): Found {
  return {
    signal,
    ...(practice !== undefined && { practice }),
    family,
    by: by ?? alike(weight),
    text: () => text,
  };
}

function weigh(measure: Measure, subject: SubmissionSubject, isThere: boolean): Found {
  const usual = predictive(subject.profile.detection.own(measure.slot), measure.prior(subject));
  return {
    signal: measure.signal,
    practice: measure.practice,
    family: measure.family,
    by: likelihoods(isThere, measure.attack, { usual, noSpeaks: measure.noSpeaks === true }),
    text: () => measure.text(subject, isThere, percent(usual)),
  };
}

function evidenceOf(found: readonly Found[], { hypothesis, score }: LaneScore): Evidence[] {
  const evidence: Evidence[] = [];
  for (const { signal, practice, family, by, text } of found) {
    const weight = by[hypothesis] ?? 0;
    if (weight < WORTH_SAYING && signal !== 'outcomes') continue;
    if (score < QUIET && practice === HABITS) continue;
    evidence.push({
      signal,
      ...(practice !== undefined && { practice }),
      family,
      weight: Math.round(weight * 100) / 100,
      text: text(),
    });
  }
  return evidence;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}
