/** One contract for both journals, then what only the one in files promises. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import { openFileJournal } from '../../src/store/journal-files/file-journal.ts';
import type { FileJournalOptions } from '../../src/store/journal-files/file-journal.ts';
import { readObjects } from '../../src/store/journal-files/read-lines.ts';
import { openSegmentFile } from '../../src/store/journal-files/segment-writer.ts';
import { listSegments, segmentBytes } from '../../src/store/journal-files/segments.ts';
import { createMemoryJournal } from '../../src/store/memory/journal.ts';
import type { Journal, JournalLine } from '../../src/store/journal.ts';
import { noteLine } from './journal-line.ts';
import { KILL_ROUNDS, KILL_TEST_MS, runUntilKilled } from './killed-child.ts';
import { canMount, mountSmallDisk } from './small-disk.ts';

const DAY_MS = 86_400_000;
const NEW_YEAR = Date.parse('2026-01-01T12:00:00.000Z');

let folder: string;
const opened: Journal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-journal-'));
});

afterEach(async () => {
  // A journal that cannot be written refuses to close quietly; the test has said what it expects.
  for (const journal of opened.splice(0)) await journal.close().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

function openFiles(options: Partial<FileJournalOptions> = {}): Journal {
  const journal = openFileJournal({ folder, flushMs: 1, ...options });
  opened.push(journal);
  return journal;
}

/** Ids of all lines on disk, in order, and what could not be read; compressing may be under way. */
async function readBack(where = folder): Promise<{ ids: string[]; unreadable: string[] }> {
  const ids: string[] = [];
  const unreadable: string[] = [];
  for (const { name } of await listSegments(where)) {
    for await (const line of readObjects(segmentBytes(where, name))) {
      if (line.ok) ids.push(line.value['id'] as string);
      else unreadable.push(line.reason);
    }
  }
  return { ids, unreadable };
}

const segments = (where = folder): string[] => readdirSync(where).sort();
const idsTo = (last: number): string[] => Array.from({ length: last }, (_, i) => `id-${i + 1}`);
const isId =
  (id: string) =>
  (line: JournalLine): boolean =>
    'id' in line && line.id === id;

describe.each([
  { name: 'memory', open: (): Journal => createMemoryJournal() },
  { name: 'files', open: (): Journal => openFiles() },
  { name: 'files of a few lines each', open: (): Journal => openFiles({ segmentBytes: 400 }) },
])('a journal in $name', ({ open }) => {
  it('finds the newest line that matches, before and after flushing', async () => {
    const journal = open();
    for (let i = 1; i <= 50; i += 1) journal.append(noteLine(i, i % 2 ? 'odd' : 'even'));
    for (const flushed of [false, true]) {
      if (flushed) await journal.flush();
      const seen: string[] = [];
      const isThird = (line: JournalLine): boolean => seen.push('id' in line ? line.id : '') === 3;
      expect(await journal.find(isThird, '"even"')).toEqual(noteLine(46, 'even'));
      expect(seen).toEqual(['id-50', 'id-48', 'id-46']);
      expect(await journal.find(isId('id-1'), 'id-1')).toEqual(noteLine(1, 'odd'));
      expect(await journal.find(() => true, 'nobody wrote this')).toBeUndefined();
      expect(await journal.find(isId('id-7'), '')).toEqual(noteLine(7, 'odd'));
    }
  });

  it('never throws, and counts what it cannot take', async () => {
    const journal = open();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    journal.append(circular as unknown as JournalLine, noteLine(1));
    await journal.flush();
    expect(journal.stats()).toEqual({ appended: 1, dropped: 1, queuedBytes: 0 });
  });
});

