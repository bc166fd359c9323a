/** What a desk is opened with. */
import type { Carried, CarriedQuery, Explanation } from '../core/report.ts';
import type { AccountConnector, AlertChannel } from '../effects/contract.ts';
import type { Records } from '../store/records/contract.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import type { AnswerFrame } from './case-answer.ts';
import type { TicketTarget } from './ticket-target.ts';
import type { HoldDecision, HoldSettings, HoldWorld } from './hold-options.ts';

/** A lock that came into force, or one that was lifted. */
export interface LockChange {
  readonly action: 'lock' | 'unlock';
  readonly account: string;
  readonly by: string;
  readonly why: string;
}

export interface AlertOptions {
  /** Accounts with the same cause within this time share a message. */
  readonly groupSeconds: number;
  /** An open incident is told again after this time at the earliest, and only with news. */
  readonly repeatAfterSeconds: number;
  /** Where programs reach the API door; without it alerts name the command line only. */
  readonly apiUrl?: string;
}

export interface DeliveryOptions {
  readonly firstRetrySeconds: number;
  readonly maxRetrySeconds: number;
  /** From when the job was written. Giving up is audited. */
  readonly giveUpAfterSeconds: number;
  /** One attempt. */
  readonly timeoutSeconds: number;
  /** Jobs under way at a time. */
  readonly concurrency: number;
}

/** What a desk can be given anew while it runs. */
export interface DeskSettings {
  readonly channels: readonly AlertChannel[];
  readonly connectors: readonly AccountConnector[];
  /** Of answers to reporters; a change needs a restart. */
  readonly answerFrame?: AnswerFrame;
  /** Systems that have a ticket for each incident and case. */
  readonly tickets?: readonly TicketTarget[];
  readonly alerts?: Partial<AlertOptions>;
  readonly holds?: Partial<HoldSettings>;
}

export interface DeskOptions extends DeskSettings {
  /** Opened by the caller, who closes it after the desk. */
  readonly records: Records;
  readonly telemetry: Pick<
    Telemetry,
    'storeFailed' | 'storeWorks' | 'effectDone' | 'effectFailed' | 'warn' | 'gauge'
  >;
  readonly delivery?: Partial<DeliveryOptions>;
  /** Told of every lock that comes into force and every one that is lifted. */
  readonly onLockChange?: (change: LockChange) => void;
  /** Told of every account whose forwards somebody switched on again, once that is durable. */
  readonly onForwardOn?: (account: string) => void;
  /** Of the links of "was this you?"; without it links end with the program. */
  readonly questionKey?: Uint8Array;
  /** Told of every switch that comes into force, once it is durable. */
  readonly onSwitch?: () => void;
  /** What held messages ask of the platform; without it nothing can be returned to its sender. */
  readonly world?: HoldWorld;
  /** Told of every decision on a held message, once it is durable. */
  readonly onHoldDecision?: (decision: HoldDecision) => void;
  /** Finds a decision by its reference, for what incidents have in common (FBK-7). */
  readonly explain?: (reference: string) => Promise<Explanation | undefined>;
  /** Counts messages of a campaign's accounts that carry what they share. */
  readonly countCarried?: (query: CarriedQuery) => Promise<Carried>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export const DEFAULT_ALERTS: AlertOptions = { groupSeconds: 60, repeatAfterSeconds: 3600 };

// RFC 5321 §4.5.4.1 gives mail days; an alert or a lock that is a day late helps nobody.
export const DEFAULT_DELIVERY: DeliveryOptions = {
  firstRetrySeconds: 5,
  maxRetrySeconds: 900,
  giveUpAfterSeconds: 86_400,
  timeoutSeconds: 60,
  concurrency: 4,
};
