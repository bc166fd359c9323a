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
import { Climbed } from '../src/gate/climbed.ts';
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
import { median } from './children.ts';
import { whole, type Row, type Section } from './report.ts';

const FULL = { accounts: 1_000_000, incidents: 100_000, events: 10_000_000 };
const QUICK = { accounts: 5_000, incidents: 1_000, events: 20_000 };

const TOKEN = 'A'.repeat(43);
const PAGE_GOAL_MS = 200;
const SEARCH_GOAL_MS = 50;
const ROUNDS = 60;
const FIRST_ROUNDS = 15;
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
  const records = await openSqliteRecords({ path: paths.records, reading: { onHere: say } });
  const stores = { standing, journal, records };
  try {
    const first = await askFirst(folder, stores);
    const house = await openHouse(folder, stores);
    try {
      // Behind the start of the product; here nobody is to wait for it while pages are measured.
      await timed(say, 'who stands on the ladder', () => house.ready());
      const rows = await askPages(house.url, sizes, say);
      return [rowOf('today, the first after a start', first, sizes, say), ...rows];
    } finally {
      await house.close();
    }
  } finally {
    await records.close();
    await journal.close();
    await standing.close();
  }
}

/** Nothing is known in memory yet; whoever comes in the morning after an update waits for this. */
async function askFirst(folder: string, stores: Stores): Promise<PageFigures> {
  let house: Awaited<ReturnType<typeof openHouse>> | undefined;
  const restart = async (): Promise<void> => {
    await house?.close();
    house = await openHouse(folder, stores);
  };
  const figures = await figuresOf(FIRST_ROUNDS, () => ask(`${house?.url ?? ''}/overview`), restart);
  await house?.close();
  return figures;
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

interface Stores {
  readonly standing: SqliteStanding;
  readonly journal: FileJournal;
  readonly records: Records;
}

async function openHouse(folder: string, stores: Stores) {
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
  const climbed = new Climbed(stores.standing);
  const inspector = createInspector({
    ...{ ...stores, networks, directory, hash, now, climbed },
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
    async ready() {
      await climbed.keys();
    },
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
    campaigns: () => '/campaigns',
    'review (what is held)': () => '/holds?state=open&limit=200',
    cases: () => '/cases?state=open&limit=100',
    'today, accounts on the ladder': () => '/rungs?limit=10',
    'incident over a campaign': (n) => `/incidents/${incidentOf(900_000_000 + (n % 40))}`,
    health: () => '/health',
    'search by the beginning of a name': (n) =>
      `/accounts?prefix=${account(n).slice(0, 4 + (n % 7))}`,
  };
  const rows: Row[] = [];
  for (const [what, pathOf] of Object.entries(pages)) {
    const figures = await figuresOf(ROUNDS, (n) => ask(`${url}${pathOf(n)}`));
    rows.push(rowOf(what, figures, { accounts, incidents, events }, say));
  }
  return rows;
}

interface PageFigures {
  readonly median: number;
  readonly p95: number;
  /** Of all threads, in the middle; it stays steady when something else runs on the machine. */
  readonly cpu: number;
}

function rowOf(
  what: string,
  { median, p95, cpu }: PageFigures,
  { accounts, incidents, events }: DeskSizes,
  say: (text: string) => void,
): Row {
  const goal = what.startsWith('search') ? SEARCH_GOAL_MS : PAGE_GOAL_MS;
  const ours = `${p95.toFixed(1)} ms (median ${median.toFixed(1)}, CPU ${cpu.toFixed(1)})`;
  say(`${what}: ${ours}`);
  return {
    what: `desk: ${what}, p95`,
    ours,
    peer: '-',
    ratio: `${(p95 / goal).toFixed(2)} of the goal`,
    goal: `${goal} ms`,
    means: `Over the API, with ${whole(accounts)} accounts, ${whole(incidents)} incidents and ${whole(events)} events in the embedded store.`,
  };
}

async function ask(url: string): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
  await response.text();
  if (!response.ok && response.status !== 404) {
    throw new Error(`${url} answered ${response.status}.`);
  }
}

async function figuresOf(
  rounds: number,
  run: (n: number) => Promise<void>,
  /** Not measured. */
  prepare?: () => Promise<void>,
): Promise<PageFigures> {
  const [times, cpus]: [number[], number[]] = [[], []];
  for (let n = 0; n < rounds; n += 1) {
    await prepare?.();
    const before = process.cpuUsage();
    const begun = performance.now();
    await run(n);
    times.push(performance.now() - begun);
    const { user, system } = process.cpuUsage(before);
    cpus.push((user + system) / 1000);
  }
  times.sort((a, b) => a - b);
  const p95 = times[Math.floor(times.length * 0.95)] ?? 0;
  return { median: median(times), p95, cpu: median(cpus) };
}
