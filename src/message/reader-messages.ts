/** What the daemon and a reader's thread say to each other; bytes change hands without a copy. */
import type { HeaderField } from './contract.ts';
import type { KeepOptions, ReadMessage } from './facts.ts';
import type { Lists } from './lists.ts';

/** What the thread is started with. */
export interface ReaderSetup {
  readonly lists: Lists;
  readonly keep: KeepOptions;
  readonly fingerprintKey: Uint8Array;
}

export type ToReader =
  | { readonly kind: 'begin'; readonly id: number; readonly headers: readonly HeaderField[] }
  | {
      readonly kind: 'bytes';
      readonly id: number;
      readonly buffer: ArrayBuffer;
      readonly length: number;
    }
  | { readonly kind: 'end'; readonly id: number; readonly headerBytes: number }
  | { readonly kind: 'drop'; readonly id: number };

export type FromReader =
  /** The buffer comes back to be filled again. */
  | { readonly kind: 'taken'; readonly id: number; readonly buffer: ArrayBuffer }
  | { readonly kind: 'read'; readonly id: number; readonly message: ReadMessage };
