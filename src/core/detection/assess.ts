/**
 * Weighs one message: what every signal says, added to what the context and those like it have gathered.
 * Pure; `learn.ts` writes it down once the verdict is known.
 */
import { recipientCount } from '../event.ts';
import type { Evidence } from '../evidence.ts';
import { beyondEverybodys } from '../outcomes-known.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { RATES, SHARED } from '../profile/detection-state.ts';
import { CONTENT_SIGNALS, MEASURES, SIGNALS } from '../signals/registry.ts';
import type { Measure } from '../signals/measure.ts';
import { isRoundAgain, isShortForm, ownCopies } from '../signals/own-copies.ts';
import { silenceOf } from '../signals/no-answers.ts';
import { carriesNothing, notAnAnswer } from '../signals/not-an-answer.ts';
import { isOfOneLength } from '../signals/same-size.ts';
import { sharedPlace } from '../signals/shared-place.ts';
import type { Hypothesis } from '../verdict.ts';
import { carriedTo, isSettledProgram } from './carried.ts';
import { lookAtContext, type ContextFound } from './context.ts';
import type { Found } from './found.ts';
import { alike, HYPOTHESES, type Family, type Four } from './hypotheses.ts';
import {
  bestOf,
  capFamily,
  clearFamily,
  contextFor,
  familySums,
  placeOfFamily,
  settle,
  type Lane,
  type LaneScore,
} from './lanes.ts';
import { likelihoods, predictive } from './rates.ts';
import { fadeTo } from './silence.ts';
import {
  addAll,
  exceptThread,
  notForThread,
  saidBy,
  withContent,
  withCross,
  withPreparation,
  withStanding,
} from './sums.ts';

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
  /** The message itself was seen, and is weighed. */
  readonly isSeen: boolean;
  /** Nearly the same text went to others just now; where it is short or not seen, as far as can be told. */
  readonly isCopy: boolean;
  /** Nearly all that the place sends is one letter. */
  readonly isProgram: boolean;
  /** The same, and it has done so for days. */
  readonly isSettled: boolean;
  /** The place writes to nearly nobody whom the account knows. */
  readonly isStrange: boolean;
  /** Written in a browser. */
  readonly isBrowser: boolean;
  /** What this place did itself: for a lock what others did is not enough. */
  readonly itself: Pick<Assessment, 'score' | 'sums'>;
  /** Refused for good or complained of, in the last week. */
  readonly failures: number;
  /** It was weighed when it was asked to wait. */
  readonly isAgain: boolean;
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
const NEW_MS = 14 * 86_400_000;
const NEW_READS = 20;
const RECIPIENTS = placeOfFamily('recipients');
/** Below this nothing is said of what is only a little unusual. */
const QUIET = 2;
/** Nats of program and writing together, as of a program never seen. */
const UNLIKE = 1.5;
/** Nats of a network: another address of a provider that is used weighs less, a new one more. */
const NEARBY = 0.5;
const OWN_COPIES = MEASURES.find(({ slot }) => slot === ownCopies.slot);
const ANSWER = MEASURES.find(({ slot }) => slot === notAnAnswer.slot);
const NO_FOUND: readonly Found[] = [];
const NO_FAMILIES: readonly Family[] = [];

export function assess(subject: SubmissionSubject): Assessment {
  const { profile, facts } = subject;
  const without = subject.world.policy.without ?? NO_FAMILIES;
  const place = lookAtContext(subject);
  const context = without.includes('context') ? { ...place, weight: 0, readersWeight: 0 } : place;
  const { own, shared, sharedIndex } = lanesOf(subject, context);
  const answers = NOT_SEEN.slice();
  const found = facts.class === 'forward' ? NO_FOUND : collect(subject, context, answers);
  const isCopy = answers[ownCopies.slot] === 1;
  const how = howItCounts(subject, context, answers);
  const isSettled = isSettledProgram(subject, context);
  addAll(own, found, how);
  // What a form that was there for days sends is no step of one who hops, and says nothing of the other places.
  if (context.isTrusted || !isSettled) addAll(shared, found, how);
  const isNewcomer = profile.messages < NEW_MESSAGES && isNew(subject);
  for (const lane of [own, shared]) bound(lane, isNewcomer, without);
  const isCleared = settle(own, context.weight);
  settle(shared, context.weight);
  const isOneOfForm = context.isProgram && !context.isTrusted;
  const isForm = isCopy || isOneOfForm || isLikeForm(subject) || isRoundAgain(subject);
  const isSeen = subject.content !== undefined && !without.includes('content');
  const seen = { isSeen, isForm, readersContext: context.readersWeight };
  const standing = standingOf(subject, context, isForm).filter(
    ({ family }) => !without.includes(family),
  );
  const said = context.isTrusted ? saidAtHome(found, { isCopy, isSeen }) : undefined;
  const others = isSettled && isCopy ? saidBy(found, 'cross') : undefined;
  const isPrepared = !context.isTrusted && !isSettled;
  const alone = withStanding(
    isPrepared ? withPreparation(own, shared) : withCross(withContent(own, said), others),
    standing,
  );
  const ownBest = bestOf(alone, context.weight, seen);
  const carried = withStanding(withContent(carriedTo(subject, context, shared), said), standing);
  const sharedBest = bestOf(carried, context.weight, seen);
  const isOwn = ownBest.score >= sharedBest.score;
  const best = isOwn ? ownBest : sharedBest;
  const weight = contextFor(best.hypothesis, context.weight, seen);
  const sums = familySums(isOwn ? alone : carried, best.hypothesis, weight);
  const itself = alone === own ? ownBest : bestOf(own, context.weight, seen);
  const hypothesis = HYPOTHESES[best.hypothesis] ?? 'spam';
  const told = standing.length === 0 ? found : [...found, ...standing];
  return {
    score: Math.max(0, best.score),
    hypothesis,
    sums,
    evidence: evidenceOf(
      without.length === 0 ? told : told.filter(({ family }) => !without.includes(family)),
      best,
    ),
    context,
    own,
    shared,
    sharedIndex,
    isCleared,
    isCopy: isForm,
    isSeen,
    isStrange: context.isStrange,
    isBrowser: context.isBrowser,
    isProgram: context.isProgram,
    isSettled,
    itself: {
      score: itself.score,
      sums: familySums(own, itself.hypothesis, contextFor(itself.hypothesis, context.weight, seen)),
    },
    failures: beyondEverybodys(subject.outcomes?.week),
    isAgain: how.isAgain === true,
    answers,
  };
}

