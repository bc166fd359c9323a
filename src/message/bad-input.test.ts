import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesInUse } from '../../test/bytes-in-use.ts';
import type { DerivedMessage } from '../core/message/derived.ts';
import { parseAddresses } from './addresses.ts';
import { KEEP_NOTHING } from './facts.ts';
import { MAX_DEPTH, MAX_FIELD_BYTES, MAX_HEADER_BYTES, MAX_HEADER_FIELDS } from './limits.ts';
import { readWholeMessage, shippedKnowledge } from './read-whole.ts';
import { Reading } from './reading.ts';
import { readWords } from './words.ts';

const read = (text: string): DerivedMessage =>
  readWholeMessage(Buffer.from(text, 'latin1')).facts.derived as DerivedMessage;

const MULTIPART = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n';

/** Feeds a body without having it in memory. */
function stream(type: string, chunks: Iterable<Uint8Array>): DerivedMessage {
  const headers = [{ name: 'Content-Type', value: ` ${type}` }];
  const reading = new Reading(headers, shippedKnowledge(), KEEP_NOTHING);
  for (const chunk of chunks) reading.body(chunk);
  return reading.end(20).derived;
}

function* repeat(chunk: Uint8Array, times: number): Iterable<Uint8Array> {
  for (let i = 0; i < times; i += 1) yield chunk;
}

function inBase64(levels: number): string {
  let text = 'Subject: x\r\n\r\nx';
  for (let i = 0; i < levels; i += 1) {
    const encoded = Buffer.from(text, 'latin1').toString('base64');
    text = `Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded}`;
  }
  return text;
}

