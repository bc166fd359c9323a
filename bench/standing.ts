/**
 * Standing state at full size: the records of an ordinary person, made by the gate over 30 simulated
 * days, for a million identities: memory, size on disk, and what a change costs while it is written
 * behind. `node bench/standing.ts IDENTITIES FOLDER` prints StandingFigures as JSON and leaves
 * FOLDER/state/standing.db.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createMemoryStanding } from '../src/store/memory/standing.ts';
import { openSqliteStanding } from '../src/store/sqlite/standing.ts';
import type { SqliteStanding } from '../src/store/sqlite/standing.ts';
import { login, openJudging, submission } from './judging.ts';

export interface StandingFigures {
  readonly identities: number;
  /** Records of one identity, and their bytes with their keys. */
  readonly records: number;
  readonly recordBytes: number;
  readonly fillSeconds: number;
  readonly residentBytes: number;
  readonly diskBytes: number;
  readonly changesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly longestTurnMs: number;
  readonly mostDirty: number;
  readonly firstReadUs: number;
}

const DAYS = 30;
const CHANGES_A_SECOND = 20_000;
const SECONDS = 15;
/** Changes not on disk above which filling waits. */
const MAX_DIRTY = 150_000;

interface Template {
  readonly key: string;
  readonly record: Uint8Array;
}

const TEMPLATE = 'user0000000@example.org';

const loginOf = (i: number): string => `user${String(i).padStart(7, '0')}@example.org`;

/** A person with a home and a telephone: reads mail all day, writes six messages on workdays. */
async function makeOrdinary(folder: string): Promise<readonly Template[]> {
  const standing = createMemoryStanding();
  const judging = await openJudging(folder, standing);
  const places = ['84.150.10.20', '89.204.130.7'];
  for (let day = 0; day < DAYS; day += 1) {
    const from = { account: TEMPLATE, day };
    for (let n = 0; n < 10; n += 1) {
      const clientAddress = places[n % 2] ?? '';
      await judging.gate.judge(login({ ...from, minute: 420 + n * 60, clientAddress }));
    }
    for (let n = 0; day % 7 < 5 && n < 6; n += 1) {
      const clientAddress = places[n % 3 === 0 ? 1 : 0] ?? '';
      await judging.gate.judge(submission({ ...from, minute: 500 + n * 70, clientAddress }));
    }
  }
  await judging.close();
  const made: Template[] = [];
  for await (const [key, record] of standing.scan('')) {
    if (key.includes(TEMPLATE)) made.push({ key, record });
  }
  return made;
}

async function fill(
  store: SqliteStanding,
  made: readonly Template[],
  identities: number,
): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < identities; i += 1) {
    const keys = made.map(({ key }) => key.replace(TEMPLATE, loginOf(i)));
    store.update(keys, (records) => made.forEach(({ record }, n) => (records[n] = record)));
    if (i % 500 === 499) {
      await pause(0);
      while (store.stats().dirty > MAX_DIRTY) await pause(20);
    }
  }
  await store.flush();
  return (performance.now() - begun) / 1000;
}

/** At a steady rate, while all changes go to disk. */
async function change(store: SqliteStanding, keyOf: () => string, seconds: number) {
  const micros: number[] = [];
  const begun = performance.now();
  let [done, longestTurnMs, mostDirty] = [0, 0, 0];
  let last = begun;
  while (done < CHANGES_A_SECOND * seconds) {
    const due = Math.floor(((performance.now() - begun) / 1000) * CHANGES_A_SECOND);
    for (; done < due; done += 1) {
      const keys = [keyOf()];
      const at = performance.now();
      store.update(keys, count);
      micros.push((performance.now() - at) * 1000);
    }
    mostDirty = Math.max(mostDirty, store.stats().dirty);
    await pause(1);
    longestTurnMs = Math.max(longestTurnMs, performance.now() - last);
    last = performance.now();
  }
  const changesPerSecond = (done * 1000) / (performance.now() - begun);
  micros.sort((a, b) => a - b);
  const at = (part: number): number => micros[Math.floor(micros.length * part)] ?? 0;
  return { changesPerSecond, p50Us: at(0.5), p99Us: at(0.99), longestTurnMs, mostDirty };
}

/** Alters the last byte of the header: the record keeps its form. */
function count(records: (Uint8Array | undefined)[]): void {
  const record = records[0];
  if (record !== undefined) record[8] = ((record[8] ?? 0) + 1) & 255;
}

function readCold(store: SqliteStanding, keyOf: () => string): number {
  const reads = 20_000;
  const begun = performance.now();
  for (let i = 0; i < reads; i += 1) store.read([keyOf()]);
  return ((performance.now() - begun) * 1000) / reads;
}

async function main(identities: number, folder: string): Promise<void> {
  const made = await makeOrdinary(folder);
  const state = join(folder, 'state');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const path = join(state, 'standing.db');
  const open = (): SqliteStanding =>
    openSqliteStanding({ path, onError: (error) => console.error(error) });
  const keyOf = (): string => {
    const { key } = made[Math.floor(Math.random() * made.length)] ?? { key: '' };
    return key.replace(TEMPLATE, loginOf(Math.floor(Math.random() * identities)));
  };
  let store = open();
  const fillSeconds = await fill(store, made, identities);
  const residentBytes = process.memoryUsage().rss;
  const changed = await change(store, keyOf, identities < 100_000 ? 2 : SECONDS);
  await store.close();
  store = open();
  const firstReadUs = readCold(store, keyOf);
  await store.close();
  const figures: StandingFigures = {
    identities,
    records: made.length,
    recordBytes: made.reduce((sum, { key, record }) => sum + key.length + record.length, 0),
    fillSeconds,
    residentBytes,
    diskBytes: statSync(path).size,
    ...changed,
    firstReadUs,
  };
  console.log(JSON.stringify(figures));
}

if (import.meta.main) await main(Number(process.argv[2] ?? 1_000_000), process.argv[3] ?? '');
