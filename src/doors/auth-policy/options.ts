/** What the auth policy door is given by the configuration, with its bounds and defaults. */
import type { ListEntry } from '../../core/access-list.ts';
import type { Credential, Scope } from './access.ts';
import type { ListKind } from './list-key.ts';
import type { WebhookOptions } from './webhooks.ts';

/** A change of the lists by any way in, so that webhooks tell of all of them. */
export interface ListChange {
  readonly what: 'add' | 'delete' | 'expire';
  readonly entry: ListEntry;
}

/** Starts telling the listener of changes; the result ends it. */
export type ListSubscription = (listener: (change: ListChange) => void) => () => void;

/** Who is told the password hash of a successful login (CON-8). */
export interface OwnPasswordEar {
  /** `login` as it went into the digest; the account is its lower case. */
  remember(account: string, digest: string, login: string): void;
}

export interface AuthPolicyOptions {
  /** `host:port`, `[v6]:port` or `unix:/path`; port 0 takes a free one. */
  readonly address: string;
  /** Permission bits of a unix socket. Default 0660. */
  readonly unixMode?: number;
  /** Group of a unix socket, by name or number. */
  readonly unixGroup?: string | number;
  /** Empty: no password, and what a caller may do is `anonymousScopes`. */
  readonly credentials: readonly Credential[];
  /**
   * Scopes without a password, used only while there is no credential at all. Default `allow`
   * and `report`: a program on the same machine must not be able to change lists.
   */
  readonly anonymousScopes?: readonly Scope[];
  /** CIDR networks that may connect over TCP. Default SOURCE_NETWORKS. */
  readonly sourceNetworks?: readonly string[];
  /** What `allow` answers when the gate breaks: 0, or a delay. Default `pass`. */
  readonly onFailure?: 'pass' | 'defer';
  /** False while starting: `ping` says `warmup`, `readyz` 503. */
  readonly ready: () => boolean;
  /** The Prometheus text of the whole program. */
  readonly metrics: () => string | Promise<string>;
  /** Default true. */
  readonly metricsNeedPassword?: boolean;
  readonly webhooks?: readonly WebhookOptions[];
  /** Without it webhooks tell only of list changes made through this door, never of an end. */
  readonly listChanges?: ListSubscription;
  /** Own words for refusals by the deny list; `{ip}`, `{login}` and `{ja3}` are filled in. */
  readonly denyMessages?: Partial<Readonly<Record<ListKind, string>>>;
  /** Mail address where a person who was refused can turn to; asked at each refusal. */
  readonly contact?: () => string;
  /** With it whole digests go there and no further; all else sees twelve bits of them. */
  readonly ownPassword?: OwnPasswordEar;
  readonly bounds?: Partial<Bounds>;
}

export interface Bounds {
  readonly bodyBytesMax: number;
  /** All bodies together that come in several pieces; above it 503. */
  readonly bodiesBytesMax: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  /** Idle time of a kept connection. Dovecot closes its own after 10 s. */
  readonly keepAliveMs: number;
  /** Dovecot opens up to 100 from each of its servers. */
  readonly connectionsMax: number;
  /** Requests that wait for the gate or a store. Above it `allow` answers by the stance. */
  readonly inWorkMax: number;
  /** How long open requests may take when the door closes. */
  readonly closeGraceMs: number;
}

export const BOUNDS: Bounds = {
  bodyBytesMax: 1024 * 1024,
  bodiesBytesMax: 64 * 1024 * 1024,
  requestTimeoutMs: 10_000,
  keepAliveMs: 65_000,
  connectionsMax: 2_000,
  inWorkMax: 4_096,
  closeGraceMs: 2_000,
};

/** Loopback, private, shared (RFC 6598) and link-local networks, as in weakforced. */
export const SOURCE_NETWORKS: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '192.168.0.0/16',
  '172.16.0.0/12',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];
