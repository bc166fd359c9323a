/**
 * `kill -9` at random moments under full load: whatever was acknowledged is there afterwards, and
 * what has to be done outside was done or is still in the outbox. PRIMUM_KILL_ROUNDS sets how often.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Records } from '../../src/store/records/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';

const ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? '10');

/** A round ends at a random moment within this time after its first acknowledgement. */
const LONGEST_ROUND_MS = 400;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-kill-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test(
  `nothing acknowledged is lost by kill -9, ${ROUNDS} times`,
  async () => {
    const path = join(folder, 'records.sqlite');
    const delivered = join(folder, 'delivered');
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const lines = await runAndKill([path, delivered, String(round)]);
      expect(lines.length).toBeGreaterThan(0);
      acknowledged.push(...lines);
      await verify(path, delivered, acknowledged);
    }
    const kinds = new Set(acknowledged.map((line) => line.split(' ', 1)[0]));
    expect([...kinds].sort()).toEqual(['alert', 'audit', 'list', 'lock', 'unlock']);
  },
  ROUNDS * 20_000,
);

/** Every whole line the child wrote before it was killed. */
function runAndKill(args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-child.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (output === '') {
        setTimeout(() => child.kill('SIGKILL'), Math.random() * LONGEST_ROUND_MS);
      }
      output += chunk;
    });
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(output.split('\n').slice(0, -1));
      else reject(new Error(`The child ended by itself: ${errors}`));
    });
  });
}

async function verify(path: string, delivered: string, lines: readonly string[]): Promise<void> {
  const records = await openSqliteRecords({ path });
  const outside = new Set(existsSync(delivered) ? readFileSync(delivered, 'utf8').split('\n') : []);
  const jobs = await records.outbox.due(Number.MAX_SAFE_INTEGER, 1_000_000, []);
  const waiting = new Set(jobs.map((job) => job.subject));
  const locked = new Set((await records.locks.all()).map(({ account }) => account));
  const listed = new Set((await records.lists.all(0)).map(({ key }) => key.login));
  const audited = await readAudit(records);
  await records.close();
  const isThere: Readonly<Record<string, (subject: string) => boolean>> = {
    // The unlock that follows a lock may be durable without having been acknowledged.
    lock: (subject) => locked.has(subject) || audited.has(`unlock ${subject}`),
    unlock: (subject) => !locked.has(subject),
    list: (subject) => listed.has(subject),
    alert: () => true,
    audit: () => true,
  };
  const lost = lines.filter((line) => {
    const [kind = '', subject = ''] = line.split(' ');
    const isAudited = audited.has(`${AUDITED_AS[kind] ?? ''} ${subject}`);
    const isDone = !GOES_OUT.has(kind) || outside.has(line) || waiting.has(subject);
    return !(isAudited && isDone && isThere[kind]?.(subject) === true);
  });
  expect(lost).toEqual([]);
}

/** Kinds that leave a job in the outbox. */
const GOES_OUT: ReadonlySet<string> = new Set(['lock', 'unlock', 'alert']);

const AUDITED_AS: Readonly<Record<string, string>> = {
  lock: 'lock',
  unlock: 'unlock',
  list: 'denylist.add',
  alert: 'incident.open',
  audit: 'test',
};

async function readAudit(records: Records): Promise<ReadonlySet<string>> {
  const rows = new Set<string>();
  let before: number | undefined;
  for (;;) {
    const page = await records.audit.list({
      limit: 1000,
      ...(before === undefined ? {} : { before }),
    });
    for (const { action, subject } of page) rows.add(`${action} ${subject}`);
    before = page.at(-1)?.id;
    if (before === undefined) return rows;
  }
}
