/** The reading thread: what it sees, what becomes of a read that goes wrong, and where there is none. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Records } from '../../records/contract.ts';
import { openSqliteRecords } from '../records.ts';
import { ReadingThread, type ReadingThreadOptions } from './reading-thread.ts';
import type { Read } from './reads.ts';

const AT = '2026-03-01T10:00:00.000Z';
const AUDIT = { at: AT, by: 'test', action: 'test', subject: 'ann@example.org', why: 'a test' };
const LIST: Read = { group: 'audit', name: 'list', args: [{ limit: 10 }] };

let folder = '';
let path = '';
let told: string[] = [];
const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-reading-'));
  path = join(folder, 'records.db');
  told = [];
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

const onHere = (why: string): void => void told.push(why);

async function openRecords(at = path): Promise<Records> {
  const records = await openSqliteRecords({ path: at, reading: { onHere } });
  closers.push(() => records.close());
  return records;
}

/** On a file with that many rows of the audit log, each with so long a reason. */
async function openThread(
  options: Partial<ReadingThreadOptions> = {},
  { rows = 1, chars = 1 } = {},
): Promise<ReadingThread> {
  const records = await openSqliteRecords({ path });
  await records.audit.add(
    Array.from({ length: rows }, () => ({ ...AUDIT, why: 'x'.repeat(chars) })),
  );
  closers.push(() => records.close());
  return threadOf(options);
}

function threadOf(options: Partial<ReadingThreadOptions>): ReadingThread {
  const thread = new ReadingThread({ path, onHere, ...options });
  closers.push(() => thread.close());
  return thread;
}

const never = (): Promise<unknown> => Promise.reject(new Error('read on the main connection'));

/** Nobody else can open the file meanwhile; a try to waits two seconds. */
async function lockedFile(): Promise<DatabaseSync> {
  const records = await openSqliteRecords({ path });
  await records.audit.add([AUDIT]);
  await records.close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  return database;
}

describe('the thread', () => {
  test('begins when it is told to, though nobody reads', async () => {
    const database = await lockedFile();
    let begin = (): void => undefined;
    const begins = new Promise<void>((resolve) => (begin = resolve));
    const isTold = new Promise<string>((resolve) => {
      threadOf({ begins, onHere: resolve });
    });
    begin();
    expect(await isTold).toMatch(/locked/);
    database.close();
  });

  test('begins earlier for whoever reads', async () => {
    const thread = await openThread({ begins: new Promise(() => undefined) });
    expect(await thread.read({ ...LIST, args: [{ limit: 1 }] }, never)).toHaveLength(1);
  });
});

describe('who reads', () => {
  test('sees what was written before, awaited or not', async () => {
    const records = await openRecords();
    for (let n = 1; n <= 20; n += 1) {
      const writing = records.audit.add([{ ...AUDIT, why: String(n) }]);
      const [newest] = await records.audit.list({ limit: 1 });
      expect(newest?.why).toBe(String(n));
      await writing;
    }
    expect(told).toEqual([]);
  });

  test('does not keep the main thread, however much he reads', async () => {
    const records = await openRecords();
    const long = { ...AUDIT, why: 'x'.repeat(2_000) };
    await records.audit.add(Array.from({ length: 1_000 }, () => long));
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    await records.audit.list({ limit: 1_000 });
    clearImmediate(next);
    // On the main connection not one turn passes from question to answer.
    expect(turns).toBeGreaterThan(5);
  });

  test('gets bytes as bytes, and nothing where there is nothing', async () => {
    const records = await openRecords();
    const draft = { id: 'i1', cause: 'c', practice: 'FBK-6', summary: 's', detail: '' };
    await records.incidents.open({ draft, accounts: ['ann@example.org'], at: AT, by: 'olga' });
    const row = { id: 'a1', incident: 'i1', name: 'mail.eml', sizeBytes: 3, sha256: '', at: AT };
    await records.attachments.add({
      row: { ...row, by: 'olga' },
      content: Uint8Array.of(1, 2, 255),
      entry: { at: AT, by: 'olga', text: 'Added.' },
      audit: () => AUDIT,
      maxOfIncident: 10,
      maxBytesOfAll: 1_000,
    });
    const found = await records.attachments.get('i1', 'a1');
    expect(found?.content).toEqual(Uint8Array.of(1, 2, 255));
    expect(await records.attachments.get('i1', 'a2')).toBeUndefined();
    expect(await records.incidents.get('i2')).toBeUndefined();
  });
});

