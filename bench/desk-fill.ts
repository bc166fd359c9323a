/**
 * Fills the embedded store at once: rows as the product writes them, put into its files in one
 * transaction each, and journal segments as they are after closing. What is measured is the reading.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AccountRecord } from '../src/core/profile/account-record.ts';
import { createMemoryStanding } from '../src/store/memory/standing.ts';
import { compressSegment } from '../src/store/journal-files/compress-segment.ts';
import { segmentFile, segmentName } from '../src/store/journal-files/segments.ts';
import type { Records } from '../src/store/records/contract.ts';
import type { HoldDraft } from '../src/store/records/hold-contract.ts';
import { openSqliteRecords } from '../src/store/sqlite/records.ts';
import { openSqliteStanding } from '../src/store/sqlite/standing.ts';
import { FIRST_DAY_MS, login, openJudging, submission } from './judging.ts';

export interface DeskSizes {
  readonly accounts: number;
  readonly incidents: number;
  readonly events: number;
}

/** The time that the store tells of, up to its present. */
export const DAYS = 29;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const NOW_MS = FIRST_DAY_MS + DAYS * DAY_MS;

const TEMPLATE = 'user0000000@example.org';
const SEGMENT_BYTES = 64 * 1_048_576;
/** One account in so many stands on the ladder. */
const CLIMBED = 1_000;
/** Accounts of each campaign that has an open incident of its own. */
const MEMBERS = 200;
const CAMPAIGNS = 40;
const HELD = 2_000;

export const loginOf = (i: number): string => `user${String(i).padStart(7, '0')}@example.org`;
export const incidentOf = (i: number): string => `i${String(i).padStart(17, '0')}`;

/** What the gate makes of a person of two days, under the name of each account. */
export async function fillAccounts(folder: string, path: string, count: number): Promise<void> {
  const memory = createMemoryStanding();
  const judging = await openJudging(folder, memory);
  for (let day = 0; day < 2; day += 1) {
    const from = { account: TEMPLATE, day, clientAddress: '84.150.10.20' };
    await judging.gate.judge(login({ ...from, minute: 500 }));
    await judging.gate.judge(submission({ ...from, minute: 510 }));
  }
  await judging.close();
  const made = (await Array.fromAsync(memory.scan(''))).filter(([key]) => /^[ai]:/.test(key));
  await openSqliteStanding({ path }).close();
  inTransaction(path, (database) => {
    const insert = database.prepare('INSERT INTO standing (key, touched, value) VALUES (?, ?, ?)');
    const today = Math.floor(Date.now() / DAY_MS);
    // In the order of the keys: each page is written once.
    for (const [key, record] of made.sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (let i = 0; i < count; i += 1) {
        const isClimbed = key.startsWith('a:') && i % CLIMBED === 0;
        const bytes = isClimbed ? climbed(record, i / CLIMBED) : record;
        insert.run(key.replace(TEMPLATE, loginOf(i)), today, bytes);
      }
    }
  });
}

/** On hold since some day of the last twenty, with evidence of the last hour. */
function climbed(record: Uint8Array, nth: number): Uint8Array {
  const account = new AccountRecord(Uint8Array.from(record));
  const sinceMs = NOW_MS - (1 + (nth % 20)) * DAY_MS;
  account.ladder = { rung: 'hold', sinceMs, evidenceAtMs: NOW_MS - HOUR_MS };
  return account.toBytes();
}

