/** Lines are the same however the bytes come. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogLines } from './log-lines.ts';

function linesOf(chunks: readonly Buffer[], max = 1_000): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  const lines = new LogLines(max);
  for (const chunk of chunks) lines.push(chunk, (line) => void found.push(line));
  lines.end((line) => void found.push(line));
  return found;
}

describe('lines of a log', () => {
  test('end with a newline, with or without a carriage return, the last one with nothing', () => {
    expect(linesOf([Buffer.from('a\r\nb\n\nc')])).toEqual(['a', 'b', 'c']);
  });

  test('are the same whatever pieces they come in', () => {
    const text = fc
      .array(fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom('\0\0', '\u{feff}x')))
      .map((parts) => Buffer.from(parts.join('\n')));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200)), (bytes, cuts) => {
        const places = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b)];
        const pieces = places.map((at, i) => bytes.subarray(at, places[i + 1] ?? bytes.length));
        expect(linesOf(pieces, 20)).toEqual(linesOf([bytes], 20));
      }),
    );
  });

  test('over the bound are given up as a whole, and reading goes on after them', () => {
    const long = Buffer.from(`${'x'.repeat(50)}\nshort\n`);
    expect(linesOf([long], 10)).toEqual([undefined, 'short']);
    expect(linesOf([long.subarray(0, 20), long.subarray(20)], 10)).toEqual([undefined, 'short']);
  });

  test('begin behind a hole of NULs, however large, and behind a byte order mark', () => {
    const hole = Buffer.alloc(50_000);
    const line = Buffer.from('first\nsecond\n');
    expect(linesOf([hole, hole, line])).toEqual(['first', 'second']);
    expect(linesOf([Buffer.concat([line, hole, line])])).toEqual(
      Array(2).fill(['first', 'second']).flat(),
    );
    expect(linesOf([Buffer.from('\u{feff}first\r\n\u{feff}\r\n')])).toEqual(['first']);
    expect(linesOf([Buffer.from('a\0b\n')])).toEqual(['a\0b']);
  });

  test('say how many bytes wait for their end', () => {
    const lines = new LogLines(100);
    lines.push(Buffer.from('whole\nopen'), () => undefined);
    expect(lines.openBytes).toBe(4);
  });
});