describe('bad input', () => {
  it.each([
    ['100,000 parts', `${MULTIPART}${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--`, 'too-many-parts'],
    ['100,000 header fields', `${'X: 1\r\n'.repeat(100_000)}\r\nx`, 'too-many-headers'],
    [
      'a header beyond the bound',
      `X: ${`\r\n ${'x'.repeat(70)}`.repeat(5000)}\r\n\r\nx`,
      'header-too-long',
    ],
    ['a header line of 1 MiB', `X: ${'x'.repeat(1024 * 1024)}\r\n\r\nx`, 'header-too-long'],
    ['messages in base64 in each other', inBase64(30), 'too-deep'],
    ['messages in messages', `Content-Type: message/rfc822\r\n\r\n`.repeat(5000), 'too-deep'],
    ['a boundary that never comes', `${MULTIPART}text`, 'boundary-never-found'],
    ['a boundary that is not closed', `${MULTIPART}--b\r\n\r\ntext`, 'boundary-never-closed'],
    ['no boundary', 'Content-Type: multipart/mixed\r\n\r\ntext', 'boundary-missing'],
    [
      'an empty boundary',
      'Content-Type: multipart/mixed; boundary=""\r\n\r\ntext',
      'boundary-missing',
    ],
    ['base64 garbage', 'Content-Transfer-Encoding: base64\r\n\r\n!!\0\xff=~\r\n', 'bad-base64'],
    [
      'a charset of nonsense',
      'Content-Type: text/plain; charset="\0klingon"\r\n\r\nx',
      'unknown-charset',
    ],
    ['an encoding of nonsense', 'Content-Transfer-Encoding: rot13\r\n\r\nx', 'unknown-encoding'],
    ['NULs', 'Subject: x\r\n\r\na\0b', 'nul-byte'],
    ['lines that are no fields', 'no field\r\nSubject: x\r\n\r\n', 'bad-header-line'],
    [
      'HTML without end',
      `Content-Type: text/html\r\n\r\n${'<div>'.repeat(50_000)}`,
      'html-too-deep',
    ],
  ])('%s: noted and read on', (_, text, note) => {
    expect(read(text).malformed).toContain(note);
  });

  it.each([
    ['nothing', ''],
    ['only a line break', '\r\n'],
    ['no header', '\r\nbody'],
    ['only a header', 'Subject: x'],
    [
      'RFC 2047 nonsense',
      `Subject: ${'=?utf-8?B?'.repeat(500)}\r\nFrom: ${'=?x?q?'.repeat(500)}\r\n\r\n`,
    ],
    [
      'RFC 2231 nonsense',
      `Content-Type: a/b; ${Array.from({ length: 500 }, (_, i) => `n*${i}*=%${i}`).join(';')}\r\n\r\n`,
    ],
    ['addresses of nonsense', `From: ${'<('.repeat(9000)}\r\nTo: ${'a,'.repeat(9000)}\r\n\r\n`],
    ['many blanks in an address', `From: ${' '.repeat(20_000)}x\r\n\r\n`],
    ['quotes in an address', `From: ${'"\\'.repeat(9000)}\r\n\r\n`],
    ['groups in groups', `From: ${'a:'.repeat(9000)}\r\n\r\n`],
    ['references of nonsense', `References: ${'<'.repeat(20_000)}\r\n\r\n`],
    ['URLs of nonsense', `\r\n${'https://['.repeat(20_000)}`],
    [
      'HTML of closing elements',
      `Content-Type: text/html\r\n\r\n${'<a>'.repeat(300)}${'</b>'.repeat(50_000)}`,
    ],
    ['dashes', `${MULTIPART}${'--'.repeat(100_000)}`],
    ['lines of dashes', `${MULTIPART}${'--\r\n'.repeat(100_000)}`],
    [
      'a field called __proto__',
      '__proto__: x\r\nconstructor: y\r\nContent-Type: __proto__/x\r\n\r\nx',
    ],
  ])('%s: read', (_, text) => {
    expect(read(text).version).toBe(1);
  });

  it('keeps header fields up to the bounds', () => {
    const { headers } = readWholeMessage(
      Buffer.from(`${'X: 1\r\n'.repeat(MAX_HEADER_FIELDS + 5)}\r\n`),
    );
    expect(headers.length).toBe(MAX_HEADER_FIELDS);
    const long = readWholeMessage(Buffer.from(`X: 1${'\r\n y'.repeat(MAX_FIELD_BYTES)}\r\n\r\n`));
    expect(long.headers[0]!.value.length).toBeLessThan(MAX_FIELD_BYTES * 3);
    expect(MAX_HEADER_BYTES).toBeGreaterThan(MAX_FIELD_BYTES);
  });

  it('names the shape of a bomb and goes no deeper than the bound', () => {
    const { mimeShape } = read('Content-Type: message/rfc822\r\n\r\n'.repeat(5000));
    expect(mimeShape?.startsWith('message(message(')).toBe(true);
    expect(mimeShape!.length).toBeLessThanOrEqual(200);
    expect(MAX_DEPTH).toBeLessThan(50);
  });

  it('reads a line of 1 GiB without keeping it', () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const before = bytesInUse();
    const derived = stream('multipart/mixed; boundary=b', repeat(chunk, 1024));
    const added = bytesInUse() - before;
    expect(derived.conformance).toContain('long-line');
    expect(added).toBeLessThan(64 * 1024 * 1024);
  });

  it('is the same however the bytes are cut', () => {
    const piece = fc.constantFrom(
      ...[
        '--b\r\n',
        '--b--\r\n',
        '\r\n',
        '\n',
        '\r',
        '\0',
        '=',
        '=3D',
        'PK\x03\x04',
        '<p>',
        '\xe4',
      ],
      ...[
        'Content-Type: multipart/mixed; boundary=c\r\n',
        '--c\r\n',
        'Content-Type: text/html\r\n',
      ],
      ...['Content-Transfer-Encoding: base64\r\n', 'Content-Disposition: attachment\r\n', 'QUJD'],
      ...[
        'Content-Type: message/rfc822\r\n',
        'Content-Transfer-Encoding: quoted-printable\r\n',
        // A multipart with a part, and one in it that begins a message in an encoding again.
        `${Buffer.from('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n').toString('base64')}\r\n`,
        `${Buffer.from('Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n').toString('base64')}\r\n`,
        'words of text ',
        'https://a.example/',
        '-- \r\n',
        '> ',
      ],
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (all, size) => {
          const body = Buffer.from(all.join(''), 'latin1');
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < body.length; at += size) chunks.push(body.subarray(at, at + size));
          const type = 'multipart/mixed; boundary=b';
          expect(stream(type, chunks)).toEqual(stream(type, [body]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads any bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom(...['From: ', 'To:', 'Content-Type: ', 'multipart/mixed; boundary=', '\r\n']),
      fc.constantFrom(
        'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n',
        'Content-Type: message/global\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n',
        'Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMgoK',
      ),
      fc.constantFrom(...['=?utf-8?q?', '?=', '"', '<', '>', ';', "*0*=utf-8''%", '--', ' ', '\t']),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (all) => {
        expect(read(all.join('')).malformed ?? []).not.toContain('unreadable');
      }),
      { numRuns: 1000 },
    );
  });

  it('CON-2: hides no attachment behind a thousand fields, of the message or of a part', () => {
    const exe = 'Content-Type: application/x-msdownload; name="a.exe"\r\n\r\nMZ';
    const many = 'X: 1\r\n'.repeat(1001);
    const part = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${many}${exe}\r\n--b--`;
    for (const raw of [`${many}${exe}`, part]) {
      expect(read(raw).attachments?.map(({ extension }) => extension)).toEqual(['exe']);
      expect(read(raw).malformed).toContain('too-many-headers');
    }
  });

  it.each([
    ['marks without end on one letter', `a${'\u0316\u0301'.repeat(100_000)} word`, 'a word'],
    ['voiced ones', `a${'\uff9e\u0316'.repeat(100_000)} b`, `a${'\uff9e\u0316'.repeat(15)} b`],
  ])('reads %s as a few of them', (_, text, same) => {
    expect(readWords(text).words).toEqual(readWords(same).words);
  });

  it('finds the host of a URL before brackets without end', () => {
    const message = read(`Subject: x\r\n\r\nhttp://host.example/${')'.repeat(250_000)}`);
    expect(message.urlHosts).toEqual(['host.example']);
  });

  it('finds addresses behind groups without end (ACC-3)', () => {
    const groups = `${'a:'.repeat(100_000)} "Bob" <bob@other.example>`;
    expect(parseAddresses(groups)).toEqual(['bob@other.example']);
    expect(parseAddresses('People: ann@a.example, bob@b.example;')).toHaveLength(2);
  });
});
