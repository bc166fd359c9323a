/** Questions to owners, "was this you?": asked once, answered once. */
import type { AuditDraft, JobDraft } from './entries.ts';

export interface QuestionRow {
  readonly id: string;
  readonly account: string;
  readonly context: string;
  /** Id of the message it is about; empty where it is about the use as a whole. */
  readonly submission: string;
  readonly incident: string;
  /** JSON of what the owner is shown. */
  readonly about: string;
  readonly askedMs: number;
  readonly expiresMs: number;
  readonly answer: '' | 'mine' | 'not mine';
}

export interface QuestionRecords {
  /** With its mail and a line in its incident. */
  add(asked: {
    readonly row: QuestionRow;
    readonly jobs: readonly JobDraft[];
    readonly audit: AuditDraft;
  }): Promise<void>;
  get(id: string): Promise<QuestionRow | undefined>;
  /** False when it was answered before; then nothing is written. */
  answer(given: {
    readonly id: string;
    readonly answer: 'mine' | 'not mine';
    readonly audit: AuditDraft;
  }): Promise<boolean>;
  /** Asked of the account since then. */
  countSince(account: string, sinceMs: number): Promise<number>;
}