/** As they are now. */
function lanesOf(
  { profile, nowMs }: SubmissionSubject,
  { index, isTrusted, isSession, weight }: ContextFound,
): Pick<Assessment, 'own' | 'shared' | 'sharedIndex'> {
  const state = profile.detection;
  const sharedIndex = isTrusted ? SHARED.trusted : SHARED.probation;
  const own = state.lane(Math.max(0, index));
  // What the owner wrote through the webmail's machine is no word for who writes through it now.
  if (index < 0 || isSession) own.fill(0);
  else fadeTo(own, { state, index, nowMs, context: weight, isUsual: isTrusted });
  const shared = state.lane(sharedIndex);
  fadeTo(shared, { state, index: sharedIndex, nowMs, context: weight });
  return { own, shared, sharedIndex };
}

function bound(lane: Lane, isNewcomer: boolean, without: readonly Family[]): void {
  if (isNewcomer) capFamily(lane, RECIPIENTS, NEW_RECIPIENTS_CAP);
  for (const family of without) clearFamily(lane, placeOfFamily(family));
}

/** Who is known for long by what it reads is no newcomer, however little it writes. */
function isNew({ account, nowMs }: SubmissionSubject): boolean {
  return nowMs - account.createdMs < NEW_MS || account.reads < NEW_READS;
}

function howItCounts(
  { outcomes }: SubmissionSubject,
  context: ContextFound,
  answers: readonly number[],
): Parameters<typeof addAll>[2] {
  return {
    isCopy: answers[ownCopies.slot] === 1,
    isUsual: context.isTrusted,
    isApproach: answers[notAnAnswer.slot] === 1,
    isHabit: context.isTrusted && context.isProgram,
    isUnlike: isUnlike(context),
    isAgain: outcomes?.hasWaited !== undefined,
  };
}

/** From elsewhere and with somebody else's program; an owner on a journey has his own. */
function isUnlike({ isTrusted, making, networkWeight, isSession }: ContextFound): boolean {
  const isElsewhere = isSession || networkWeight > NEARBY;
  return !isTrusted && making >= UNLIKE && isElsewhere;
}

/** Of a round at home, or of a letter in which nothing is odd, only its own content is heard. */
function saidAtHome(
  found: readonly Found[],
  { isCopy, isSeen }: { readonly isCopy: boolean; readonly isSeen: boolean },
): Four | undefined {
  const said = saidBy(found, 'content');
  return isCopy || (isSeen && said.every((weight) => weight <= 0)) ? said : undefined;
}

/** Letters of a program: of few words, or where nothing is seen of one length, each to one person. */
function isLikeForm(subject: SubmissionSubject): boolean {
  if (recipientCount(subject.event) > 1) return false;
  return subject.content === undefined ? isOfOneLength(subject) : isShortForm(subject);
}

/** What is of all that was written until now, or of others: it is said anew each time, and not added up. */
function standingOf(
  subject: SubmissionSubject,
  context: ContextFound,
  isForm: boolean,
): readonly Found[] {
  if (context.isTrusted) return NO_FOUND;
  const silence = isForm ? undefined : silenceOf(subject, context);
  const place = sharedPlace(subject, context);
  if (silence === undefined && place === undefined) return NO_FOUND;
  return [silence, place].filter((one) => one !== undefined);
}

function collect(subject: SubmissionSubject, context: ContextFound, answers: number[]): Found[] {
  const found: Found[] = [...context.found];
  for (const measure of MEASURES) {
    const isThere = measure.look(subject);
    if (isThere === undefined) continue;
    answers[measure.slot] = isThere ? 1 : 0;
    // That each stranger gets a text of its own is why a place is strange: it is no word for its sender, too.
    if (context.isStrange && measure === OWN_COPIES && !isThere) continue;
    const weighed = weigh(measure, subject, isThere);
    const by = asHeard(measure, weighed.by, { subject, context, isThere });
    found.push(by === weighed.by ? weighed : { ...weighed, by });
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

/** What a measure says of conversations that are gone on with in a stolen mailbox depends on what else is there. */
function asHeard(
  measure: Measure,
  by: Four,
  it: {
    readonly subject: SubmissionSubject;
    readonly context: ContextFound;
    readonly isThere: boolean;
  },
): Four {
  if (it.isThere) return by;
  if (measure === OWN_COPIES && isUnlike(it.context)) return notForThread(by);
  // Who has nothing to bring into a conversation is no thief in it, and owners answer all day.
  return measure === ANSWER && carriesNothing(it.subject) ? exceptThread(by) : by;
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
