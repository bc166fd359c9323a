/**
 * OWN-1: the daemon compares at its start what people were told with what its watchers know. Killed before
 * anybody was told, it tells; killed before it said that all is well, it says so.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyOf } from '../../src/watch/history-book.ts';
import { itemName } from '../../src/watch/matter.ts';
import { until } from '../peers/run.ts';
import { Place, PROCESS_TEST_MS, type RunningPrimum } from './program.ts';

const DOMAIN = 'house.test';

let place: Place;
beforeEach(() => {
  place = new Place();
  // Nobody answers there, so that what is in the file stays what is known.
  place.configure({
    watch: { domains: [DOMAIN], dns: { servers: ['127.0.0.1:9'], timeout: '100ms' } },
  });
});
afterEach(() => place.remove());

/** What the watchers of a daemon before knew of the domain on these lists. */
function know(lists: Readonly<Record<string, 'fail' | 'pass'>>): void {
  mkdirSync(place.state, { recursive: true, mode: 0o700 });
  const lines = Object.entries(lists).map(([list, state]) => {
    const item = itemName(DOMAIN, list);
    const key = keyOf({ check: 'listings', practice: 'OWN-1', target: DOMAIN, item });
    const text = `${DOMAIN} is ${state === 'pass' ? 'not ' : ''}on ${list}.`;
    return JSON.stringify({ key, state, since: '2026-11-29T10:00:00.000Z', evidence: [text] });
  });
  writeFileSync(join(place.state, 'watch.ndjson'), `${lines.join('\n')}\n`);
}

async function whileRunning<T>(work: (primum: RunningPrimum) => Promise<T>): Promise<T> {
  const primum = await place.start();
  try {
    return await work(primum);
  } finally {
    primum.signal('SIGKILL');
    await primum.ended;
  }
}

const incidentsOf = async (primum: RunningPrimum) =>
  (await (await primum.client()).incidents({ limit: 10 })).incidents;

it(
  'OWN-1: tells what was not told before it was killed, as one incident, and then that it is over',
  async () => {
    know({ 'a.test': 'fail', 'b.test': 'fail' });
    await whileRunning(async (primum) => {
      await until('the incident', async () => (await incidentsOf(primum)).length > 0);
      expect(await incidentsOf(primum)).toMatchObject([
        { summary: `${DOMAIN} is on 2 lists: a.test, b.test.`, count: 1, practice: 'OWN-1' },
      ]);
    });
    know({ 'a.test': 'pass', 'b.test': 'pass' });
    await whileRunning(async (primum) => {
      await until('the end', async () => (await incidentsOf(primum))[0]?.wellAt !== undefined);
      expect(await incidentsOf(primum)).toMatchObject([
        { summary: `${DOMAIN} is on no list any more.`, state: 'open', count: 1 },
      ]);
    });
  },
  PROCESS_TEST_MS,
);
