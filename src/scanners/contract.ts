/** Other people's judgement of a message, as evidence: never our own answer, never waited for long. */
import type { ListedHost, ScanFinding } from '../core/message/derived.ts';

export interface ScanEnvelope {
  readonly account?: string;
  readonly queueId?: string;
  readonly clientAddress: string;
  readonly clientName?: string;
  readonly heloName?: string;
  readonly envelopeSender: string;
  readonly envelopeRecipients: readonly string[];
}

/** One message on its way to a scanner, as it streams in. Memory is bounded. */
export interface Scan {
  /** Bytes of the RFC 5322 message in order, header first, CRLF line ends. False: wait for `drained`. */
  write(chunk: Uint8Array): boolean;
  drained(): Promise<void>;
  /** More of the message follows than is written. */
  cut(): void;
  /** Resolves within the scanner's own time-out and never rejects: `unknown` says it failed. */
  end(): Promise<ScanFinding>;
  abort(): void;
}

export interface Scanner {
  readonly name: string;
  begin(envelope: ScanEnvelope): Scan;
  close(): Promise<void>;
}

export interface HostsFound {
  readonly listed: readonly ListedHost[];
  /** False: there were more than one message may ask for, so that some were not looked up. */
  readonly isWhole: boolean;
}

/** Looks URL hosts up on operator lists and DNSBLs. Never rejects; what is late is not listed. */
export interface HostLists {
  find(hosts: readonly string[]): Promise<HostsFound>;
  close(): Promise<void>;
}
