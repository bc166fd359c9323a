/**
 * The desk at size: the embedded store filled with accounts, incidents and journal events, then the data
 * of each page asked over the real API. The sizes are those of the goal; PRIMUM_BENCH_ACCOUNTS,
 * PRIMUM_BENCH_INCIDENTS and PRIMUM_BENCH_EVENTS name smaller ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../src/config/load.ts';
import { toPolicy } from '../src/config/to-policy.ts';
import { defaultAccountFacts } from '../src/core/account.ts';
import { createKeyedHash } from '../src/core/hash.ts';
import { openDesk } from '../src/desk/desk.ts';
import { openApiDoor } from '../src/doors/api/open-api-door.ts';
import { readTimeline } from '../src/gate/account-timeline.ts';
import { createInspector } from '../src/gate/inspector.ts';
import { openNetworks } from '../src/network/open-networks.ts';
import { openFileJournal, type FileJournal } from '../src/store/journal-files/file-journal.ts';
import { createMemoryStanding } from '../src/store/memory/standing.ts';
import type { Records } from '../src/store/records/contract.ts';
import { openSqliteRecords } from '../src/store/sqlite/records.ts';
import { openSqliteStanding, type SqliteStanding } from '../src/store/sqlite/standing.ts';
import { createSilentTelemetry } from '../src/telemetry/telemetry.ts';
import { FIRST_DAY_MS, login, openJudging, submission } from './judging.ts';
import { benchConfig } from './product.ts';
import { whole, type Row, type Section } from './report.ts';

const FULL = { accounts: 1_000_000, incidents: 100_000, events: 10_000_000 };
const QUICK = { accounts: 5_000, incidents: 1_000, events: 20_000 };
type Sizes = typeof FULL;

const TOKEN = 'A'.repeat(43);
const TEMPLATE = 'user0000000@example.org';
const MAX_DIRTY = 150_000;
const PAGE_GOAL_MS = 200;
const SEARCH_GOAL_MS = 50;
const ROUNDS = 60;

const loginOf = (i: number): string => `user${String(i).padStart(7, '0')}@example.org`;
const size = (name: keyof Sizes, otherwise: Sizes): number =>
  Number(process.env[`PRIMUM_BENCH_${name.toUpperCase()}`] ?? otherwise[name]);

export const deskRows: Section = async (context) => {
  const { isQuick } = context;
  const say = (text: string): void => context.say(text);
  const usual = isQuick ? QUICK : FULL;
  const sizes: Sizes = {
    accounts: size('accounts', usual),
    incidents: size('incidents', usual),
    events: size('events', usual),
  };
  const folder = mkdtempSync(join(tmpdir(), 'primum-bench-desk-'));
  try {
    return await measure(folder, sizes, say);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

async function measure(
  folder: string,
  sizes: Sizes,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const standing = openSqliteStanding({ path: join(folder, 'standing.db') });
  await fillAccounts(folder, standing, sizes.accounts);
  say(`${whole(sizes.accounts)} accounts`);
  const journal = openFileJournal({ folder: join(folder, 'journal') });
  await fillJournal(journal, sizes);
  say(`${whole(sizes.events)} events`);
  const path = join(folder, 'records.db');
  await fillIncidents(path, sizes);
  say(`${whole(sizes.incidents)} incidents`);
  const records = await openSqliteRecords({ path });
  const house = await openHouse(folder, { standing, journal, records });
  try {
    return await askPages(house.url, sizes, say);
  } finally {
    await house.close();
    await records.close();
    await journal.close();
    await standing.close();
  }
}

/** What the gate makes of a person of two days, under the name of each account. */
async function fillAccounts(folder: string, store: SqliteStanding, count: number): Promise<void> {
  const memory = createMemoryStanding();
  const judging = await openJudging(folder, memory);
  for (let day = 0; day < 2; day += 1) {
    const from = { account: TEMPLATE, day, clientAddress: '84.150.10.20' };
    await judging.gate.judge(login({ ...from, minute: 500 }));
    await judging.gate.judge(submission({ ...from, minute: 510 }));
  }
  await judging.close();
  const made = (await Array.fromAsync(memory.scan(''))).filter(([key]) => /^[ai]:/.test(key));
  for (let i = 0; i < count; i += 1) {
    const keys = made.map(([key]) => key.replace(TEMPLATE, loginOf(i)));
    store.update(keys, (rows) => made.forEach(([, record], n) => (rows[n] = record.slice())));
    if (i % 500 !== 499) continue;
    await pause(0);
    while (store.stats().dirty > MAX_DIRTY) await pause(20);
  }
  await store.flush();
}

async function fillJournal(journal: FileJournal, { accounts, events }: Sizes): Promise<void> {
  for (let i = 0; i < events; i += 1) {
    const account = loginOf((i * 7_919) % accounts);
    const minute = Math.floor((i / events) * 29 * 1440);
    const sent = { account, day: 0, minute, clientAddress: '84.150.10.20' };
    journal.append(i % 3 === 0 ? login(sent) : submission(sent));
    if (i % 5_000 === 4_999) await journal.flush();
  }
  await journal.flush();
}

