/** Changes standing state as fast as it can and says when, until it is killed (standing.test.ts). */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openSqliteStanding } from '../../src/store/sqlite/standing.ts';

const PAIRS = 500;
const store = openSqliteStanding({ path: process.argv[2] ?? '' });

for (let count = 1; ; count += 1) {
  const { user, system } = process.cpuUsage();
  // Milliseconds of work: what the test counts in (standing.test.ts).
  const now = (user + system) / 1_000;
  const pair = count % PAIRS;
  store.update([`left:${pair}`, `right:${pair}`, 'stamp'], (records) => {
    for (let i = 0; i < records.length; i += 1) {
      records[i] = new Uint8Array(
        new Float64Array([now, count, ...new Array<number>(200).fill(0)]).buffer,
      );
    }
  });
  if (count % 50 === 1) writeSync(1, `${now}\n`);
  if (count % 10 === 0) await nextTurn();
}
