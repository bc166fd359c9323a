/** What stands in the journal of a state folder, also while its daemon writes and compresses it. */
import { join } from 'node:path';
import { readObjects } from '../src/store/journal-files/read-lines.ts';
import { listSegments, segmentBytes } from '../src/store/journal-files/segments.ts';

/** Every readable object so far, the oldest first. */
export async function journalLines(state: string): Promise<Readonly<Record<string, unknown>>[]> {
  const folder = join(state, 'journal');
  const objects: Readonly<Record<string, unknown>>[] = [];
  for (const { name } of await listSegments(folder)) {
    for await (const entry of readObjects(segmentBytes(folder, name))) {
      if (entry.ok) objects.push(entry.value);
    }
  }
  return objects;
}
