/** Addresses of forwarded mail: how it leaves, and how what comes back is read (FWD-1). */
import type { Decoding, Rewritten } from '../protocol/srs.ts';

/** Why a sender stays as it is. */
export type KeptReason =
  Extract<Rewritten, { ok: false }>['reason'] | 'no-domain' | 'own-domain' | 'excluded';

export type ForwardAddress =
  Extract<Rewritten, { ok: true }> | { readonly ok: false; readonly reason: KeptReason };

export type ReturnAddress =
  | Extract<Decoding, { ok: true }>
  | {
      readonly ok: false;
      readonly reason: Extract<Decoding, { ok: false }>['reason'] | 'other-domain';
    };

export interface ForwardAddresses {
  /** The envelope sender of a forward whose account nobody knows: plain SRS. */
  rewrite(sender: string): ForwardAddress;
  /**
   * The envelope sender of a forward of this account: names it, keyed and for 21 days. Of an address
   * of ours that is genuine it is the one for the sender inside.
   */
  rewriteFor(account: string, sender: string): ForwardAddress;
  /** Where a bounce to one of our addresses goes on to, and whose forward it is about. */
  decode(recipient: string): ReturnAddress;
  /** What stands for an account in its addresses: equal for years, and nothing to anybody else. */
  tagOf(account: string): string;
  /** Ids of the keys, oldest first; the last one makes addresses. */
  keys(): readonly string[];
  /** Makes a new key now; its id. Addresses of the keys in `drop` are not believed any more. */
  rotate(drop?: readonly string[]): string;
}
