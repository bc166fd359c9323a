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
  configure();
});
afterEach(() => place.remove());

function configure(
  silences: readonly { practice: string; until: string; why: string }[] = [],
): void {
  // Nobody answers there, so that what is in the file stays what is known.
  const dns = { servers: ['127.0.0.1:9'], timeout: '100ms' };
  place.configure({ watch: { domains: [DOMAIN], dns, silences: [...silences] } });
}

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

it(
  'OWN-1: a silence is in force after a reload, and what it kept still is told when it is taken out',
  async () => {
    know({ 'a.test': 'fail' });
    configure([{ practice: 'OWN-1', until: '2099-12-24', why: 'delisting asked for' }]);
    await whileRunning(async (primum) => {
      const client = await primum.client();
      const silenced = async () =>
        (await client.practices()).practices
          .flatMap(({ findings }) => findings)
          .filter(({ item }) => item === itemName(DOMAIN, 'a.test'))
          .map(({ silencedWhy }) => silencedWhy ?? 'loud');
      expect(await silenced()).toEqual(['delisting asked for']);
      expect(await incidentsOf(primum)).toEqual([]);
      configure();
      expect((await client.reload('olga')).changes).toMatch(/in force\.$/);
      expect(await silenced()).toEqual(['loud']);
      await until('the incident', async () => (await incidentsOf(primum)).length > 0);
      configure([{ practice: 'OWN-1', until: '2099-12-24', why: 'again' }]);
      await client.reload('olga');
      expect(await silenced()).toEqual(['again']);
    });
  },
  PROCESS_TEST_MS,
);
