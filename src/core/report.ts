/** What is shown of an account on request: the API and the command line print these as they are. */
import type { FalseRate } from './detection/tail.ts';
import type { Family } from './detection/hypotheses.ts';
import type { PlainWords } from './plain-words.ts';
import type { PrimumEvent, SubmissionEvent } from './event.ts';
import type { Rung, RungChange, Verdict } from './verdict.ts';
import type { AccountFacts } from './account.ts';
import type { Limit, Mode } from './policy.ts';

/** One address the account logged in or sent from (ACC-7). */
export interface AddressReport {
  readonly address: string;
  readonly country: string;
  readonly asn: number;
  readonly place: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly logins: number;
  readonly failures: number;
  readonly submissions: number;
}

export interface ContextReport {
  readonly context: string;
  readonly country: string;
  readonly asn: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly days: number;
  readonly messages: number;
  readonly trusted: boolean;
  /** Somebody said that it is not the owner; it earns no trust by itself. */
  readonly refused: boolean;
  /** Nats by family under the hypothesis that weighs most. */
  readonly sums: Readonly<Record<Family, number>>;
  readonly score: number;
}

export interface IdentityReport {
  readonly identity: string;
  readonly rung: Rung;
  readonly since: string;
  readonly score: number;
  readonly messages: number;
  readonly recipients: number;
  readonly usualRecipientsPerDay: number;
  readonly contexts: readonly ContextReport[];
  /** Its habit: messages by hour of the week in its own time, Monday's first hour first. */
  readonly hours?: readonly number[];
  /** Sender addresses used, most used first. */
  readonly senders: readonly { readonly address: string; readonly messages: number }[];
}

/** What came back for the mail of an account (FBK-1, FBK-2). */
export interface OutcomeReport {
  readonly firstAt: string;
  readonly lastAt: string;
  readonly delivered: number;
  /** Told to come later, each time it was told. */
  readonly deferred: number;
  readonly hardBounces: number;
  readonly softBounces: number;
  readonly complaints: number;
  readonly complaintsTakenBack: number;
  /** Failed and deferred by reply class, most first. */
  readonly classes: readonly { readonly class: string; readonly count: number }[];
  /** Of the last week, as the stop-lines see it; `of` is recipients sent to or known of. */
  readonly sharesOfWeek: {
    readonly of: number;
    readonly hard: number;
    readonly complaints: number;
  };
  /** Recipients that did not exist, in the last week. */
  readonly unknown: number;
}

export interface AccountReport {
  readonly account: string;
  readonly facts: AccountFacts;
  /** Of the whole account, by the operator's rules. */
  readonly rung: Rung;
  readonly since: string;
  readonly addresses: readonly AddressReport[];
  readonly identities: readonly IdentityReport[];
  readonly outcomes: OutcomeReport;
}

export interface LimitReport {
  readonly limit: Limit;
  /** Which rule gave it: `default`, `class person`, `group staff`. */
  readonly from: string;
  readonly used: number;
  /** What the limit allows now; less outside business hours (SND-5). */
  readonly ceiling: number;
}

/** An account above observe, whatever the mode: its own rung, or the highest of its identities. */
export interface RungReport {
  readonly account: string;
  /** Whose evidence it is; empty for the account's own rung, by the operator's rules. */
  readonly identity: string;
  readonly rung: Rung;
  readonly since: string;
  /** The first reason, as far as the journal still has it; else empty. */
  readonly why: string;
  /** Whether the rung acts on its mail; else it only says what would be done. */
  readonly enforced: boolean;
}

export interface RungPage {
  /** By name. */
  readonly accounts: readonly RungReport[];
  /** Of all accounts, not only of the page. */
  readonly counts: Readonly<Record<Exclude<Rung, 'observe'>, number>>;
  /** Whether rungs act; mixed where groups, classes or practices have a mode of their own. */
  readonly mode: Mode | 'mixed';
  /** There are more than are looked at; the counts are of those. */
  readonly isCut: boolean;
}

