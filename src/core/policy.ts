/**
 * The operator's rules as the core reads them: plain data, complete, units in the names. `config/`
 * makes it from the YAML file. Rules are separate from the score: they count successful logins and
 * accepted recipients only.
 */
import type { Family } from './detection/hypotheses.ts';
import type { AccountClass } from './event.ts';
import type { ConnectionRule } from './inbound/connection-load.ts';
import type { InboundRules } from './inbound/subject.ts';
import type { AttachmentKind } from './message/content.ts';
import type { ConformanceFault } from './message/derived.ts';
import type { Fingerprint } from './message/fingerprint.ts';

export type Mode = 'observe' | 'enforce';

/** What reaching a limit or count does. `observe` is recorded and alerted, never answered. */
export type RuleAction = 'observe' | 'throttle' | 'hold' | 'lock';

/** What breaking a yes-or-no rule does. `off` does not even look. */
export type SenderAction = 'off' | 'observe' | 'hold' | 'reject';

export type LimitScope = 'account' | 'group' | 'domain' | 'address' | 'platform';

export interface Limit {
  readonly scope: LimitScope;
  readonly count: 'messages' | 'recipients';
  readonly windowSeconds: number;
  /** Ceiling in any window of that length. */
  readonly limit: number;
  /** How many above the ceiling are tolerated; regained at the pace of the limit. */
  readonly burst: number;
  readonly action: RuleAction;
}

/** Distinct places or countries in a time (ACC-8, ACC-9). */
export interface DistinctRule {
  readonly windowSeconds: number;
  readonly maximum: number;
  readonly action: RuleAction;
}

/** Failed logins (ACC-6). A source is shut out; an account never is. */
export interface FailureRule {
  readonly windowSeconds: number;
  /** Distinct wrong passwords from one address, over all accounts and services. */
  readonly perAddress: number;
  /** Distinct wrong passwords from one network (/24, /48). */
  readonly perNetwork: number;
  /** Distinct networks guessing at one account before unknown sources are slowed there. */
  readonly networksPerAccount: number;
  readonly shutOutSeconds: number;
  /** Answer to an unknown source at an account under attack, 1 to 8 (Postfix gives up at 10). */
  readonly tarpitSeconds: number;
}

/** Rules in force for one account, after groups are applied. */
export interface RuleSet {
  readonly mode: Mode;
  /** Practices with a mode of their own, which counts before `mode`; absent where none has. */
  readonly practices?: Readonly<Record<string, Mode>>;
  readonly limits: readonly Limit[];
  readonly places: DistinctRule;
  readonly countries: DistinctRule;
  /** Envelope or header sender that is not the account's own (ACC-2). */
  readonly otherSender: SenderAction;
  /** Return-path in a domain the platform does not receive for (ACC-3). */
  readonly foreignSender: SenderAction;
  /** Networks (CIDR), `country:XX`, `asn:N` the accounts may submit from (ACC-4); empty = anywhere. */
  readonly clientNetworks: readonly string[];
  readonly clientNetworkAction: SenderAction;
  /** Logins and submissions without TLS (ACC-13). */
  readonly cleartext: SenderAction;
  /** Bursts to recipients never written to (SND-13). */
  readonly canary: 'off' | 'observe' | 'throttle';
  /** New accounts beyond what their age allows (SND-7). */
  readonly newAccounts: 'off' | 'observe' | 'throttle';
  /** Systems that repeat themselves (SND-10). */
  readonly storms: 'off' | 'observe' | 'throttle';
}

/** Parts of a rule set a group changes; limits are replaced by scope, count and window. */
export type RuleChanges = Partial<RuleSet>;

export interface BusinessHours {
  /** ISO weekdays, 1 = Monday. */
  readonly days: readonly number[];
  readonly fromMinute: number;
  readonly toMinute: number;
  /** `YYYY-MM-DD` or yearly `MM-DD`. */
  readonly holidays: readonly string[];
  /** Limits are multiplied by this outside business hours (SND-5); 1 switches it off. */
  readonly outsideFactor: number;
}

/** What a fault in form does (CON-7). */
export type FaultAction = 'off' | 'observe' | 'refuse';

