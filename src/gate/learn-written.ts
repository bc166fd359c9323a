/** What a verdict means for the memory of whom an account writes to: who was let go, and who was asked to wait. */
import type { SubmissionDecision } from '../core/decide-submission.ts';
import type { AskedStrangers } from '../core/profile/asked-ring.ts';
import { toSeconds } from '../core/profile/record.ts';
import type { SeenItem } from '../core/profile/seen-record.ts';
import { NO_BURST, type WrittenRecord } from '../core/profile/written-record.ts';
import { mayGoOn } from '../core/rules/canary.ts';
import type { SubmissionSubject } from '../core/rules/finding.ts';
import { SLOW_STRANGERS } from '../core/rules/slow-strangers.ts';

export interface Judged {
  readonly subject: SubmissionSubject;
  readonly decision: SubmissionDecision;
}

export interface Novelty {
  readonly fresh: number;
  readonly strangers: number;
  /** Whether the record of whom it writes to would change. */
  readonly learns: boolean;
  /** A few of the strangers. */
  readonly approached: readonly SeenItem[];
  /** All of them, as they are remembered while their mail waits; absent at a recipient. */
  readonly asked?: AskedStrangers;
}

interface Written {
  readonly items: readonly SeenItem[];
  readonly novelty: Novelty;
  readonly judged: Judged;
}

/** False when it leaves the record alone. */
export function learnWritten(record: WrittenRecord, written: Written): boolean {
  const { items, novelty, judged } = written;
  const { subject, decision } = judged;
  const { nowMs } = subject;
  const { verdict, enforced, reasons } = decision.verdict;
  const isDeferred = verdict === 'defer';
  const waits = isDeferred && reasons.some(({ signal }) => signal === 'canary');
  if (waits) record.learnWait(nowMs);
  const isAsked = asksToWait(record, written);
  if (subject.event.abandoned === true) return waits || isAsked;
  // What was only watched has left, and so will a short hold: they are known from now on, yet no part
  // of the canary.
  const leaves = !enforced || (isDeferred && decision.intents.some(isShortHold));
  if (verdict !== 'pass' && !leaves) return waits || isAsked;
  if (novelty.asked !== undefined) record.learnLet(novelty.asked, nowMs);
  const { release } = subject.world.policy.outcomes.canary;
  const burst = subject.outcomes?.burst ?? NO_BURST;
  const fresh = verdict === 'pass' ? novelty.fresh : 0;
  record.learn(items, { fresh, goesOn: burst.count + fresh > release && mayGoOn(subject), nowMs });
  const context = subject.context.key[1];
  for (const item of novelty.approached) {
    record.learnApproach({ item, context, atSeconds: toSeconds(nowMs) });
  }
  return true;
}

/** Whoever comes again after the wait is known by it; a short hold lets itself go. False when there is nothing to learn. */
function asksToWait(record: WrittenRecord, { novelty, judged }: Written): boolean {
  const { verdict, intents } = judged.decision;
  const isSlowed = verdict.reasons.some(({ signal }) => signal === SLOW_STRANGERS);
  if (verdict.verdict !== 'defer' || !verdict.enforced || !isSlowed) return false;
  if (novelty.asked === undefined || intents.some(isShortHold)) return false;
  return record.learnAsked(novelty.asked, judged.subject.nowMs);
}

function isShortHold(intent: Judged['decision']['intents'][number]): boolean {
  return intent.kind === 'hold' && intent.releaseAt !== undefined;
}
