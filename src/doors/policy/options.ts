/** What the policy door is told at its opening, with the defaults and bounds that hold otherwise. */
import { MAX_REQUEST_BYTES } from '../../protocol/postfix-policy-reader.ts';
import type { ListenOptions } from '../listen.ts';
import type { WatchedTransactions } from '../open-transactions.ts';

/** How `defer` is said at DATA and END-OF-MESSAGE. */
export type DeferAs =
  /** A 4xx: MTAs and applications try again by themselves. */
  | 'tempfail'
  /** `FILTER destination`: the mail programs of people do not try again; a slow transport does. */
  | { readonly filter: string };

/** The part of the policy this door reads; asked at every request, so a reload takes effect. */
export interface PolicyDoorPolicy {
  /** Lower case: `policy_context` values of services that take mail from outside: not judged. */
  readonly inboundContexts: readonly string[];
  /** Mail address where a person who was stopped can turn to. */
  readonly contact?: string;
}

export interface PolicyDoorOptions {
  readonly listen: readonly ListenOptions[];
  /** Name of the MTA host that asks; goes with every queue id. */
  readonly mta: string;
  policy(): PolicyDoorPolicy;
  /** What a request that cannot be read or judged is answered. Default `pass`. */
  readonly onFailure?: 'pass' | 'defer';
  readonly deferAs?: DeferAs;
  /** Transactions that a milter door of this program judges: here they are only checked. */
  readonly watched?: WatchedTransactions;
  readonly maxConnections?: number;
  readonly maxRequestBytes?: number;
  readonly idleTimeoutSeconds?: number;
  readonly requestTimeoutSeconds?: number;
  readonly transactionIdleSeconds?: number;
  readonly maxTransactions?: number;
  readonly closeGraceSeconds?: number;
}

export const POLICY_DOOR_DEFAULTS = {
  onFailure: 'pass',
  deferAs: 'tempfail',
  // One connection an smtpd process; 5,000 processes are a very large submission host.
  maxConnections: 6000,
  maxRequestBytes: MAX_REQUEST_BYTES,
  // Postfix drops a connection after smtpd_policy_service_max_ttl, 1000 s. Were we earlier, its
  // next request would find a dead connection and cost the client one second.
  idleTimeoutSeconds: 1100,
  // Postfix writes a request at once; who takes longer dribbles.
  requestTimeoutSeconds: 60,
  // smtpd_timeout is 300 s a read; a 25 MiB upload over a poor line takes 10 minutes.
  transactionIdleSeconds: 1800,
  // About 1 KiB each. A transaction lives from its first RCPT to the connection's next one.
  maxTransactions: 20_000,
  closeGraceSeconds: 5,
} as const;

/** Recipients of one transaction kept by name; further ones are counted. smtpd_recipient_limit. */
export const MAX_NAMED_RECIPIENTS = 1000;

/** Recipients kept by name over all transactions, about 100 bytes each. */
export const MAX_NAMED_RECIPIENTS_IN_ALL = 500_000;

/** Refused recipients of one transaction kept as evidence. */
export const MAX_REFUSED_RECIPIENTS = 100;

/** Answers a client has not taken yet; above it no more of its requests are read. */
export const MAX_UNSENT_BYTES = 64 * 1024;

/**
 * How long a refusal waits to be on record before it is answered by its check. The check has waited
 * for the same stores already, and both must fit into Postfix's own time-out (2 s in the guide): a
 * refusal that comes too late is no refusal.
 */
export const MAX_REFUSAL_WAIT_MS = 200;

/** Services (port and context) remembered for asking at DATA or END-OF-MESSAGE. */
export const MAX_LATE_SERVICES = 1024;

type Defaulted = keyof typeof POLICY_DOOR_DEFAULTS;

/** The options with every default in place. */
export type PolicyDoorSettings = Omit<PolicyDoorOptions, Defaulted> &
  Required<Pick<PolicyDoorOptions, Defaulted>>;

export function withDefaults(options: PolicyDoorOptions): PolicyDoorSettings {
  return { ...POLICY_DOOR_DEFAULTS, ...options };
}
