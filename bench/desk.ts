/**
 * The desk at size: the embedded store filled with accounts, incidents and journal events, then the data
 * of each page asked over the real API. The sizes are those of the goal; PRIMUM_BENCH_ACCOUNTS,
 * PRIMUM_BENCH_INCIDENTS and PRIMUM_BENCH_EVENTS name smaller ones. PRIMUM_BENCH_FOLDER is filled once
 * and kept.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import type { Records } from '../src/store/records/contract.ts';
import { openSqliteRecords } from '../src/store/sqlite/records.ts';
import { openSqliteStanding, type SqliteStanding } from '../src/store/sqlite/standing.ts';
import { createSilentTelemetry } from '../src/telemetry/telemetry.ts';
import {
  fillAccounts,
  fillIncidents,
  fillJournal,
  incidentOf,
  loginOf,
  NOW_MS,
  referenceOf,
  type DeskSizes,
} from './desk-fill.ts';
import { benchConfig } from './product.ts';
import { whole, type Row, type Section } from './report.ts';

const FULL = { accounts: 1_000_000, incidents: 100_000, events: 10_000_000 };
const QUICK = { accounts: 5_000, incidents: 1_000, events: 20_000 };

const TOKEN = 'A'.repeat(43);
const PAGE_GOAL_MS = 200;
const SEARCH_GOAL_MS = 50;
const ROUNDS = 60;
/** In a folder that is filled. */
const FILLED = 'filled';

const size = (name: keyof DeskSizes, otherwise: DeskSizes): number =>
  Number(process.env[`PRIMUM_BENCH_${name.toUpperCase()}`] ?? otherwise[name]);

export const deskRows: Section = async (context) => {
  const { isQuick } = context;
  const say = (text: string): void => context.say(text);
  const usual = isQuick ? QUICK : FULL;
  const sizes: DeskSizes = {
    accounts: size('accounts', usual),
    incidents: size('incidents', usual),
    events: size('events', usual),
  };
  const kept = process.env['PRIMUM_BENCH_FOLDER'];
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'primum-bench-desk-'));
  try {
    if (kept === undefined || !existsSync(join(kept, FILLED))) await fill(folder, sizes, say);
    return await measure(folder, sizes, say);
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true });
  }
};

async function fill(folder: string, sizes: DeskSizes, say: (text: string) => void): Promise<void> {
  const { standing, records, journal } = pathsOf(folder);
  mkdirSync(journal, { recursive: true });
  await timed(say, `${whole(sizes.accounts)} accounts`, () =>
    fillAccounts(folder, standing, sizes.accounts),
  );
  await timed(say, `${whole(sizes.incidents)} incidents`, () => fillIncidents(records, sizes));
  await timed(say, `${whole(sizes.events)} events`, () => fillJournal(journal, sizes));
  writeFileSync(join(folder, FILLED), '');
}

const pathsOf = (folder: string) => ({
  standing: join(folder, 'standing.db'),
  records: join(folder, 'records.db'),
  journal: join(folder, 'journal'),
});

async function measure(
  folder: string,
  sizes: DeskSizes,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const paths = pathsOf(folder);
  const standing = openSqliteStanding({ path: paths.standing });
  const now = (): number => NOW_MS;
  const journal = openFileJournal({ folder: paths.journal, now });
  const records = await openSqliteRecords({ path: paths.records });
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

async function timed(
  say: (text: string) => void,
  what: string,
  run: () => Promise<void>,
): Promise<void> {
  const begun = performance.now();
  await run();
  say(`filled with ${what} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

async function openHouse(
  folder: string,
  stores: {
    readonly standing: SqliteStanding;
    readonly journal: FileJournal;
    readonly records: Records;
  },
) {
  const now = (): number => NOW_MS;
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
  { accounts, incidents, events }: DeskSizes,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const id = (n: number): string => incidentOf((n * 7_919) % incidents);
  const account = (n: number): string => loginOf((n * 104_729) % accounts);
  const middle = incidentOf(Math.floor(incidents / 2));
  const verdicts = Math.floor(events / 4);
  const pages: Readonly<Record<string, (n: number) => string>> = {
    'today (figures, what waits, clocks)': () => '/overview',
    'incidents, first page': () => '/incidents?limit=100&state=open',
    'incidents, from the middle': () => `/incidents?limit=100&before=${middle}`,
    'one incident': (n) => `/incidents/${id(n)}`,
    'incidents like it': (n) => `/incidents/${id(n)}/similar`,
    'account (records, lock, incidents)': (n) => `/accounts/${account(n)}`,
    'incidents of an account': (n) => `/incidents?limit=100&account=${account(n)}`,
    'account, its time line': (n) => `/accounts/${account(n)}/timeline?limit=100`,
    'why, by reference': (n) => `/explain/${referenceOf(((n * 7_919) % verdicts) * 4 + 2)}`,
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
