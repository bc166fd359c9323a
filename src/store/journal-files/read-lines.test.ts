import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineBlocks } from './line-blocks.ts';
import { MAX_LINE_BYTES, readLines, readObjects } from './read-lines.ts';
import type { InputLine, InputObject } from './read-lines.ts';

async function* streamOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

async function collect<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of found) all.push(one);
  return all;
}

const lines = (...chunks: (string | Uint8Array)[]): Promise<InputLine[]> =>
  collect(readLines(streamOf(...chunks)));

const objects = (...chunks: (string | Uint8Array)[]): Promise<InputObject[]> =>
  collect(readObjects(streamOf(...chunks)));

const texts = (found: readonly InputLine[]): string[] =>
  found.map((line) => (line.ok ? line.text : `! ${line.reason}`));

describe('reading lines', () => {
  it('numbers lines from 1 and passes over empty ones, whatever ends them', async () => {
    expect(await lines('\ufeffa\r\n\nb', '\n', 'c')).toEqual([
      { ok: true, number: 1, text: 'a', isWhole: true },
      { ok: true, number: 3, text: 'b', isWhole: true },
      { ok: true, number: 4, text: 'c', isWhole: false },
    ]);
    expect(await lines('')).toEqual([]);
  });

  it('gives the same lines however the bytes are cut into chunks', async () => {
    const text = fc.array(fc.string({ maxLength: 5, unit: 'binary' }), { maxLength: 12 });
    const cuts = fc.array(fc.nat(60), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(text, cuts, async (words, places) => {
        const bytes = Buffer.from(words.join('\n'));
        const chunks: Uint8Array[] = [];
        const sorted = [0, ...places.toSorted((a, b) => a - b), bytes.length];
        for (let i = 1; i < sorted.length; i += 1)
          chunks.push(bytes.subarray(sorted[i - 1], sorted[i]));
        expect(await lines(...chunks)).toEqual(await lines(bytes));
      }),
    );
  });

  it('never fails on any bytes, and reports what is not UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        // A plain first line: what looks compressed is another test.
        const [first] = await lines('{}\n', bytes);
        expect(first).toMatchObject({ ok: true, text: '{}' });
      }),
    );
    expect(texts(await lines('a\n', Buffer.from([0xff, 0x0a]), 'b\n'))).toEqual([
      'a',
      '! The line is not UTF-8.',
      'b',
    ]);
  });

  it('reports a line over the bound and goes on with the next, in bounded memory', async () => {
    const mebibyte = 'x'.repeat(1_048_576);
    const long = Array.from({ length: 9 }, () => mebibyte);
    expect(texts(await lines('a\n', ...long, '\nb\n'))).toEqual([
      'a',
      `! The line is longer than ${MAX_LINE_BYTES} bytes.`,
      'b',
    ]);
    const [exact] = await lines(...long.slice(0, 8), '\n');
    expect(exact).toMatchObject({ ok: true, number: 1 });
    const found = await collect(readLines(streamOf('123456\n12345\n1234567'), 5));
    expect(found.map((line) => line.ok)).toEqual([false, true, false]);
  });

  it('keeps nothing of a line that is too long', async () => {
    const blocks = await collect(lineBlocks(streamOf('aaaa', 'bbbb', 'cc\nd\n'), 6));
    expect(blocks.map(({ bytes, isTooLong }) => [bytes.toString(), isTooLong])).toEqual([
      ['', true],
      ['d\n', false],
    ]);
  });
});

describe('reading objects', () => {
  it('reports what is not a JSON object, with its line number', async () => {
    expect(await objects('{"a":1}\nnonsense\n[1]\nnull\n{"b":2}\n{"c"')).toEqual([
      { ok: true, number: 1, value: { a: 1 } },
      { ok: false, number: 2, reason: 'The line is not JSON.' },
      { ok: false, number: 3, reason: 'The line is not a JSON object.' },
      { ok: false, number: 4, reason: 'The line is not a JSON object.' },
      { ok: true, number: 5, value: { b: 2 } },
      { ok: false, number: 6, reason: 'The last line is cut off.' },
    ]);
  });

  it('takes a whole last line without a newline', async () => {
    expect(await objects('{"a":1}')).toEqual([{ ok: true, number: 1, value: { a: 1 } }]);
  });
});

describe('reading compressed lines', () => {
  const text = '{"a":1}\n'.repeat(50_000);

  it.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('reads %s, told by its first bytes, even one by one', async (_, bytes) => {
    expect(await lines(bytes)).toHaveLength(50_000);
    const begun = Array.from(bytes.subarray(0, 6), (byte) => Buffer.from([byte]));
    expect(await lines(...begun, bytes.subarray(6))).toHaveLength(50_000);
  });

  it.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('gives what can be read of %s that is cut off, and says so', async (_, bytes) => {
    const found = await lines(bytes.subarray(0, -5));
    expect(found.length).toBeGreaterThan(10_000);
    expect(found.at(-1)).toMatchObject({
      ok: false,
      reason: 'The compressed data is cut off here.',
    });
  });

  it('reads all frames of zstd, however they are cut, and passes over those without lines', async () => {
    const frame = zstdCompressSync('{}\n');
    const skipped = Buffer.from([0x5b, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const whole = Buffer.concat([frame, skipped, frame, frame, skipped]);
    expect(texts(await lines(whole))).toEqual(['{}', '{}', '{}']);
    const single = Array.from(whole, (byte) => Buffer.from([byte]));
    expect(texts(await lines(...single))).toEqual(['{}', '{}', '{}']);
  });

  it('says so when something else follows a frame of zstd', async () => {
    const frame = zstdCompressSync('{}\n');
    expect(texts(await lines(Buffer.concat([frame, Buffer.from('{}\n{}\n')])))).toEqual([
      '{}',
      '! The compressed data is damaged from here on.',
    ]);
  });

  it('reports damage', async () => {
    const damaged = gzipSync(text);
    damaged.fill(0xff, 40, 80);
    expect(texts(await lines(damaged)).at(-1)).toBe(
      '! The compressed data is damaged from here on.',
    );
  });
});

describe('reading files', () => {
  it('names a file that cannot be read', async () => {
    await expect(collect(readLines('/nonexistent/events.ndjson'))).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: expect.stringMatching(/^\/nonexistent\/events\.ndjson cannot be read/) as string,
    });
  });

  it('reads a file, and standard input for a dash', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'primum-lines-'));
    try {
      const path = join(folder, 'events.ndjson');
      writeFileSync(path, 'a\nb\n');
      expect(texts(await collect(readLines(path)))).toEqual(['a', 'b']);
      const url = new URL('./read-lines.ts', import.meta.url).href;
      const script = `const { readLines } = await import('${url}');
        for await (const line of readLines('-')) console.log(line.number, line.text);`;
      const program = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        input: 'c\nd',
        encoding: 'utf8',
      });
      expect(program.stdout).toBe('1 c\n2 d\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