/** One in fifty is open; each shares its traits with some others. */
export async function fillIncidents(path: string, sizes: DeskSizes): Promise<void> {
  const { accounts, incidents } = sizes;
  const records = await openSqliteRecords({ path });
  const at = new Date(FIRST_DAY_MS).toISOString();
  await records.incidents.add([
    {
      ...{ id: 'template', account: TEMPLATE, cause: 'bench', practice: 'SND-1' },
      ...{ summary: 'Sends to new domains.', detail: '', firstAt: at, lastAt: at, count: 3 },
      ...{ references: [], traits: ['headers:0'], jobs: () => [] },
      ...{ repeatAfterMs: 3_600_000, nowMs: FIRST_DAY_MS },
    },
  ]);
  await records.figures.write({ counts: hourlyFigures(), levels: [], oldest: 0 });
  await fillHolds(records, accounts);
  await records.close();
  inTransaction(path, (database) => {
    const made = database.prepare('SELECT * FROM incidents').get() ?? {};
    database.exec('DELETE FROM incidents; DELETE FROM incident_traits');
    const columns = Object.keys(made);
    const names = columns.map((name) => `"${name}"`).join(', ');
    const holes = columns.map(() => '?').join(', ');
    const insert = database.prepare(`INSERT INTO incidents (${names}) VALUES (${holes})`);
    const trait = database.prepare('INSERT INTO incident_traits (trait, incident) VALUES (?, ?)');
    for (let i = 0; i < incidents; i += 1) {
      const opened = new Date(FIRST_DAY_MS + (i * DAYS * DAY_MS) / incidents).toISOString();
      const [id, isOpen] = [incidentOf(i), i % 50 === 0];
      const row: typeof made = {
        ...made,
        ...{ id, account: loginOf((i * 31) % accounts), cause: `bench:${i}` },
        ...{ opened_at: opened, updated_at: opened, alert_due_ms: null },
        ...{ state: isOpen ? 'open' : 'closed', closed_at: isOpen ? null : opened },
        ...{ verdict: isOpen ? '' : 'true', summary: `Sends to ${i} new domains.` },
      };
      insert.run(...columns.map((name) => row[name] ?? null));
      for (const name of traitsOf(i)) trait.run(name, id);
    }
    fillCampaigns(database, accounts);
  });
}

/** A network and a shape are shared by many; an address, a text and a link by those of one campaign. */
function traitsOf(i: number): readonly string[] {
  const shared = [`network:${i % 300}`, `headers:${i % 40}`, `address:192.0.${i % 200}.${i % 250}`];
  if (i % 10 !== 0) return shared;
  return [...shared, `text:${(i / 10) % 60}`, `link:evil${(i / 10) % 7}.example`];
}

/** Open incidents over campaigns, and held messages of accounts. */
function fillCampaigns(database: DatabaseSync, accounts: number): void {
  const columns = 'id, account, cause, practice, state, opened_at, updated_at, summary, count, ';
  const lists = '"references", timeline, checklist, detail, alerted_count, accounts';
  const at = new Date(NOW_MS - HOUR_MS).toISOString();
  const insert = database.prepare(
    `INSERT INTO incidents (${columns}${lists}) VALUES (?, '', ?, 'FBK-6', 'open', ?, ?, 'A wave.', 0, '[]', '[]', '[]', '', 0, ?)`,
  );
  for (let n = 0; n < CAMPAIGNS; n += 1) {
    const members = Array.from({ length: MEMBERS }, (_, i) => loginOf((n * 997 + i) % accounts));
    const id = incidentOf(900_000_000 + n);
    insert.run(id, `campaign:${id}`, at, at, JSON.stringify(members));
  }
}

async function fillHolds(records: Records, accounts: number): Promise<void> {
  const at = new Date(NOW_MS - HOUR_MS).toISOString();
  for (let from = 0; from < HELD; from += 200) {
    await records.holds.add(
      Array.from({ length: 200 }, (_, i) =>
        heldOf(from + i, loginOf(((from + i) * 31) % accounts), at),
      ),
    );
  }
}

