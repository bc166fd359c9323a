/**
 * Lines found by account, reference or message: the same lines as a search through all of them, whether
 * they wait, stand in the newest file, or in one that is compressed; and without a look at all others.
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { openFileJournal } from '../../src/store/journal-files/file-journal.ts';
import { findByKey } from '../../src/store/journal-files/find-by-key.ts';
import { hashKey, LineKeys } from '../../src/store/journal-files/line-keys.ts';
import { readObjects } from '../../src/store/journal-files/read-lines.ts';
import { createMemoryJournal } from '../../src/store/memory/journal.ts';
import type { Journal, JournalKey, JournalLine } from '../../src/store/journal.ts';
import { KILL_TEST_MS, runUntilKilled } from './killed-child.ts';

let folder: string;
const opened: Journal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-journal-keys-'));
});

afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function openFiles(segmentBytes: number): Journal {
  const journal = openFileJournal({ folder, flushMs: 1, segmentBytes, retentionDays: 36_500 });
  opened.push(journal);
  return journal;
}

const login = (n: number, account: string): JournalLine => ({
  ...{ v: 1, kind: 'login', id: `l${n}`, at: '2026-01-01T00:00:00.000Z', account, ok: true },
  ...{ service: 'imap', clientAddress: '192.0.2.7' },
});
const delivery = (n: number, submission: string, queueId: string): JournalLine => ({
  ...{ v: 1, kind: 'delivery', id: `d${n}`, at: '2026-01-01T00:00:00.000Z', submission, queueId },
  ...{ recipient: 'bob@example.net', result: 'delivered' },
});

/** Ids of what is found, newest first. */
async function idsBy(journal: Journal, ...keys: JournalKey[]): Promise<string[]> {
  const ids: string[] = [];
  await journal.findBy(keys, (line) => {
    const names: unknown[] = Object.values(line);
    if (keys.some(({ value }) => names.includes(value)) && 'id' in line) ids.push(line.id);
    return false;
  });
  return ids;
}

const areCompressed = (count: number): Promise<void> =>
  eventually(() => {
    const files = readdirSync(folder);
    expect(files.filter((file) => file.endsWith('.zst')).length).toBeGreaterThanOrEqual(count);
    expect(files.filter((file) => file.endsWith('.ndjson')).length).toBeLessThanOrEqual(1);
  });

describe.each([
  { name: 'memory', segments: 0, open: (): Journal => createMemoryJournal() },
  { name: 'one file', segments: 0, open: (): Journal => openFiles(1_000_000) },
  { name: 'many compressed files', segments: 3, open: (): Journal => openFiles(2_000) },
])('a journal in $name', ({ segments, open }) => {
  it('finds the lines of an account, newest first, before and after they are written', async () => {
    const journal = open();
    for (let n = 0; n < 100; n += 1) {
      journal.append(login(n, n % 10 === 3 ? 'Ann "A" \\ é@example.org'.toLowerCase() : `u${n}`));
      if (n % 10 === 9) await journal.flush();
    }
    const expected = [93, 83, 73, 63, 53, 43, 33, 23, 13, 3].map((n) => `l${n}`);
    const key: JournalKey = { field: 'account', value: 'ann "a" \\ é@example.org' };
    expect(await idsBy(journal, key)).toEqual(expected);
    await areCompressedIf(segments);
    expect(await idsBy(journal, key)).toEqual(expected);
    expect(await idsBy(journal, { field: 'account', value: 'nobody' })).toEqual([]);
  });

  it('finds what became of messages by several names at once, each line once', async () => {
    const journal = open();
    for (let n = 0; n < 60; n += 1) {
      journal.append(delivery(n, `s${n % 20}`, `q${n % 20}`), login(1_000 + n, `u${n}`));
      if (n % 10 === 9) await journal.flush();
    }
    await areCompressedIf(segments);
    const keys: JournalKey[] = [
      { field: 'submission', value: 's7' },
      { field: 'queueId', value: 'q7' },
      { field: 'queueId', value: 'q8' },
    ];
    expect(await idsBy(journal, ...keys)).toEqual(['d48', 'd47', 'd28', 'd27', 'd8', 'd7']);
  });

  it('stops when the caller has enough', async () => {
    const journal = open();
    for (let n = 0; n < 50; n += 1) journal.append(login(n, 'ann'));
    await journal.flush();
    let looked = 0;
    const found = await journal.findBy([{ field: 'account', value: 'ann' }], () => ++looked === 3);
    expect(found).toMatchObject({ id: 'l47' });
    expect(looked).toBe(3);
  });
});

async function areCompressedIf(segments: number): Promise<void> {
  if (segments > 0) await areCompressed(segments);
}

