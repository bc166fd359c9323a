/** What the running daemon has written into its journal so far. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readObjects } from '../../src/store/journal-files/read-lines.ts';

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
  const folder = join(stateFolder, 'journal');
  const lines: JournalLine[] = [];
  const segments = readdirSync(folder).filter((name) => !name.endsWith('.part'));
  for (const name of segments.sort()) {
    for await (const entry of readObjects(join(folder, name))) {
      if (entry.ok) lines.push(entry.value as unknown as JournalLine);
    }
  }
  return lines;
}

/** Submissions of the journal so far. */
export async function submissionsOf(stateFolder: string): Promise<readonly JournalLine[]> {
  return (await journalOf(stateFolder)).filter(({ kind }) => kind === 'submission');
}
