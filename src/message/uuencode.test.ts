import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findUuencoded } from './uuencode.ts';

const CAT = ['begin 644 cat.txt', '#0V%T', '`', 'end'];

function encode(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 45) {
    const piece = bytes.subarray(at, at + 45);
    let line = String.fromCharCode(32 + piece.length);
    for (let i = 0; i < piece.length; i += 3) {
      const group = ((piece[i] ?? 0) << 16) | ((piece[i + 1] ?? 0) << 8) | (piece[i + 2] ?? 0);
      for (const shift of [18, 12, 6, 0]) {
        const value = (group >> shift) & 63;
        line += value === 0 ? '`' : String.fromCharCode(32 + value);
      }
    }
    lines.push(line);
  }
  return lines.join('\n');
}

describe('files written into a text by uuencode', () => {
  it('are found with their names, and the text round them is left', () => {
    const [file, ...others] = findUuencoded(['Hello,', ...CAT, 'Bye'].join('\r\n'), 10);
    expect(others).toEqual([]);
    expect(file?.name).toBe('cat.txt');
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe('Cat');
  });

  it('come back as they were, whatever they hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const text = `begin 755 a b.exe\n${encode(bytes)}\n\`\nend\n`;
        const [file] = findUuencoded(text, 10);
        expect(file?.name).toBe('a b.exe');
        expect(Buffer.from(file?.bytes ?? [])).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('may be in base64', () => {
    const [file] = findUuencoded('begin-base64 644 x.html\nPGh0bWw+\n====\n', 10);
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe('<html>');
  });

  it('are no more than asked for, and a sentence is none', () => {
    expect(findUuencoded([...CAT, ...CAT, ...CAT].join('\n'), 2)).toHaveLength(2);
    expect(findUuencoded('begin 100 years ago\n\nand so on', 10)).toEqual([]);
  });

  it('any text is read without an error', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        findUuencoded(`begin 644 x\n${text}`, 3);
      }),
    );
  });
});