describe('the index of a segment', () => {
  it('leads to the lines of the account and hardly to others', async () => {
    const journal = openFiles(200_000);
    for (let n = 0; n < 3_000; n += 1) {
      journal.append(login(n, `user${n % 300}@example.org`));
      if (n % 100 === 99) await journal.flush();
    }
    await areCompressed(1);
    let looked = 0;
    await journal.findBy([{ field: 'account', value: 'user7@example.org' }], () => {
      looked += 1;
      return false;
    });
    expect(looked).toBe(10);
  });

  it('leaves the file readable for everybody else', async () => {
    const journal = openFiles(2_000);
    for (let n = 0; n < 40; n += 1) {
      journal.append(login(n, 'ann'));
      await journal.flush();
    }
    await areCompressed(2);
    const [file = ''] = readdirSync(folder).sort();
    const lines = await Array.fromAsync(readObjects(join(folder, file)));
    expect(lines.map((line) => line.ok && line.value['id'])).toEqual(lines.map((_, i) => `l${i}`));
    expect(lines.length).toBeGreaterThan(5);
  });

  it('is made for segments of an older version, and what is found meanwhile is the same', async () => {
    const name = 'journal-20260101T000000000Z';
    const path = join(folder, `${name}.ndjson.zst`);
    const text = [1, 2, 3].map((n) => `${JSON.stringify(login(n, n === 2 ? 'ann' : 'bob'))}\n`);
    writeFileSync(path, zstdCompressSync(text.join('')));
    const [before, key] = [statSync(path).ino, { field: 'account', value: 'ann' } as const];
    const search = { folder, keys: [key], match: () => true, isEnough: () => false };
    expect(await findByKey(name, search)).toEqual({ isRead: false });
    const journal = openFiles(1_000_000);
    expect(await idsBy(journal, key)).toEqual(['l2']);
    await eventually(() => expect(statSync(path).ino).not.toBe(before));
    expect(await findByKey(name, search)).toMatchObject({ isRead: true, line: { id: 'l2' } });
    expect(await idsBy(journal, key)).toEqual(['l2']);
  });

  it('is not believed when it is damaged: all lines are read', async () => {
    const name = 'journal-20260101T000000000Z';
    const text = `${JSON.stringify(login(1, 'ann'))}\n`;
    const tail = Buffer.alloc(28);
    tail.writeUInt32LE(0x184d2a5b, 0);
    tail.writeUInt32LE(20, 4);
    tail.writeUInt32LE(9_999, 12);
    tail.writeUInt32LE(20, 16);
    tail.write('PrimIdx1', 20);
    writeFileSync(
      join(folder, `${name}.ndjson.zst`),
      Buffer.concat([zstdCompressSync(text), tail]),
    );
    const journal = openFiles(1_000_000);
    expect(await idsBy(journal, { field: 'account', value: 'ann' })).toEqual(['l1']);
  });

  it(
    'is whole again after kill -9, whatever was under way',
    { timeout: KILL_TEST_MS },
    async () => {
      for (let round = 0; round < 3; round += 1) {
        const where = mkdtempSync(join(folder, 'round-'));
        await runUntilKilled('./journal-keys-child.ts', [where]);
        const journal = openFileJournal({ folder: where });
        const all: string[] = [];
        const collect =
          (ids: string[], account?: string) =>
          (line: JournalLine): boolean => {
            const isIt = 'account' in line && (account === undefined || line.account === account);
            if (isIt && 'id' in line) ids.push(line.id);
            return false;
          };
        await journal.find(collect(all), '"login"');
        const found: string[] = [];
        for (let n = 0; n < 7; n += 1) {
          const value = `user${n}`;
          await journal.findBy([{ field: 'account', value }], collect(found, value));
        }
        expect(found.length).toBeGreaterThan(0);
        expect(found.sort()).toEqual(all.sort());
        await journal.close();
      }
    },
  );
});

describe('keys of lines', () => {
  it('are those that the lines have, however they are cut and ordered (fuzz)', () => {
    const words = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 40 });
    fc.assert(
      fc.property(words, (accounts) => {
        const keys = new LineKeys();
        const places = new Map<string, number[]>();
        let place = 0;
        for (const [n, account] of accounts.entries()) {
          const line = Buffer.from(`${JSON.stringify(login(n, account))}\n`);
          const name = account.toLowerCase();
          places.set(name, [...(places.get(name) ?? []), place]);
          keys.add(line, place);
          place += line.length;
        }
        for (const [value, expected] of places) {
          const found = keys.find({ field: 'account', value });
          expect(found).toEqual(expect.arrayContaining(expected));
        }
        const { hashes } = keys.sorted();
        expect([...hashes]).toEqual([...hashes].sort((a, b) => a - b));
      }),
    );
  });

  it('are the same from the values of a line as from its text (fuzz)', () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const named = fc.record(
      { account: text, reference: text, submission: text, queueId: text, agent: text },
      { requiredKeys: [] },
    );
    const kinds = fc.constantFrom('login', 'delivery', 'verdict');
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, named), { maxLength: 20 }), (rows) => {
        const [byText, byValue, moved] = [new LineKeys(), new LineKeys(), new LineKeys()];
        let place = 0;
        for (const [kind, names] of rows) {
          const line = { kind, ...names } as unknown as JournalLine;
          const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
          byText.add(bytes, place);
          byValue.addLine(line, place);
          place += bytes.length;
        }
        expect(byValue.sorted()).toEqual(byText.sorted());
        moved.addAll(byValue, 1_000);
        const { hashes, places } = byText.sorted();
        expect(moved.sorted()).toEqual({ hashes, places: places.map((at) => at + 1_000) });
      }),
    );
  });

  it('tell what a line says from what somebody wrote into it', () => {
    const keys = new LineKeys();
    const line = { ...login(1, 'ann'), agent: '","account":"bob"' };
    keys.add(Buffer.from(`${JSON.stringify(line)}\n`), 0);
    expect(keys.find({ field: 'account', value: 'ann' })).toEqual([0]);
    expect(keys.find({ field: 'account', value: 'bob' })).toEqual([]);
    expect(hashKey({ field: 'account', value: 'ANN' })).toBe(
      hashKey({ field: 'account', value: 'ann' }),
    );
  });

  it('survive whatever bytes a file holds (fuzz)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const torn = Buffer.concat([Buffer.from('{"account":"a'), bytes]);
        expect(() => new LineKeys().add(torn, 0)).not.toThrow();
      }),
    );
  });
});
