/** What the operator's own rules say of one submission or login. */
import type { AccountFacts } from '../account.ts';
import type { LoginAttempt, LoginEvent, SubmissionEvent } from '../event.ts';
import type { KeyedHash } from '../hash.ts';
import type { Context, Identity } from '../identity.ts';
import type { Load } from '../inbound/connection-load.ts';
import type { Lock } from '../intent.ts';
import type { AttachmentKinds, ContentKnown } from '../message/content.ts';
import type { OutcomesKnown } from '../outcomes-known.ts';
import type { NetworkFacts } from '../network.ts';
import type { Policy } from '../policy.ts';
import type { AccountRecord } from '../profile/account-record.ts';
import type { IdentityProfile } from '../profile/identity-profile.ts';
import type { SourceRecord } from '../profile/source-record.ts';
import type { ResolvedRules, SourcedLimit } from './resolve.ts';

export type FindingAction = 'observe' | 'throttle' | 'hold' | 'reject' | 'lock';

export interface Finding {
  /** File name of the rule. */
  readonly rule: string;
  readonly practice: string;
  readonly action: FindingAction;
  /** One sentence with the observed and the allowed or usual value. */
  readonly text: string;
  /** Alerts are grouped by this; absent means nobody is alerted. */
  readonly cause?: string;
  /** The alert is about this source of guesses, whoever is guessed at. */
  readonly source?: string;
  /** What the alert says in place of the text, where it gathers several. */
  readonly summary?: string;
  /** The account climbs the ladder and stays there for its clock, not only for this message. */
  readonly climbs?: boolean;
  readonly figures?: readonly Figure[];
  /** What was done where rules are enforced, in a sentence; by default what the verdict does. */
  readonly done?: string;
  /** What the client is told by name, such as a virus' signature. */
  readonly detail?: string;
  /** For `throttle`: when trying again makes sense, where the rule knows. */
  readonly retryAfterSeconds?: number;
  /** For `throttle`: nobody could look now, so nothing but the message sent again lets it out. */
  readonly notLookedAt?: true;
}

export interface Figure {
  readonly name: string;
  readonly observed: string;
  readonly usual: string;
}

/** What the core may ask about the world; all answers are plain data given to it. */
export interface World {
  readonly policy: Policy;
  readonly hash: KeyedHash;
  isOwnDomain(domain: string): boolean;
  isFreemail(domain: string): boolean;
  readonly attachmentKinds: AttachmentKinds;
}

/** One limit at one name of its scope. */
export interface LimitSlot {
  readonly limit: SourcedLimit;
  /** Index into the subject's counters. */
  readonly counter: number;
}

interface SubjectBase {
  readonly world: World;
  readonly nowMs: number;
  readonly who: Identity;
  readonly context: Context;
  readonly facts: AccountFacts;
  readonly network: NetworkFacts;
  readonly rules: ResolvedRules;
  readonly lock: Lock | undefined;
  readonly account: AccountRecord;
}

export interface SubmissionSubject extends SubjectBase {
  readonly event: SubmissionEvent;
  readonly profile: IdentityProfile;
  /** Where each limit counts, and what it has counted. */
  readonly slots: readonly LimitSlot[];
  readonly counters: readonly (Uint8Array | undefined)[];
  /** Of the same account, not yet judged. */
  readonly underWay: { readonly messages: number; readonly recipients: number };
  /** All recipients are named; at RCPT more may come, and those refused may be sent to later. */
  readonly isWhole?: boolean;
  /** Where a message was seen, not only its envelope. */
  readonly content?: ContentKnown;
  /** What came back before; absent while the store is away. */
  readonly outcomes?: OutcomesKnown;
}

export interface LoginSubject extends SubjectBase {
  readonly event: LoginEvent | LoginAttempt;
  /** Keyed hash of account and password, where the asker gave one and the mechanism has one. */
  readonly password: number | undefined;
  /** What a wrong password is told apart by: the password, else the event itself. */
  readonly guess: number;
  readonly address: SourceRecord;
  readonly networkSource: SourceRecord;
  /** What the address has done on all services before (INB-4). */
  readonly load: Load;
}
