/** What the LMTP door is told at its opening, with the defaults and bounds otherwise. */
import type { MailIntake } from '../../spool/contract.ts';
import type { ListenOptions } from '../listen.ts';

export interface LmtpDoorOptions {
  readonly listen: readonly ListenOptions[];
  /** Name in the greeting. */
  readonly hostName: string;
  /** Where messages go; durable when it says so. */
  readonly intake: MailIntake;
  readonly maxMessageBytes?: number;
  readonly maxConnections?: number;
  readonly maxRecipients?: number;
  readonly idleTimeoutSeconds?: number;
  readonly messageTimeoutSeconds?: number;
  readonly closeGraceSeconds?: number;
}

export const LMTP_DOOR_DEFAULTS = {
  // A report carries the message it is about; mail servers take 10 to 50 MiB, some 100.
  maxMessageBytes: 100 * 1024 ** 2,
  // Postfix opens 20 to one destination (default_destination_concurrency_limit); some hosts may.
  maxConnections: 200,
  // lmtp_destination_recipient_limit is 50; RFC 5321 section 4.5.3.1.8 wants 100.
  maxRecipients: 100,
  // RFC 5321 section 4.5.3.2.7.
  idleTimeoutSeconds: 300,
  // 25 MiB over a poor line.
  messageTimeoutSeconds: 600,
  closeGraceSeconds: 10,
} as const;

/** Faults of one connection before it is told to go: it speaks something else. */
export const MAX_FAULTS = 20;

/** Answers a client has not taken yet; above it nothing more is read. */
export const MAX_UNSENT_BYTES = 64 * 1024;

export type LmtpDoorSettings = LmtpDoorOptions &
  Required<Pick<LmtpDoorOptions, keyof typeof LMTP_DOOR_DEFAULTS>>;

export function withDefaults(options: LmtpDoorOptions): LmtpDoorSettings {
  return { ...LMTP_DOOR_DEFAULTS, ...options };
}
