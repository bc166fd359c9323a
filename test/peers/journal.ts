/** What the running daemon has written into its journal so far. */
import { journalLines } from '../journal-lines.ts';

export interface JournalLine {
  readonly kind: string;
  readonly id?: string;
  /** Of a verdict: the event it is about. */
  readonly for?: string;
  readonly account?: string;
  readonly reference?: string;
  readonly queueId?: string;
  readonly envelopeRecipients?: readonly string[];
  readonly recipientCount?: number;
  readonly abandoned?: boolean;
  readonly sizeBytes?: number;
  readonly service?: string;
  readonly message?: object;
}

export async function journalOf(stateFolder: string): Promise<readonly JournalLine[]> {
  return (await journalLines(stateFolder)) as unknown as JournalLine[];
}

/** Submissions of the journal so far. */
export async function submissionsOf(stateFolder: string): Promise<readonly JournalLine[]> {
  return (await journalOf(stateFolder)).filter(({ kind }) => kind === 'submission');
}