describe('the journal in files', () => {
  it('has every line on disk, in order, after flush', async () => {
    const journal = openFiles({ flushMs: 3_600_000 });
    for (let i = 1; i <= 3_000; i += 1) journal.append(noteLine(i, 'ü'.repeat(i % 500)));
    await journal.flush();
    expect((await readBack()).ids).toEqual(idsTo(3_000));
  });

  it('writes by itself, soon', async () => {
    const journal = openFiles();
    journal.append(noteLine(1));
    await eventually(() => expect(journal.stats().queuedBytes).toBe(0));
    expect((await readBack()).ids).toEqual(['id-1']);
  });

  it('closes segments by size and compresses those that are closed', async () => {
    const journal = openFiles({ segmentBytes: 10_000 });
    for (let i = 1; i <= 500; i += 1) {
      journal.append(noteLine(i, 'text '.repeat(20)));
      if (i % 20 === 0) await journal.flush();
    }
    await eventually(() => {
      const plain = segments().filter((file) => !file.endsWith('.zst'));
      expect(plain).toHaveLength(1);
    });
    expect(segments().length).toBeGreaterThan(5);
    expect((await readBack()).ids).toEqual(idsTo(500));
    expect(await journal.find(isId('id-3'), '"id-3"')).toMatchObject({ id: 'id-3' });
  });

  it('begins a segment each day, and deletes those that are older than the retention', async () => {
    let now = NEW_YEAR;
    const journal = openFiles({ now: () => now, retentionDays: 30 });
    for (let day = 0; day < 40; day += 1) {
      now = NEW_YEAR + day * DAY_MS;
      journal.append(noteLine(day));
      await journal.flush();
    }
    // Day 8, the 9th of January, ended as day 9 began, 30 days before day 39.
    await eventually(() => expect(segments()[0]).toMatch(/^journal-20260110T/));
    expect(await journal.find(isId('id-8'), 'id-8')).toBeUndefined();
    expect(await journal.find(isId('id-9'), 'id-9')).toBeDefined();
  });

  it('keeps segments in order of writing when the clock is put back', async () => {
    let now = NEW_YEAR;
    const journal = openFiles({ now: () => now, segmentBytes: 1 });
    for (let i = 1; i <= 5; i += 1) {
      journal.append(noteLine(i));
      await journal.flush();
      now -= 3_600_000;
    }
    expect((await readBack()).ids).toEqual(idsTo(5));
    await journal.close();
    const again = openFiles({ now: () => now });
    again.append(noteLine(6));
    await again.flush();
    expect((await readBack()).ids).toEqual(idsTo(6));
  });

  it('drops and counts lines over the bound of its queue, says so once, and goes on', async () => {
    const onError = vi.fn();
    const onRecovered = vi.fn();
    const journal = openFiles({ maxQueuedBytes: 5_000, flushMs: 3_600_000, onError, onRecovered });
    for (let i = 1; i <= 100; i += 1) journal.append(noteLine(i));
    const { appended, dropped, queuedBytes } = journal.stats();
    expect(queuedBytes).toBeLessThanOrEqual(5_000);
    expect(dropped).toBe(100 - appended);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(String(onError.mock.lastCall?.[0])).toMatch(/faster/);
    await journal.flush();
    expect(onRecovered).toHaveBeenCalledTimes(1);
    journal.append(noteLine(appended + 1));
    await journal.flush();
    expect((await readBack()).ids).toEqual(idsTo(appended + 1));
  });

  it('goes on in a new segment after a crash that cut off the last line', async () => {
    const journal = openFiles();
    journal.append(noteLine(1), noteLine(2));
    await journal.close();
    const [file = ''] = segments();
    truncateSync(join(folder, file), readFileSync(join(folder, file)).length - 10);
    const again = openFiles();
    again.append(noteLine(3));
    await again.flush();
    expect(await readBack()).toEqual({
      ids: ['id-1', 'id-3'],
      unreadable: ['The last line is cut off.'],
    });
    expect(await again.find(() => true, 'id-2')).toBeUndefined();
    expect(await again.find(() => true, 'id-1')).toMatchObject({ id: 'id-1' });
  });

  it('tidies what a crash left of compressing', async () => {
    const text = `${JSON.stringify(noteLine(1))}\n`;
    writeFileSync(join(folder, 'journal-20260101T000000000Z.ndjson'), text);
    writeFileSync(join(folder, 'journal-20260101T000000000Z.ndjson.zst'), zstdCompressSync(text));
    writeFileSync(join(folder, 'journal-20260102T000000000Z.ndjson.zst.part'), 'half');
    writeFileSync(join(folder, 'notes.txt'), 'not ours');
    openFiles();
    await eventually(() =>
      expect(segments()).toEqual(['journal-20260101T000000000Z.ndjson.zst', 'notes.txt']),
    );
  });

  it('reads past a segment that a crash left without lines, compressed or not', async () => {
    writeFileSync(join(folder, 'journal-20260101T000000000Z.ndjson'), '');
    const journal = openFiles();
    await eventually(() => expect(readdirSync(folder).join()).toMatch(/000000000Z\.ndjson\.zst$/));
    expect(await journal.find(() => true, 'id')).toBeUndefined();
    const [compressed = ''] = readdirSync(folder);
    const read: unknown[] = [];
    for await (const line of readObjects(join(folder, compressed))) read.push(line);
    expect(read).toEqual([]);
  });

  it('names a damaged segment instead of saying that there is no such line', async () => {
    const damaged = zstdCompressSync(`${JSON.stringify(noteLine(1))}\n`).subarray(0, -4);
    writeFileSync(join(folder, 'journal-20260101T000000000Z.ndjson.zst'), damaged);
    writeFileSync(
      join(folder, 'journal-20260102T000000000Z.ndjson.zst'),
      zstdCompressSync(`${JSON.stringify(noteLine(2))}\n`),
    );
    const journal = openFiles({ retentionDays: 36_500 });
    expect(await journal.find(isId('id-2'), 'id-2')).toBeDefined();
    await expect(journal.find(isId('id-9'), 'id-9')).rejects.toThrow(/journal-20260101T000000000Z/);
  });

  it('refuses a folder that cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openFiles({ folder: join(folder, 'file', 'journal') })).toThrow(
      expect.objectContaining({ code: 'STATE_UNUSABLE' }),
    );
  });
});