/** Who relays without AUTH and how much (ACC-1). Of refused clients those that try most are kept. */
export interface RelayReport {
  readonly identity: string;
  readonly clientAddress: string;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Messages let out, and their recipients. */
  readonly messages: number;
  readonly recipients: number;
  /** Messages refused. */
  readonly refused: number;
}

/** A sender address with a clean history that the directory does not name (ACC-2). */
export interface SenderProposal {
  readonly account: string;
  readonly address: string;
  readonly messages: number;
  readonly days: number;
}

/** Which account writes with a tool for bulk mail (SND-12). */
/** SND-13: what is remembered of a recipient. */
export interface SuppressionReport {
  /** That it does not exist, or that it complained. */
  readonly kind: 'unknown' | 'complained';
  /** RFC 3339; when it was said last. */
  readonly at: string;
  readonly until: string;
  /** How often it was said, up to 255. */
  readonly times: number;
  /** What is done with mail to it. */
  readonly action: 'off' | 'observe' | 'refuse';
  /** Whether it was told to the account that is asked about; absent where none is. */
  readonly isOwn?: boolean;
}

export interface BulkToolReport {
  readonly account: string;
  /** Id of the tool, as in data/bulk-tools. */
  readonly tool: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly messages: number;
  readonly recipients: number;
}

export interface Explanation {
  readonly verdict: Verdict;
  readonly event?: PrimumEvent;
  readonly rungChange?: RungChange;
  /** One sentence for the owner, one for the reviewer. */
  readonly words: PlainWords;
  /** How often good mail reaches this score, where the platform was calibrated. */
  readonly falseRate?: FalseRate;
}

/** Reads what is known, for people. Never on the mail path. */
export interface AccountNames {
  readonly accounts: readonly string[];
  /** There are more. */
  readonly isCut: boolean;
}

export interface Inspector {
  /** `undefined` when the account was never seen and no directory knows it. */
  account(account: string): Promise<AccountReport | undefined>;
  /** Names of accounts that begin so, in order; of many only some. */
  names(prefix: string, limit: number): Promise<AccountNames>;
  limits(account: string): Promise<readonly LimitReport[]>;
  /** Those of the accounts whose logins were seen with a password, so that a changed one is noticed. */
  seePassword(accounts: readonly string[]): Promise<ReadonlySet<string>>;
  /** Names close to one that the directory does not know; `undefined` when it may well exist. */
  missing(account: string): Promise<readonly string[] | undefined>;
  /** Finds a decision by its reference, in any letter case. */
  explain(reference: string): Promise<Explanation | undefined>;
  /** Accounts above observe, those after a name. */
  rungs(page: { readonly limit: number; readonly after?: string | undefined }): Promise<RungPage>;
  /** Where one account stands above observe, and why. */
  rung(account: string): Promise<RungReport | undefined>;
  relays(): Promise<readonly RelayReport[]>;
  proposedSenders(): Promise<readonly SenderProposal[]>;
  /** Most mail first. */
  bulkTools(): Promise<readonly BulkToolReport[]>;
  /** What is remembered of one recipient (SND-13). */
  suppression(asked: {
    readonly recipient: string;
    readonly account?: string | undefined;
  }): Promise<readonly SuppressionReport[]>;
  /** Forgets it, on disk too; false where there was nothing. */
  endSuppression(recipient: string): Promise<boolean>;
  /** Named figures for one source or login, such as `failures: { address: 3 }`. */
  counts(query: {
    readonly clientAddress?: string;
    readonly login?: string;
  }): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
  /** Forgets failed logins of a source, a login, or both. Locks and lists stay. */
  reset(query: { readonly clientAddress?: string; readonly login?: string }): Promise<void>;
}

/** Messages of several accounts that carry what these share. */
export interface CarriedQuery {
  readonly accounts: readonly string[];
  /** RFC 3339. */
  readonly since: string;
  readonly until: string;
  /** Whether a message carries it. */
  readonly isOne: (event: SubmissionEvent) => boolean;
}

export interface Carried {
  readonly messages: number;
  readonly recipients: number;
  /** Of these, what was let go. */
  readonly left: { readonly messages: number; readonly recipients: number };
  /** The search ended at its bound: there may be more. */
  readonly isCut: boolean;
}