/** Rules on what is in a message. */
export interface ContentRules {
  /** CON-1. `unknown`: the scanner gave no answer. */
  readonly virus: { readonly action: SenderAction; readonly unknown: 'pass' | 'defer' };
  /** CON-3: one text from several accounts. */
  readonly campaign: {
    readonly action: SenderAction;
    /** Distinct accounts within 72 hours from which the rule acts, the judged one included. */
    readonly accounts: number;
    /** Shorter texts are not compared: people write the same short answers. */
    readonly minWords: number;
    /** Texts that may come from anybody. */
    readonly allow: readonly Fingerprint[];
  };
  /** CON-2: kinds that are not let out; all dangerous kinds are evidence besides. */
  readonly attachments: {
    readonly action: SenderAction;
    readonly kinds: readonly AttachmentKind[];
  };
  /** CON-2: links to listed hosts; they are evidence besides. */
  readonly listedHosts: SenderAction;
  /** CON-8. */
  readonly ownPassword: SenderAction;
  /** CON-7. */
  readonly conformance: Readonly<Record<ConformanceFault, FaultAction>>;
}

/** Shares of recipients at which somebody looks, and at which sending pauses. */
export interface StopLine {
  readonly review: number;
  readonly pause: number;
  /** Fewer than this are no share of anything. */
  readonly minimum: number;
}

/** Rules on what comes back (SND-13, FBK-1, FBK-2). */
export interface OutcomeRules {
  readonly stopLines: {
    readonly bounces: StopLine;
    readonly complaints: StopLine;
    /** Recipients in a window before shares are looked at. */
    readonly recipients: number;
    /** What the pause is. */
    readonly action: 'off' | 'observe' | 'throttle' | 'hold';
  };
  readonly canary: {
    /** Recipients never written to before that are a burst. */
    readonly burst: number;
    /** Of these, so many go at once. */
    readonly release: number;
    readonly waitSeconds: number;
    /** So many that do not exist among those let go stop the burst. */
    readonly unknown: number;
  };
  /** Recipients that do not exist or complained. `observe` counts them as evidence. */
  readonly suppression: {
    readonly unknown: 'off' | 'observe' | 'refuse';
    readonly complained: 'off' | 'observe' | 'refuse';
    readonly unknownSeconds: number;
    readonly complainedSeconds: number;
  };
}

export interface Thresholds {
  readonly throttle: number;
  readonly hold: number;
  readonly lock: number;
}

export interface Policy {
  readonly rules: RuleSet;
  readonly groups: Readonly<Record<string, RuleChanges>>;
  readonly classes: Readonly<Partial<Record<AccountClass, RuleChanges>>>;
  readonly failures: FailureRule;
  readonly connections: ConnectionRule;
  readonly businessHours: BusinessHours;
  /** IANA name for accounts whose directory entry has none. */
  readonly timeZone: string;
  /** Domains the platform receives for, lower case; those of the directory come on top. */
  readonly domains: readonly string[];
  /** Submission without AUTH (ACC-1). */
  readonly relay: {
    readonly action: SenderAction;
    /** Own legacy clients (CIDR) that may still relay; they are listed. */
    readonly networks: readonly string[];
  };
  /** `policy_context` values of services that take mail from outside: not judged as submissions. */
  readonly inboundContexts: readonly string[];
  /** What is asked of those who bring mail from outside (INB-1, INB-2). */
  readonly inbound: InboundRules;
  /** What lifts a lock that a rule put on (ACC-12). */
  readonly unlockOn: 'password' | 'person';
  /** Mail address where a person who was stopped can turn to; empty when none is set. */
  readonly contact: string;
  readonly content: ContentRules;
  readonly outcomes: OutcomeRules;
  readonly forwards: {
    /** Whether a forward whose far side is dead goes off by itself (FWD-2). */
    readonly switchOff: boolean;
    /** Forwarded mail that a scanner calls spam (FWD-3). */
    readonly spam: SenderAction;
  };
  /** Score thresholds in nats. */
  readonly thresholds: Thresholds;
  /** Families of evidence that are not weighed. Only a replay sets it, to measure what each is worth. */
  readonly without?: readonly Family[];
  /** How long a rung stays without new evidence before it comes down one step. */
  readonly quietSeconds: {
    readonly throttle: number;
    readonly hold: number;
    readonly lock: number;
  };
}
