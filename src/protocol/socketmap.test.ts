import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatSocketmapReply,
  MAX_SOCKETMAP_REQUEST,
  SocketmapReader,
  type SocketmapRead,
} from './socketmap.ts';

const netstring = (text: string): Buffer =>
  Buffer.from(`${Buffer.byteLength(text)}:${text},`, 'utf8');

function readAll(chunks: readonly Buffer[], reader = new SocketmapReader()): SocketmapRead[] {
  const found: SocketmapRead[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let read = reader.next(); read !== undefined; read = reader.next()) {
      found.push(read);
      if (!read.ok) return found;
    }
  }
  return found;
}

describe('socketmap requests', () => {
  it('are the name of a map, a space and a key; the key may be empty or hold spaces', () => {
    const text = ['srs-forward ann@example.org', 'm ', 'm "a b"@example.org', 'm jürgen@ü.example'];
    expect(readAll([Buffer.concat(text.map(netstring))])).toEqual([
      { ok: true, value: { map: 'srs-forward', key: 'ann@example.org' } },
      { ok: true, value: { map: 'm', key: '' } },
      { ok: true, value: { map: 'm', key: '"a b"@example.org' } },
      { ok: true, value: { map: 'm', key: 'jürgen@ü.example' } },
    ]);
  });

  it.each([
    ['no length', 'srs-forward x', 'a request does not begin with its length'],
    ['no digits', ':m x,', 'a request does not begin with its length'],
    ['a leading zero', '03:m x,', 'a request does not begin with its length'],
    ['a negative length', '-3:m x,', 'a request does not begin with its length'],
    ['no comma', '3:m x;', 'a request does not end at its length'],
    ['a wrong length', '2:m x,', 'a request does not end at its length'],
    ['no map', '2: x,', 'a request names no map'],
    ['no space', '3:abc,', 'a request names no map'],
    ['an empty request', '0:,', 'a request names no map'],
    ['a length over the bound', `${MAX_SOCKETMAP_REQUEST + 1}:`, 'a request is longer than'],
    ['a length of many digits', '9'.repeat(400), 'a request is longer than'],
  ])('%s is refused, and nothing is read after it', (_name, text, reason) => {
    const reader = new SocketmapReader();
    expect(readAll([Buffer.from(text)], reader)).toEqual([
      { ok: false, reason: expect.stringContaining(reason) as string },
    ]);
    expect(readAll([netstring('m x')], reader)).toMatchObject([{ ok: false }]);
  });

  it('a request of the longest length is read', () => {
    const key = 'k'.repeat(MAX_SOCKETMAP_REQUEST - 2);
    expect(readAll([netstring(`m ${key}`)])).toEqual([{ ok: true, value: { map: 'm', key } }]);
  });

  it('bytes that are not UTF-8 are read as they are', () => {
    const bytes = Buffer.from('3:m \xff,', 'latin1');
    expect(readAll([bytes])).toEqual([{ ok: true, value: { map: 'm', key: '\xff' } }]);
  });

  it('are the same however they are cut', () => {
    const requests = fc.array(
      fc.tuple(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string({ unit: 'binary', maxLength: 40 })),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(requests, fc.array(fc.nat(60), { maxLength: 20 }), (all, cuts) => {
        const bytes = Buffer.concat(all.map(([map, key]) => netstring(`${map} ${key}`)));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) chunks.push(bytes.subarray(at, (at += cut)));
        chunks.push(bytes.subarray(at));
        const expected = all.map(([map, key]) => ({
          ok: true,
          value: { map, key: Buffer.from(key).toString() },
        }));
        expect(readAll(chunks)).toEqual(expected);
      }),
    );
  });

  it('never throw and never grow beyond their bound, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
        const reader = new SocketmapReader(64);
        readAll(
          chunks.map((chunk) => Buffer.from(chunk)),
          reader,
        );
      }),
    );
  });
});

describe('socketmap replies', () => {
  it.each([
    [{ kind: 'ok', value: 'ü@x' } as const, '7:OK ü@x,'],
    [{ kind: 'notfound' } as const, '9:NOTFOUND ,'],
    [{ kind: 'temp', text: 'later' } as const, '10:TEMP later,'],
    [{ kind: 'timeout', text: 'slow' } as const, '12:TIMEOUT slow,'],
    [{ kind: 'perm', text: 'no' } as const, '7:PERM no,'],
  ])('%j', (reply, text) => {
    expect(formatSocketmapReply(reply).toString()).toBe(text);
  });
});
