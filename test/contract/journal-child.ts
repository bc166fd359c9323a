/** Appends to a journal and says what is on disk, until it is killed (journal.test.ts). */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openFileJournal } from '../../src/store/journal-files/file-journal.ts';
import { noteLine } from './journal-line.ts';

const journal = openFileJournal({ folder: process.argv[2] ?? '', segmentBytes: 500_000 });

for (let count = 1; ; count += 1) {
  journal.append(noteLine(count, 'x'.repeat(count % 997)));
  if (count % 10 === 0) await nextTurn();
  if (count % 1_000 !== 0) continue;
  await journal.flush();
  writeSync(1, `${count}\n`);
}
