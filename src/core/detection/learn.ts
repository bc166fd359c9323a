/**
 * What a judged message teaches detection (detection design 1.9): sums always, what is usual only from
 * mail that went out from a trusted context and is above suspicion, and never fast.
 */
import { hourOf, stormOf } from '../rules/alert-storm.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { learnStyle } from '../signals/style.ts';
import { copyOf } from '../signals/own-copies.ts';
import { newRecipients } from '../signals/new-recipients.ts';
import { MEASURES } from '../signals/registry.ts';
import { toSeconds } from '../profile/record.ts';
import type { Assessment } from './assess.ts';
import { isInQuestion } from './carried.ts';
import { writesToStrangersMost, writesToStrangersOnly } from './context.ts';
import { bestOf } from './lanes.ts';

/** From here on somebody looks closer, and nothing is learnt. */
export const SUSPECT = 4;
/** A context is trusted after so long and so much without a word against it (design 1.3, formula 5). */
const TRUST_DAYS = 3;
const TRUST_MESSAGES = 10;
const TRUST_MS = 7 * 86_400_000;
const TRUST_BELOW = 2;

export function learnDetection(
  subject: SubmissionSubject,
  {
    assessment,
    index,
    passed,
  }: {
    readonly assessment: Assessment;
    /** The context's row, after it was learnt. */
    readonly index: number;
    readonly passed: boolean;
  },
): void {
  const { profile, nowMs, outcomes, content } = subject;
  const { context, score } = assessment;
  const state = profile.detection;
  const seconds = toSeconds(nowMs);
  if (context.index < 0) {
    state.clearLane(index);
    if (context.isFirst) state.setTrust(index, 'trusted');
    else state.setNetworkWeight(index, context.networkWeight);
  }
  if (assessment.isCleared && context.index >= 0 && !state.isTrusted(index)) {
    state.setNetworkWeight(index, 0);
    state.setMaking(index, 0);
  } else if (!state.isTrusted(index)) state.setMaking(index, Math.max(0, context.making));
  // What is written in a strange session says nothing of the webmail's machine.
  if (!context.isSession) {
    state.setLane(index, assessment.own);
    state.touchLane(index, seconds);
  }
  state.setLane(assessment.sharedIndex, assessment.shared);
  state.touchLane(assessment.sharedIndex, seconds);
  if (isInQuestion(assessment)) state.touchInQuestion(assessment.sharedIndex, seconds);
  if (!state.isTrusted(index) && earnsTrust(subject, index, assessment))
    state.setTrust(index, 'trusted');
  const toStrangers = assessment.answers[newRecipients.slot] ?? -1;
  // Letters of one form are one act, whomever they go to.
  if (toStrangers >= 0 && !assessment.isCopy && !assessment.isAgain && !context.isSession)
    state.countCompany(index, toStrangers === 1);
  const copy = copyOf(subject, !context.isTrusted);
  if (copy !== undefined && !assessment.isAgain) state.learnCopy(copy);
  const day = Math.floor(seconds / 86_400);
  // What was asked to wait comes again, and must not use up the day.
  if (passed && (outcomes?.fresh ?? 0) > 0) state.countStrangers(day, outcomes?.fresh ?? 0);
  const storm = passed ? stormOf(subject) : undefined;
  if (storm !== undefined) state.countStorm(storm, hourOf(nowMs));
  if (!passed || !state.isTrusted(index) || score >= SUSPECT) return;
  if (!state.mayTrain(day)) return;
  // A place may be known by now and its program not yet: it can only become so by its messages.
  if (content !== undefined) learnStyle(content.derived, state);
  if (!context.isTrusted) return;
  for (const { slot } of MEASURES) {
    const answer = assessment.answers[slot] ?? -1;
    if (answer >= 0) state.train(slot, answer === 1);
  }
}

/** What was odd in its mail counts, not that the place is new: else no strange place could become known. */
function earnsTrust(
  subject: SubmissionSubject,
  index: number,
  { own, score, context, isSeen }: Assessment,
): boolean {
  const { profile, nowMs } = subject;
  const row = profile.context(index);
  return (
    !profile.detection.isRefused(index) &&
    // Of mail that is not seen too little is known to say that nothing is odd.
    (score < TRUST_BELOW || (isSeen && bestOf(own, 0, { isSeen }).score <= 0)) &&
    !context.isStrange &&
    row.days >= TRUST_DAYS &&
    row.messages >= TRUST_MESSAGES &&
    nowMs - row.firstMs >= TRUST_MS &&
    !writesToStrangersOnly(subject, index) &&
    // An imitation writes to some known people, too.
    !writesToStrangersMost(subject, index)
  );
}
