/** Forwards that are off (FWD-2). */
import type { AuditDraft } from './entries.ts';

export interface ForwardOff {
  /** Whose forward it is, lower case. */
  readonly account: string;
  /** Where to; empty for every forward of the account, whatever address is set. */
  readonly to: string;
  /** Whether nothing of the account is to be forwarded, so that an alias keeps its mail here. */
  readonly isWhole: boolean;
  readonly at: string;
  readonly by: string;
  readonly why: string;
  /** Of the decision; empty when a person switched it off. */
  readonly reference: string;
}

export interface ForwardRecords {
  all(): Promise<readonly ForwardOff[]>;
  /** Off, or off with a new reason. */
  put(rows: readonly { readonly off: ForwardOff; readonly audit: AuditDraft }[]): Promise<void>;
  /** On again: one destination, or all of the account; how many there were. */
  remove(
    forward: { readonly account: string; readonly to?: string },
    audit: AuditDraft,
  ): Promise<number>;
}
