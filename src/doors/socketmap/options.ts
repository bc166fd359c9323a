/** What the socketmap door is told at its opening, with the defaults and bounds otherwise. */
import { MAX_SOCKETMAP_REQUEST, type SocketmapReply } from '../../protocol/socketmap.ts';
import type { ListenOptions } from '../listen.ts';

/** One map: what a key is mapped to. It answers from memory, at once. */
export type Lookup = (key: string) => SocketmapReply;

export interface SocketmapDoorOptions {
  readonly listen: readonly ListenOptions[];
  /** The maps by their names. */
  readonly maps: ReadonlyMap<string, Lookup>;
  /** What a request that cannot be read or looked up is answered. Default `pass`: NOTFOUND. */
  readonly onFailure?: 'pass' | 'defer';
  readonly maxConnections?: number;
  readonly maxRequestBytes?: number;
  readonly idleTimeoutSeconds?: number;
  readonly requestTimeoutSeconds?: number;
  readonly closeGraceSeconds?: number;
}

export const SOCKETMAP_DOOR_DEFAULTS = {
  onFailure: 'pass',
  // One connection a smtpd, cleanup and trivial-rewrite process; 5,000 are a very large host.
  maxConnections: 6000,
  maxRequestBytes: MAX_SOCKETMAP_REQUEST,
  // Postfix drops an idle connection after ipc_idle and any after ipc_ttl, 1000 s.
  idleTimeoutSeconds: 1100,
  // Postfix writes a request at once; who takes longer dribbles.
  requestTimeoutSeconds: 60,
  closeGraceSeconds: 5,
} as const;

/** Answers a client has not taken yet; above it no more of its requests are read. */
export const MAX_UNSENT_BYTES = 64 * 1024;

export type SocketmapDoorSettings = SocketmapDoorOptions &
  Required<Pick<SocketmapDoorOptions, keyof typeof SOCKETMAP_DOOR_DEFAULTS>>;

export function withDefaults(options: SocketmapDoorOptions): SocketmapDoorSettings {
  return { ...SOCKETMAP_DOOR_DEFAULTS, ...options };
}
