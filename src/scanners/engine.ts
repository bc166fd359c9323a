/** What a scanner has to know of its own protocol; everything else of a scan is in scan.ts. */
import type { ScanFinding } from '../core/message/derived.ts';
import type { ScanEnvelope } from './contract.ts';

export type Answer = Pick<ScanFinding, 'result' | 'name' | 'score' | 'tooLarge'>;

/**
 * Who is to blame for a failure: `away` the scanner cannot be reached at all, `scanner` it did not
 * do as it should, `message` it could not deal with this one message.
 */
export type Blame = 'away' | 'scanner' | 'message';

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | {
      readonly kind: 'failed';
      readonly blame: Blame;
      /** A few words for the finding. */
      readonly what: string;
      /** A sentence for the operator. */
      readonly error: Error;
      /** It takes no message of this size, now or later. */
      readonly isTooLarge?: boolean;
    };

export interface ConversationListener {
  /** More may be written after `write` gave false. */
  drained(): void;
  /** Called at most once that counts: the first. */
  finished(outcome: Outcome): void;
}

/** One message told to a scanner. None of its methods throws. */
export interface Conversation {
  /** The block is the conversation's own, which gives it back once sent. False: wait for `drained`. */
  write(block: Buffer): boolean;
  end(): void;
  /** Closes the connection at once; nothing is heard of it afterwards. */
  destroy(): void;
}

export interface Engine {
  readonly name: string;
  /** What to do with a message over the bound: tell its first part, or do not ask at all. */
  readonly oversize: 'first-part' | 'skip';
  converse(envelope: ScanEnvelope, listener: ConversationListener): Conversation;
}

/** What every scanner is configured with. */
export interface ScanLimits {
  /** Longest that mail waits for the scanner, over the whole message. */
  readonly timeoutMs: number;
  /** Bytes of a message that are told. */
  readonly maxBytes: number;
  /** Connections at once. */
  readonly connections: number;
  /** How long a scanner that is away is left alone. */
  readonly retryAfterMs: number;
}

export function failed(blame: Blame, what: string, text: string, cause?: unknown): Outcome {
  return { kind: 'failed', blame, what, error: new Error(text, { cause }) };
}

/** `host:port`, `[v6]:port` or `unix:/path`, as `net.connect` and `http.request` want it. */
export function target(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) };
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(colon + 1)) };
}

/** Longest name of a finding (ScanFinding). */
export const MAX_NAME_LENGTH = 200;

/** A scanner's text as it may stand in a reason or a log: printable and not too long. */
export function plainText(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a1-\uffff]/g, '?').slice(0, MAX_NAME_LENGTH);
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What an operator does about a lost connection. */
export interface LossRemedies {
  /** It could not be reached at all. */
  readonly away: string;
  /** It broke in the middle of a message. */
  readonly middle: string;
}

/** What a lost connection means: who is to blame depends on when it was lost. */
export function lost(
  error: Error | undefined,
  at: LossRemedies & {
    readonly address: string;
    readonly isConnected: boolean;
    readonly isEnded: boolean;
  },
): Outcome {
  const reason = error === undefined ? 'it closed the connection' : errorText(error);
  if (!at.isConnected) {
    return failed('away', 'away', `${at.address} cannot be reached (${reason}). ${at.away}`, error);
  }
  if (at.isEnded) {
    const text = `the connection broke before it answered (${reason})`;
    return failed('scanner', 'connection lost', text, error);
  }
  // A scanner that died refuses the next connection; one that lives closed this one over its bound.
  const text = `the connection broke in the middle of a message (${reason}). ${at.middle}`;
  return failed('message', 'connection lost', text, error);
}
