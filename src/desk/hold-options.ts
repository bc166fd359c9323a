/** What the keeper of held messages is told: whose they are, and their clocks. */
import type { HoldRow } from '../store/records/hold-contract.ts';
import type { HoldChoice } from './contract.ts';

export interface HoldSettings {
  /** Who answers for held messages, as people know the role. */
  readonly owner: string;
  /** Who does when nobody has decided in time. */
  readonly escalateTo: string;
  readonly remindAfterSeconds: number;
  readonly escalateAfterSeconds: number;
  /** Then a message goes back to its sender. */
  readonly expireAfterSeconds: number;
  /** Between two short holds of one account and context that let themselves go. */
  readonly releaseSpacingSeconds: number;
  /** How often the queue is compared with the records. */
  readonly checkEverySeconds: number;
  /** Whether the sender is told at once that his message waits. */
  readonly notifySender: boolean;
  /** Header From of notifications. */
  readonly from: string;
  /** Where a sender can turn to; empty when none is set. */
  readonly contact: string;
}

/** A held message that a person or the clock decided on. */
export interface HoldDecision {
  readonly action: HoldChoice;
  readonly hold: HoldRow;
}

/** What the keeper asks of the rest of the platform. */
export interface HoldWorld {
  isOwnDomain(domain: string): boolean;
  /** Whether the ladder holds mail of this context by now, so that it waits for a person. */
  hasClimbed(hold: HoldRow): Promise<boolean>;
  /** What the trace token in these headers says; nothing where there is none of ours. */
  readTrace?(headers: string): Promise<TracedMail | undefined>;
  /** Messages known from events to be the account's. */
  known?(account: string): Promise<readonly KnownMessage[]>;
}

/** Of a message on hold without a record, from the trace token in its headers. */
export interface TracedMail {
  readonly account: string;
  readonly credential: string;
  readonly context: string;
  readonly at: string;
  readonly reference: string;
  /** The decision let it pass, or a person has: somebody else put it on hold. */
  readonly isPassed: boolean;
}

export interface KnownMessage {
  readonly mta: string;
  readonly queueId: string;
  readonly envelopeSender: string;
  readonly at: string;
}

export const DEFAULT_HOLDS: HoldSettings = {
  owner: 'postmaster',
  escalateTo: 'postmaster',
  remindAfterSeconds: 4 * 3600,
  escalateAfterSeconds: 12 * 3600,
  expireAfterSeconds: 24 * 3600,
  releaseSpacingSeconds: 300,
  checkEverySeconds: 60,
  notifySender: false,
  from: 'postmaster@localhost',
  contact: '',
};

/** Nobody's domain is ours and nobody climbs: for records without a platform. */
export const NO_WORLD: HoldWorld = {
  isOwnDomain: () => false,
  hasClimbed: () => Promise.resolve(false),
};
