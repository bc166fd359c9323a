/** What the daemon and the thread that reads returned mail say to each other. */
import type { Returned } from './contract.ts';
import type { SignatureCheckOptions } from './signature-check.ts';

/** What the thread is started with. */
export interface ThreadSetup {
  readonly traceHeader: string;
  /** As the configuration has them: networks to be named first. */
  readonly ownNetworks: readonly string[];
  readonly signatures: Omit<SignatureCheckOptions, 'now'>;
}

/** Where a message is: a file, from this byte on. */
export interface MessageFile {
  readonly path: string;
  readonly start: number;
  /** Of the envelope, empty for the null sender. */
  readonly sender: string;
}

export type ToThread = { readonly id: number } & (
  | ({ readonly kind: 'read' | 'verify' } & MessageFile)
  /** Answers when it runs. */
  | { readonly kind: 'wake' }
);

export type FromThread = { readonly id: number } & (
  | { readonly kind: 'read'; readonly returned: Returned }
  | { readonly kind: 'awake' }
  | { readonly kind: 'verified'; readonly signer: string | undefined }
  /** It is the disk's fault, or the message's. */
  | { readonly kind: 'failed'; readonly isOfTheDisk: boolean; readonly reason: string }
);
