/**
 * Standing state at full size: a million records of an ordinary size, memory, restart, and what a
 * change costs while 20,000 a second are written behind. `node bench/standing.ts [records]`
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSqliteStanding } from '../src/store/sqlite/standing.ts';
import type { SqliteStanding } from '../src/store/sqlite/standing.ts';

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const RECORD_BYTES = 2_048;
const UPDATES_A_SECOND = 20_000;
const SECONDS = 15;

const folder = mkdtempSync(join(tmpdir(), 'primum-bench-'));
const path = join(folder, 'standing.db');
const keyOf = (i: number): string => `identity:${Math.imul(i, 2_654_435_761) >>> 0}:${i}`;
const gibibytes = (bytes: number): string => (bytes / 1024 ** 3).toFixed(2);
const say = (what: string, figure: string): void => console.log(`${what.padEnd(52)} ${figure}`);

try {
  let store = timed('start to ready, empty', open);
  await fill(store);
  say('resident memory, all records in it', `${gibibytes(process.memoryUsage().rss)} GiB`);
  updateBurst(store);
  await updateSteadily(store);
  await timedAsync('graceful stop', () => store.close());
  say('size on disk', `${gibibytes(statSync(path).size)} GiB`);
  store = timed('start to ready, full', open);
  readCold(store);
  await store.close();
} finally {
  rmSync(folder, { recursive: true });
}

function open(): SqliteStanding {
  return openSqliteStanding({ path, onError: (error) => console.error(error) });
}

async function fill(store: SqliteStanding): Promise<void> {
  const begun = performance.now();
  for (let i = 0; i < RECORDS; i += 1) {
    // Sizes from a half to one and a half of the ordinary one.
    const size = RECORD_BYTES / 2 + ((Math.imul(i, 40_503) >>> 0) % RECORD_BYTES);
    store.update([keyOf(i)], (records) => (records[0] = new Uint8Array(size).fill(i)));
    if (i % 1_000 === 999) await pause(0);
  }
  await store.flush();
  const seconds = (performance.now() - begun) / 1_000;
  say(`${RECORDS} records made and on disk`, `${seconds.toFixed(1)} s`);
}

/** In one go: the cost of a change by itself, at random places. */
function updateBurst(store: SqliteStanding): void {
  const keys = Array.from({ length: 50_000 }, () => [keyOf(Math.floor(Math.random() * RECORDS))]);
  const begun = performance.now();
  for (const key of keys) store.update(key, count);
  const micros = ((performance.now() - begun) * 1_000) / keys.length;
  say('change of one key, random places, in one go', `${micros.toFixed(2)} µs`);
}

/** At a steady rate, while all changes go to disk. */
async function updateSteadily(store: SqliteStanding): Promise<void> {
  const micros: number[] = [];
  const begun = performance.now();
  let [done, latest, dirtiest] = [0, 0, 0];
  let last = begun;
  while (done < UPDATES_A_SECOND * SECONDS) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * UPDATES_A_SECOND);
    for (; done < due; done += 1) {
      const key = [keyOf(Math.floor(Math.random() * RECORDS))];
      const at = performance.now();
      store.update(key, count);
      micros.push((performance.now() - at) * 1_000);
    }
    dirtiest = Math.max(dirtiest, store.stats().dirty);
    await pause(1);
    latest = Math.max(latest, performance.now() - last);
    last = performance.now();
  }
  const seconds = (performance.now() - begun) / 1_000;
  micros.sort((a, b) => a - b);
  const at = (part: number): string =>
    `${(micros[Math.floor(micros.length * part)] ?? 0).toFixed(1)} µs`;
  say('changes a second, written behind', (done / seconds).toFixed(0));
  say('  one change: p50, p99, p99.9', `${at(0.5)}, ${at(0.99)}, ${at(0.999)}`);
  say('  longest turn of the event loop', `${latest.toFixed(1)} ms`);
  say(
    '  most records not yet on disk',
    `${dirtiest} (${(dirtiest / UPDATES_A_SECOND).toFixed(2)} s of changes)`,
  );
  say('  resident memory', `${gibibytes(process.memoryUsage().rss)} GiB`);
}

function count(records: (Uint8Array | undefined)[]): void {
  const record = records[0];
  if (record !== undefined) record[0] = ((record[0] ?? 0) + 1) & 255;
}

function readCold(store: SqliteStanding): void {
  const begun = performance.now();
  for (let i = 0; i < 20_000; i += 1) store.read([keyOf(Math.floor(Math.random() * RECORDS))]);
  say('first read of a key after a restart', `${((performance.now() - begun) / 20).toFixed(1)} µs`);
}

function timed<T>(what: string, run: () => T): T {
  const begun = performance.now();
  const result = run();
  say(what, `${(performance.now() - begun).toFixed(1)} ms`);
  return result;
}

async function timedAsync(what: string, run: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  await run();
  say(what, `${(performance.now() - begun).toFixed(1)} ms`);
}