/** One in fifty is open; each shares its traits with some others. */
async function fillIncidents(path: string, { accounts, incidents }: Sizes): Promise<void> {
  const records = await openSqliteRecords({ path });
  const batch = 500;
  for (let from = 0; from < incidents; from += batch) {
    const rows = Array.from({ length: Math.min(batch, incidents - from) }, (_, n) => {
      const i = from + n;
      const at = new Date(FIRST_DAY_MS + (i * 29 * 86_400_000) / incidents).toISOString();
      return {
        ...{ id: `i${String(i).padStart(12, '0')}`, account: loginOf((i * 31) % accounts) },
        ...{ cause: `bench:${i}`, practice: 'SND-1', summary: `Sends to ${i} new domains.` },
        ...{ detail: '', firstAt: at, lastAt: at, count: 3, references: [] },
        traits: [`net:${i % 5_000}`, `asn:${i % 300}`, `shape:${i % 40}`],
        ...{ jobs: () => [], repeatAfterMs: 3_600_000, nowMs: FIRST_DAY_MS },
      };
    });
    await records.incidents.add(rows);
  }
  await records.close();
  const database = new DatabaseSync(path);
  database.exec(
    "UPDATE incidents SET state = 'closed', closed_at = opened_at, verdict = 'true' WHERE rowid % 50 <> 0",
  );
  database.close();
}

async function openHouse(
  folder: string,
  stores: {
    readonly standing: SqliteStanding;
    readonly journal: FileJournal;
    readonly records: Records;
  },
) {
  const now = (): number => FIRST_DAY_MS + 29 * 86_400_000;
  const telemetry = createSilentTelemetry();
  const networks = await openNetworks({});
  await networks.ready();
  const policy = toPolicy(benchConfig(folder, loadConfig));
  const directory = {
    find: defaultAccountFacts,
    isOwnDomain: () => false,
    close: () => Promise.resolve(),
  };
  const hash = createKeyedHash(new Uint8Array(16));
  const inspector = createInspector({
    ...{ ...stores, networks, directory, hash, now },
    policy: () => policy,
  });
  const desk = await openDesk({ ...stores, telemetry, channels: [], connectors: [], now });
  const door = await openApiDoor(
    { listen: [{ address: '127.0.0.1:0' }], token: TOKEN },
    {
      ...{ inspector, desk, telemetry, now, version: 'bench', ready: () => true },
      take: () => undefined,
      timeline: (account, page) => readTimeline({ journal: stores.journal, now }, account, page),
    },
  );
  return {
    url: `http://${door.addresses[0] ?? ''}/api/v1`,
    async close() {
      await door.close();
      await desk.close();
      await networks.close();
    },
  };
}

async function askPages(
  url: string,
  { accounts, incidents, events }: Sizes,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const id = (n: number): string => `i${String((n * 7_919) % incidents).padStart(12, '0')}`;
  const account = (n: number): string => loginOf((n * 104_729) % accounts);
  const middle = `i${String(Math.floor(incidents / 2)).padStart(12, '0')}`;
  const pages: Readonly<Record<string, (n: number) => string>> = {
    'today (figures, what waits, clocks)': () => '/overview',
    'incidents, first page': () => '/incidents?limit=100&state=open',
    'incidents, from the middle': () => `/incidents?limit=100&before=${middle}`,
    'one incident': (n) => `/incidents/${id(n)}`,
    'incidents like it': (n) => `/incidents/${id(n)}/similar`,
    'account (records, lock, incidents)': (n) => `/accounts/${account(n)}`,
    'incidents of an account': (n) => `/incidents?limit=100&account=${account(n)}`,
    'account, its time line': (n) => `/accounts/${account(n)}/timeline?limit=100`,
    'audit log': () => '/audit?limit=100',
    'search by the beginning of a name': (n) =>
      `/accounts?prefix=${account(n).slice(0, 4 + (n % 7))}`,
  };
  const rows: Row[] = [];
  for (const [what, pathOf] of Object.entries(pages)) {
    const p95 = await p95Of((n) => `${url}${pathOf(n)}`);
    const goal = what.startsWith('search') ? SEARCH_GOAL_MS : PAGE_GOAL_MS;
    say(`${what}: ${p95.toFixed(1)} ms`);
    rows.push({
      what: `desk: ${what}, p95`,
      ours: `${p95.toFixed(1)} ms`,
      peer: '-',
      ratio: `${(p95 / goal).toFixed(2)} of the goal`,
      goal: `${goal} ms`,
      means: `Over the API, with ${whole(accounts)} accounts, ${whole(incidents)} incidents and ${whole(events)} events in the embedded store.`,
    });
  }
  return rows;
}

async function p95Of(urlOf: (n: number) => string): Promise<number> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const times: number[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const begun = performance.now();
    const response = await fetch(urlOf(n), { headers });
    await response.text();
    if (!response.ok && response.status !== 404) {
      throw new Error(`${urlOf(n)} answered ${response.status}.`);
    }
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.95)] ?? 0;
}
