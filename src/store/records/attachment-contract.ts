/** Files that people put to an incident. They are kept as they came and never changed. */
import type { AuditDraft, TimelineEntry } from './entries.ts';

export interface AttachmentRow {
  readonly id: string;
  readonly incident: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Of the content, in hexadecimal: evidence can be shown to be what came. */
  readonly sha256: string;
  readonly at: string;
  readonly by: string;
}

export interface NewAttachment {
  readonly row: AttachmentRow;
  readonly content: Uint8Array;
  readonly entry: TimelineEntry;
  readonly audit: (account: string) => AuditDraft;
  readonly maxOfIncident: number;
  readonly maxBytesOfAll: number;
}

export interface AttachmentRecords {
  /** Noted in the incident and in the audit log in one transaction. */
  add(attachment: NewAttachment): Promise<'added' | 'no incident' | 'too many' | 'full'>;
  /** Oldest first. */
  list(incident: string): Promise<readonly AttachmentRow[]>;
  get(
    incident: string,
    id: string,
  ): Promise<{ readonly row: AttachmentRow; readonly content: Uint8Array } | undefined>;
}