describe('the journal when things go wrong', () => {
  it('is readable after kill -9 and has what was flushed', { timeout: KILL_TEST_MS }, async () => {
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      const where = mkdtempSync(join(folder, 'round-'));
      const said = (await runUntilKilled('./journal-child.ts', [where])).map(Number);
      const journal = openFiles({ folder: where, flushMs: 3_600_000 });
      const { ids, unreadable } = await readBack(where);
      expect(ids.length).toBeGreaterThanOrEqual(said.at(-1)!);
      expect(ids).toEqual(idsTo(ids.length));
      expect(unreadable.filter((reason) => reason !== 'The last line is cut off.')).toEqual([]);
      journal.append(noteLine(ids.length + 1));
      await journal.flush();
      expect((await readBack(where)).ids).toEqual(idsTo(ids.length + 1));
      await journal.close();
    }
  });

  it('says once that the disk fails, keeps lines to its bound, and recovers by itself', async () => {
    const onError = vi.fn();
    const onRecovered = vi.fn();
    let isFull = false;
    const journal = openFiles({
      maxQueuedBytes: 20_000,
      onError,
      onRecovered,
      openFile: async (path) => {
        const file = await openSegmentFile(path);
        return {
          ...file,
          write: async (bytes, position) => {
            // As a real disk does it: some of the bytes, then the refusal.
            if (isFull) await file.write(bytes.subarray(0, 100), position);
            if (isFull) throw new Error('ENOSPC: no space left on device, write');
            await file.write(bytes, position);
          },
        };
      },
    });
    journal.append(noteLine(1));
    await journal.flush();
    isFull = true;
    journal.append(noteLine(2), noteLine(3));
    await expect(journal.flush()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(journal.flush()).rejects.toThrow(/ENOSPC.*free space/);
    for (let i = 4; i <= 1_000; i += 1) journal.append(noteLine(i));
    const { appended, dropped } = journal.stats();
    expect(appended + dropped).toBe(1_000);
    expect(dropped).toBeGreaterThan(0);
    expect(await journal.find(isId('id-3'), 'id-3')).toBeDefined();
    expect(onError).toHaveBeenCalledTimes(1);
    isFull = false;
    await eventually(() => expect(onRecovered).toHaveBeenCalledTimes(1));
    await journal.flush();
    expect(await readBack()).toEqual({ ids: idsTo(appended), unreadable: [] });
  });

  it.skipIf(!canMount())('survives a disk that is really full', async () => {
    const disk = mountSmallDisk(1)!;
    try {
      const onError = vi.fn();
      const onRecovered = vi.fn();
      const where = join(disk.path, 'journal');
      const journal = openFiles({ folder: where, onError, onRecovered });
      for (let i = 1; i <= 2_000; i += 1) journal.append(noteLine(i, 'x'.repeat(1_000)));
      await eventually(() => expect(onError).toHaveBeenCalledTimes(1));
      disk.resize(64);
      await eventually(() => expect(onRecovered).toHaveBeenCalledTimes(1));
      await journal.close();
      expect(await readBack(where)).toEqual({ ids: idsTo(2_000), unreadable: [] });
      expect(onError).toHaveBeenCalledTimes(1);
    } finally {
      for (const journal of opened.splice(0)) await journal.close().catch(() => undefined);
      disk.remove();
    }
  });
});
