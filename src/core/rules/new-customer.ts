/**
 * SND-7: whoever is new writes to so many strangers a day and no more; with each clean day it is half
 * as many again, and half as many while mail comes back (design 1.5). Only the directory says who is
 * new: on a fresh installation everybody is seen for the first time, and nobody must be slowed for it.
 */
import type { OutcomeSums } from '../profile/outcome-record.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

const DAY_MS = 86_400_000;
/** From then on the account's own habits say more than its age. */
const NEW_DAYS = 30;
/** New recipients on the first day: people rarely approach as many in a working day. */
const FIRST_BUDGET = 50;
const GROWTH = 1.5;
/** More a day is no matter of age any more, but of limits and of the canary. */
const MOST_BUDGET = 1_000;
/** A clean record: shares of the recipients of a week. Fewer than these many are nobody's record. */
const BOUNCES = 0.02;
const COMPLAINTS = 0.001;
const FEWEST = 2;
const RETRY_SECONDS = 3_600;

export function newCustomer(subject: SubmissionSubject): Finding | undefined {
  const { outcomes, facts, nowMs, profile } = subject;
  const { newAccounts: action } = subject.rules;
  if (outcomes === undefined || outcomes.fresh === 0 || action === 'off') return undefined;
  if (facts.class !== 'person' || facts.since === undefined) return undefined;
  const days = Math.floor((nowMs - Date.parse(facts.since)) / DAY_MS);
  // A date ahead of us was mistyped; one without sense is no date.
  if (!(days >= 0 && days < NEW_DAYS)) return undefined;
  const isClean = hasCleanRecord(outcomes.week) && subject.account.ladder.rung === 'observe';
  const budget = budgetOf(days, isClean && profile.ladder.rung === 'observe');
  const today = profile.detection.strangersToday(Math.floor(nowMs / DAY_MS));
  if (today + outcomes.fresh <= budget) return undefined;
  const age = days === 1 ? '1 day' : `${days} days`;
  return {
    rule: 'new-customer',
    practice: 'SND-7',
    action,
    retryAfterSeconds: RETRY_SECONDS,
    cause: 'new-customer',
    text:
      `New for ${age}, it has written to ${today} people for the first time today and asks for ` +
      `${outcomes.fresh} more; ${budget} a day are allowed at that age` +
      `${isClean ? ' and grow each day' : ', half as many as usual for what came back'}. Mail to ` +
      'people it wrote to before goes on.',
    figures: [
      {
        name: 'New recipients today',
        observed: `${today} and ${outcomes.fresh} more`,
        usual: `at most ${budget}`,
      },
    ],
  };
}

/** What an account may approach on its n-th day. */
export function budgetOf(days: number, isClean: boolean): number {
  if (!isClean) return FIRST_BUDGET / 2;
  return Math.min(MOST_BUDGET, Math.floor(FIRST_BUDGET * GROWTH ** days));
}

function hasCleanRecord({ known, hard, complaints }: OutcomeSums): boolean {
  const isBad = (count: number, share: number): boolean =>
    count >= FEWEST && count > share * Math.max(1, known);
  return !isBad(hard, BOUNCES) && !isBad(complaints, COMPLAINTS);
}
