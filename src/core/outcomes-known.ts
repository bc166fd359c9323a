/** What came back for earlier mail, as far as it says something about the message now judged. */
import type { OutcomeSums } from './profile/outcome-record.ts';
import type { PlaceCompany } from './profile/place-record.ts';
import type { Suppression } from './profile/suppression-record.ts';
import { NO_BURST, type Burst } from './profile/written-record.ts';

export interface SuppressedRecipient extends Suppression {
  /** As it stands in the envelope. */
  readonly recipient: string;
}

export interface OutcomesKnown {
  /** Of the account in about a day and a week. */
  readonly day: OutcomeSums;
  readonly week: OutcomeSums;
  readonly burst: Burst;
  /** Recipients of this message that the account has never written to. */
  readonly fresh: number;
  readonly suppressed: readonly SuppressedRecipient[];
  /** Of `fresh`, those it never heard from either. */
  readonly strangers: number;
  /** Of a message to strangers; absent where nothing is known of the mail that comes in. */
  readonly approached?: readonly Approached[];
  /** Of a message to strangers, or from a rented machine: who else writes to strangers from this place. */
  readonly company?: PlaceCompany;
  /** One recipient is asked about: no more is known than a burst needs. */
  readonly isPart?: true;
  /** Of a message to strangers that was asked to wait and comes again: whether it has waited long enough. */
  readonly hasWaited?: boolean;
  /** Whether In-Reply-To names a message that came in; absent where none is known or named. */
  readonly answers?: boolean;
}

/** Of the last strangers that one context wrote to, those who answered or had a day to do so, and those who did. */
export interface Approached {
  /** Low half of its key. */
  readonly context: number;
  readonly of: number;
  readonly answered: number;
}

const NOTHING: OutcomeSums = { known: 0, hard: 0, unknown: 0, complaints: 0 };

/** Of nearly every message: nothing that matters. */
export const NOTHING_CAME_BACK: OutcomesKnown = {
  day: NOTHING,
  week: NOTHING,
  burst: NO_BURST,
  fresh: 0,
  suppressed: [],
  strangers: 0,
};

/** Share of recipients that fail for anybody, generously. */
const EVERYBODYS = 0.03;
/**
 * Of as many, as many more as chance makes: twice the root of what is expected. Once the root, one in six who are innocent
 * has more each week.
 */
const MANY_KNOWN = 40;
const DEVIATIONS = 2;

/** Failures and complaints, where they are more than anybody has who sends as much; else none. */
export function beyondEverybodys({ known, hard, complaints }: OutcomeSums = NOTHING): number {
  const share = EVERYBODYS * known;
  const chance = known >= MANY_KNOWN ? DEVIATIONS * Math.sqrt(share) : 0;
  return hard + complaints >= share + chance ? hard + complaints : 0;
}
