/** What the milter door is told at its opening, with the defaults and bounds that hold otherwise. */
import type { Maybe } from '../../core/maybe.ts';
import type { InspectedMessage, MessageInspector } from '../../message/contract.ts';
import { MAX_PACKET_BYTES } from '../../protocol/milter-reader.ts';
import type { HeaderChange } from '../../protocol/milter-replies.ts';
import type { TraceHeaders } from '../../trace/contract.ts';
import type { ListenOptions } from '../listen.ts';
import type { OpenTransactions } from '../open-transactions.ts';

/** How the MTA is told to put a message on hold. */
export type HoldBy = 'quarantine' | 'header';

/** How `defer` is said to a person: their mail programs do not try again by themselves. */
export type DeferAs =
  /** A short hold; whoever keeps the hold queue releases it. */
  | 'hold'
  /** A 4xx, as to everybody else. */
  | 'tempfail';

/** The part of the policy this door reads; asked at every connection, so a reload takes effect. */
export interface MilterDoorPolicy {
  /** `{daemon_name}`, in lower case, of services that take mail from outside: no submissions. */
  readonly inboundDaemons: readonly string[];
  /** What is asked of those who bring it; without it they are let through. */
  readonly inbound?: { readonly isAsked: boolean; readonly scansViruses: boolean };
  /** Mail address where a person who was stopped can turn to. */
  readonly contact?: string;
}

/** Notifications to senders that this platform sends itself, through the sendmail command. */
export interface OwnNotices {
  /** Whether some may be on its way: then the end of the message decides, not its envelope. */
  readonly isAnyAwaited: boolean;
  isOne(messageId: string, recipient: string): boolean;
}

/** How a forward leaves. With `tag` and `stamp` a bounce to its sender says whose forward it was. */
export interface ForwardSender {
  /** Absent where it stays as it is, as the null sender and own senders do. */
  readonly sender?: string;
  readonly tag?: string;
  readonly stamp?: string;
}

export interface MilterDoorOptions {
  readonly listen: readonly ListenOptions[];
  /** Name of the MTA host that asks; goes with every queue id. */
  readonly mta: string;
  policy(): MilterDoorPolicy;
  /** Reads the message. Without it envelope and size are judged. */
  readonly inspector?: MessageInspector;
  /** Looks for viruses in mail from outside (INB-3). */
  readonly virusInspector?: MessageInspector;
  readonly trace?: TraceHeaders;
  /** How a message that does not conform is mended (CON-7); refusing one is the gate's business. */
  readonly mend?: (inspected: InspectedMessage) => readonly HeaderChange[];
  /** Whether an account is a person's; asked when it is deferred. Without it everybody is. */
  readonly isPerson?: (account: string) => Maybe<boolean>;
  /** What is ours is neither judged nor counted. */
  readonly ownNotices?: OwnNotices;
  /** Forwarded mail leaves with a sender of ours (FWD-1). Without it senders stay as they are. */
  readonly forwards?: {
    /** Whether redirects come from this address, so that their header is believed. */
    isRedirector(clientAddress: string): boolean;
    /** How this account's forward leaves; undefined where the account is none of ours. */
    senderOf(account: string, envelopeSender: string): ForwardSender | undefined;
    /** Whether nothing is to be sent on to that address any more (FWD-2). */
    isOff?(account: string, to: string): boolean;
  };
  /** Where open transactions are shown to other doors of the same MTA. */
  readonly transactions?: OpenTransactions;
  /** What is answered when nothing can be read or judged. Default `pass`. */
  readonly onFailure?: 'pass' | 'defer';
  readonly deferAs?: DeferAs;
  readonly holdBy?: HoldBy;
  readonly maxConnections?: number;
  readonly maxPacketBytes?: number;
  readonly maxBodyBytes?: number;
  readonly idleTimeoutSeconds?: number;
  readonly packetTimeoutSeconds?: number;
  readonly inspectTimeoutSeconds?: number;
  readonly progressSeconds?: number;
  readonly closeGraceSeconds?: number;
}

export const MILTER_DOOR_DEFAULTS = {
  onFailure: 'pass',
  deferAs: 'hold',
  holdBy: 'quarantine',
  // One connection an SMTP session; the guide's Postfix has at most 1,000 smtpd processes.
  maxConnections: 2000,
  maxPacketBytes: MAX_PACKET_BYTES,
  // Twice the largest message most platforms take; what is beyond is judged on what was read.
  maxBodyBytes: 64 * 1024 * 1024,
  // libmilter's own default (MI_TIMEOUT): an SMTP client may be silent for long.
  idleTimeoutSeconds: 7210,
  // An MTA writes a packet at once; who takes longer dribbles.
  packetTimeoutSeconds: 60,
  // Ends before content_timeout of the guide (30 s) does.
  inspectTimeoutSeconds: 20,
  progressSeconds: 5,
  closeGraceSeconds: 5,
} as const;

/** Recipients of one transaction kept by name; further ones are counted. smtpd_recipient_limit. */
export const MAX_NAMED_RECIPIENTS = 1000;

/** Characters of a recipient kept by name; a longer one is counted. Postfix's line_length_limit. */
export const MAX_RECIPIENT_LENGTH = 2048;

/**
 * Characters of recipients kept by name over all connections; further ones are counted. Room for
 * about a million, where 2,000 connections of 1,000 longest ones would take 4 GB.
 */
export const MAX_NAMED_CHARACTERS_IN_ALL = 64 * 1024 * 1024;

/** Characters of a macro's value that are read; no door takes a longer login. */
export const MAX_MACRO_CHARS = 512;

/** Refused recipients of one transaction kept as evidence. */
export const MAX_REFUSED_RECIPIENTS = 100;

/** Fields of one name of ours in one message that are removed: each costs the MTA a long walk. */
export const MAX_REMOVED_HEADERS = 1000;

/** Answers an MTA has not taken yet; above it nothing more is read from it. */
export const MAX_UNSENT_BYTES = 64 * 1024;

/** As in the policy door: a refusal that comes too late is no refusal. */
export const MAX_REFUSAL_WAIT_MS = 200;

type Defaulted = keyof typeof MILTER_DOOR_DEFAULTS;

/** The options with every default in place. */
export type MilterDoorSettings = Omit<MilterDoorOptions, Defaulted> &
  Required<Pick<MilterDoorOptions, Defaulted>>;

export function withDefaults(options: MilterDoorOptions): MilterDoorSettings {
  return { ...MILTER_DOOR_DEFAULTS, ...options };
}