function heldOf(n: number, account: string, at: string): HoldDraft {
  const number = String(n).padStart(17, '0');
  return {
    hold: {
      ...{ id: `h${number}`, account, identity: account, context: '', at, reference: `H${n}` },
      ...{ submission: `s${n}`, mta: 'mx1', queueId: `Q${n}`, envelopeSender: account },
      ...{ recipients: 3, subject: 'Invoice', reasons: [{ text: 'Writes to many new domains.' }] },
      ...{ cause: 'verdict', incident: '', state: 'held', owner: '', by: '', why: '', outcome: '' },
      ...{ sizeBytes: 4_000, misses: 0, tries: 0, lastError: '', notice: 'none', noticeTries: 0 },
    },
    spacingMs: 0,
    audit: { at, by: 'primum', action: 'hold', subject: account, why: 'Held.' },
  };
}

/** What "today against usual" is made of. */
function hourlyFigures() {
  const names = [
    'submissions',
    'pass',
    'defer',
    'hold',
    'reject',
    'bounces',
    'complaints',
    'queue',
  ];
  const last = Math.floor(NOW_MS / HOUR_MS);
  return names.flatMap((name, n) =>
    Array.from({ length: DAYS * 24 }, (_, i) => ({ hour: last - i, name, value: 1_000 + n + i })),
  );
}

function inTransaction(path: string, write: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  write(database);
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** A login, a submission, its verdict and what became of it in turn, spread over the days. */
export async function fillJournal(folder: string, { accounts, events }: DeskSizes): Promise<void> {
  const write = linesOf(accounts);
  for (let i = 0; i < events;) {
    const beganAt = FIRST_DAY_MS + Math.floor((i / events) * DAYS * DAY_MS);
    const name = segmentName(beganAt);
    const file = openSync(join(folder, segmentFile(name)), 'w', 0o600);
    let bytes = 0;
    while (i < events && bytes < SEGMENT_BYTES) {
      const lines: string[] = [];
      for (const end = Math.min(events, i + 2_000); i < end; i += 1) {
        lines.push(write(i, FIRST_DAY_MS + Math.floor((i / events) * DAYS * DAY_MS)));
      }
      bytes += writeSync(file, lines.join(''));
    }
    closeSync(file);
    const segment = { name, beganAt, endings: ['.ndjson'] };
    await compressSegment(folder, segment, { pauseFactor: 0 });
  }
}

const KINDS = 4;

export function referenceOf(i: number): string {
  return `R${i.toString(36).toUpperCase().padStart(7, '0')}`;
}

function linesOf(accounts: number): (i: number, atMs: number) => string {
  const marks = { account: TEMPLATE, minute: 1, day: 0, clientAddress: '84.150.10.20' };
  const [loggedIn, sent] = [login(marks), submission(marks)];
  const rest = (event: object): string => {
    const {
      kind: _kind,
      id: _id,
      at: _at,
      account: _account,
      ...more
    } = event as Record<string, unknown>;
    return JSON.stringify(more).slice(1);
  };
  const [loginRest, sentRest] = [rest(loggedIn), rest(sent)];
  const verdictRest = `,"identity":"x","context":"x","verdict":"defer","enforced":false,"rung":"observe","score":1.5,"reasons":[{"practice":"SND-1","text":"Writes to many new domains.","weight":1.5}]`;
  return (i, atMs) => {
    const n = Math.floor(i / KINDS);
    const at = new Date(atMs).toISOString();
    const account = loginOf((n * 7_919) % accounts);
    switch (i % KINDS) {
      case 0:
        return `{"kind":"login","id":"l${n}","at":"${at}","account":"${account}",${loginRest}\n`;
      case 1:
        return `{"kind":"submission","id":"s${n}","at":"${at}","account":"${account}",${sentRest}\n`;
      case 2:
        return `{"kind":"verdict","for":"s${n}","at":"${at}","account":"${account}"${verdictRest},"reference":"${referenceOf(i)}"}\n`;
      default:
        return `{"v":1,"kind":"delivery","id":"d${n}","at":"${at}","submission":"s${n}","queueId":"4Q${n}","recipient":"somebody@example.net","result":"delivered","status":"2.0.0","reply":"250 ok"}\n`;
    }
  };
}
