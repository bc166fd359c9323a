/** Who sent a message, told only to us: an opaque token in its headers (CON-5). */
import type { SubmissionEvent } from '../core/event.ts';
import type { Verdict } from '../core/verdict.ts';

export interface TraceHeader {
  readonly name: string;
  /** Header text without line end; folded with CRLF and a tab where long. */
  readonly value: string;
}

export interface TraceHeaders {
  /** What to add to a message that leaves. */
  headersOf(event: SubmissionEvent, verdict: Verdict): readonly TraceHeader[];
  /** Whether a header that came from outside is one of ours and must be removed. */
  isOurs(name: string): boolean;
}

export interface Traced {
  readonly account: string;
  readonly credential: string;
  readonly context: string;
  /** RFC 3339, to the second. */
  readonly at: string;
  /** Short form of the event's id. */
  readonly reference: string;
  /** Id of the key that made it. */
  readonly key: string;
}

export type TraceReading =
  | { readonly ok: true; readonly traced: Traced }
  | { readonly ok: false; readonly reason: 'not-a-token' | 'unknown-key' | 'forged' };

export interface TraceReader {
  read(token: string): TraceReading;
}
