/** Appends logins of few accounts to a journal of small segments, until it is killed (journal-keys.test.ts). */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openFileJournal } from '../../src/store/journal-files/file-journal.ts';

const journal = openFileJournal({ folder: process.argv[2] ?? '', segmentBytes: 50_000 });

for (let count = 1; ; count += 1) {
  journal.append({
    ...{ v: 1, kind: 'login', id: `l${count}`, at: '2026-03-01T10:00:00.000Z', ok: true },
    ...{ account: `user${count % 7}`, service: 'imap', clientAddress: '192.0.2.7' },
  });
  if (count % 10 === 0) await nextTurn();
  if (count % 500 !== 0) continue;
  await journal.flush();
  writeSync(1, `${count}\n`);
}
