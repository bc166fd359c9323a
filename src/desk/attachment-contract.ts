/** Files of incidents, as the desk gives and takes them. */
import type { AttachmentRow } from '../store/records/attachment-contract.ts';

export type Attachment = AttachmentRow;

export type AttachAnswer =
  | { readonly ok: true; readonly attachment: Attachment }
  | { readonly ok: false; readonly reason: 'no incident' | 'too many' | 'full' | 'too big' };

export interface AttachmentDesk {
  add(request: {
    readonly incident: string;
    readonly name: string;
    readonly content: Uint8Array;
    readonly by: string;
  }): Promise<AttachAnswer>;
  /** Oldest first. */
  list(incident: string): Promise<readonly Attachment[]>;
  get(
    incident: string,
    id: string,
  ): Promise<{ readonly name: string; readonly content: Uint8Array } | undefined>;
}