describe('a read that goes wrong', () => {
  test('on a damaged row is refused with the cause, and the next one is answered', async () => {
    const records = await openRecords();
    const draft = { id: 'i1', cause: 'c', practice: 'FBK-6', summary: 's', detail: '' };
    await records.incidents.open({ draft, accounts: [], at: AT, by: 'olga' });
    const database = new DatabaseSync(path);
    database.exec("UPDATE incidents SET timeline = 'not JSON'");
    database.close();
    await expect(records.incidents.list({ limit: 1 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/^The records cannot be read: .*not valid JSON/) as unknown,
    });
    expect(await records.incidents.countOpen()).toBe(1);
  });

  test('because it is too much for the thread ends that thread; the others go to a new one', async () => {
    const thread = await openThread({ heapMb: 40, readMs: 60_000 }, { rows: 250, chars: 250_000 });
    const small = { ...LIST, args: [{ limit: 1 }] };
    expect(await thread.read(small, never)).toHaveLength(1);
    const large = thread.read({ ...LIST, args: [{ limit: 250 }] }, never);
    const behind = thread.read(small, never);
    await expect(large).rejects.toThrow(
      /^The records cannot be read: the reading thread ended: .*memory/,
    );
    expect(await behind).toHaveLength(1);
    expect(told).toEqual([]);
  });

  test('is not waited for longer than its time, nor is one behind it', async () => {
    const thread = await openThread({ readMs: 50 }, { rows: 250, chars: 250_000 });
    const small = { ...LIST, args: [{ limit: 1 }] };
    const works = (): Promise<void> =>
      expect
        .poll(() => thread.read(small, never).catch(() => []), { timeout: 40_000 })
        .toHaveLength(1);
    // A thread takes its time to begin, and is not ended for that.
    await works();
    const large = { ...LIST, args: [{ limit: 250 }] };
    const reads = [thread.read(large, never), thread.read(small, never)];
    for (const one of (await Promise.allSettled(reads)) as PromiseRejectedResult[]) {
      expect(one.reason).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(String(one.reason)).toContain('they were not read within 0.05 s');
    }
    await works();
    expect(told).toEqual([]);
  });

  test('because many wait is refused at once', async () => {
    const thread = await openThread({ maxWaiting: 3 });
    const reads = Array.from({ length: 4 }, () => thread.read(LIST, never));
    await expect(thread.read(LIST, never)).rejects.toThrow(
      'The records cannot be read: 3 other reads wait already. Ask again in a moment.',
    );
    for (const rows of await Promise.all(reads)) expect(rows).toHaveLength(1);
    expect(await thread.read(LIST, never)).toHaveLength(1);
  });

  test('cannot write, nor call what is not for reading', async () => {
    const thread = await openThread();
    const purge = { group: 'lists', name: 'purge', args: [0] };
    await expect(thread.read(purge, never)).rejects.toThrow('lists.purge is not read here');
    const inherited = { group: 'constructor', name: 'name', args: [] };
    await expect(thread.read(inherited, never)).rejects.toThrow('is not read here');
    const unsendable = { ...LIST, args: [() => 1] };
    await expect(thread.read(unsendable, never)).rejects.toThrow(/could not be cloned/);
    expect(await thread.read(LIST, never)).toHaveLength(1);
  });
});

describe('where there is no thread', () => {
  test('because the records are in memory they are read here, and that is told once', async () => {
    const records = await openRecords(':memory:');
    await records.audit.add([AUDIT]);
    expect(await records.audit.list({ limit: 10 })).toHaveLength(1);
    expect(told).toEqual(['they are in memory']);
  });

  test('because it cannot open the file all is read here, and that is told once', async () => {
    const database = await lockedFile();
    const thread = threadOf({});
    const here = (): Promise<unknown> => Promise.resolve(['here']);
    const reads = [thread.read(LIST, here), thread.read(LIST, here)];
    expect(await Promise.all(reads)).toEqual([['here'], ['here']]);
    expect(await thread.read(LIST, here)).toEqual(['here']);
    expect(told).toEqual(['database is locked']);
    database.close();
  });
});

describe('closing', () => {
  test('refuses what waits, ends the thread first, and leaves one tidy file', async () => {
    const records = await openSqliteRecords({ path, reading: { onHere } });
    await records.audit.add([AUDIT]);
    const reads = Array.from({ length: 5 }, () => records.audit.list({ limit: 1 }));
    const settled = Promise.allSettled(reads);
    await records.close();
    for (const one of await settled) {
      if (one.status === 'rejected')
        expect(String(one.reason)).toContain('cannot be read: they close.');
    }
    await expect(records.audit.list({ limit: 1 })).rejects.toThrow('they are closed.');
    expect(existsSync(`${path}-wal`)).toBe(false);
    expect(told).toEqual([]);
  });
});
