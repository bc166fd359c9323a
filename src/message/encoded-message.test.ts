/** Messages inside others in a transfer encoding: seen as well as without it, and no way round a bound. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesInUse } from '../../test/bytes-in-use.ts';
import type { DerivedMessage } from '../core/message/derived.ts';
import { ATTACHMENTS_UNSEEN } from '../core/message/hiding.ts';
import { KEEP_NOTHING } from './facts.ts';
import { MAX_DEPTH, MAX_ENCODED_DEPTH, MAX_PARTS } from './limits.ts';
import { shippedKnowledge } from './read-whole.ts';
import { Reading } from './reading.ts';

type Encoding = 'base64' | 'quoted-printable' | '7bit';

const crlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');

function encode(text: string, encoding: Encoding): string {
  if (encoding === '7bit') return text;
  if (encoding === 'base64') {
    return Buffer.from(text, 'latin1')
      .toString('base64')
      .replace(/.{76}(?=.)/g, '$&\r\n');
  }
  return text
    .split('\r\n')
    .map((line) =>
      line
        .replace(/[=\x00-\x1f\x7f-\xff]|[ \t]$/g, (byte) => hex(byte.charCodeAt(0)))
        .replace(/(?:[^=\r\n]|=[0-9A-F]{2}){60}(?=.)/g, '$&=\r\n'),
    )
    .join('\r\n');
}

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const typed = (encoding: string, more = ''): string =>
  `Content-Type: message/rfc822${more}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;

const part = (encoding: Encoding, message: string, more = ''): string =>
  `--b\r\n${typed(encoding, more)}${encode(message, encoding)}\r\n`;

const read = (body: string | readonly string[], type = 'multipart/mixed; boundary=b') => {
  const headers = [{ name: 'Content-Type', value: ` ${type}` }];
  const reading = new Reading(headers, shippedKnowledge(), KEEP_NOTHING);
  for (const chunk of typeof body === 'string' ? [body] : body) {
    reading.body(Buffer.from(chunk, 'latin1'));
  }
  return reading.end(20).derived;
};

const hidden = ({ malformed = [] }: DerivedMessage): readonly string[] =>
  malformed.filter(
    (note) =>
      note !== 'message-start-unusual' && (ATTACHMENTS_UNSEEN as readonly string[]).includes(note),
  );
const extensions = ({ attachments = [] }: DerivedMessage): readonly string[] =>
  attachments.map(({ extension }) => extension);

const LETTER = crlf(`From: bob@example.net
Subject: an offer that is longer than one line of an encoding holds, so that it is broken
Content-Type: multipart/mixed; boundary="c"

--c
Content-Type: text/html

<p>their words, <a href="https://old.example/?a=b">here</a></p>
--c
Content-Type: application/octet-stream; name="a.exe"
Content-Transfer-Encoding: base64

TVqQAAMAAAAEAAAA
--c--
`);
const NOTE = crlf('From: bob@example.net\nSubject: hi\n\nA note, see http://note.example/x=1\n');

describe('a message in a transfer encoding', () => {
  it.each(['base64', 'quoted-printable'] as const)('is looked into, %s', (encoding) => {
    const derived = read(`--b\r\n\r\nsee below\r\n${part(encoding, LETTER)}--b--\r\n`);
    expect(derived).toMatchObject({
      words: 2,
      urlHosts: ['old.example'],
      mimeShape: 'mixed(text/plain,message(mixed(text/html,application/octet-stream)))',
      malformed: ['encoded-message'],
    });
    const plain = read(`${part('7bit', LETTER)}--b--\r\n`);
    expect(derived.attachments?.[0]).toEqual(plain.attachments?.[0]);
  });

  it('is a file, too: a program that is called a message is one', () => {
    const program = encode(`MZ${'\0'.repeat(58)}@\0\0\0PE\0\0${'\0'.repeat(99)}`, 'base64');
    const derived = read(`--b\r\n${typed('base64', '; name=a.scr')}${program}\r\n--b--`);
    expect(derived.attachments).toMatchObject([
      { extension: 'scr', trueType: expect.stringMatching(/^application\//) as string },
    ]);
  });

  it('is allowed an encoding as message/global (RFC 6532)', () => {
    const body = part('base64', LETTER).replace('rfc822', 'global');
    const derived = read(`${body}--b--`);
    expect(extensions(derived)).toEqual(['exe', '']);
    expect(derived.malformed).toBeUndefined();
    const plain = read(`${part('7bit', LETTER).replace('rfc822', 'global')}--b--`);
    expect(extensions(plain)).toEqual(['exe']);
  });

  it('is looked into where the whole mail is one', () => {
    const headers = [
      { name: 'Content-Type', value: ' message/rfc822' },
      { name: 'Content-Transfer-Encoding', value: ' base64' },
    ];
    const reading = new Reading(headers, shippedKnowledge(), KEEP_NOTHING);
    reading.body(Buffer.from(encode(LETTER, 'base64')));
    expect(extensions(reading.end(0).derived)).toEqual(['exe', '']);
  });

  it.each(['base64', 'quoted-printable'] as const)(
    'is the same wherever it is cut, %s',
    (encoding) => {
      const inner = `--b\r\n${typed('base64')}${encode(NOTE, 'base64')}\r\n--b--\r\n`;
      const outer = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${inner}`;
      const body = `${part(encoding, outer).replaceAll('--b', '--z')}--z--\r\n`;
      const type = 'multipart/mixed; boundary=z';
      const whole = read(body, type);
      expect(whole.urlHosts).toEqual(['note.example']);
      for (let at = 1; at < body.length; at += 1) {
        expect(read([body.slice(0, at), body.slice(at)], type), `${at}`).toEqual(whole);
      }
      expect(read(body.split(''), type)).toEqual(whole);
    },
  );

  it('says the same of every message as without the encoding', () => {
    const piece = fc.constantFrom(
      ...[
        '--c\r\n',
        '--c--\r\n',
        '\r\n',
        '\n',
        '-',
        'words ',
        'Subject: x\r\n',
        ' fold\r\n',
        '\xe4',
      ],
      ...['Content-Type: multipart/mixed; boundary=c\r\n', 'Content-Type: text/html\r\n'],
      ...['Content-Type: message/rfc822\r\n', 'Content-Transfer-Encoding: base64\r\n', 'QUJD'],
      ...['Content-Type: x/y; name=a.js\r\n', 'https://a.example/ ', '<a href=http://b.example>'],
    );
    const told = ({ attachments, urlHosts, mimeShape, malformed = [] }: DerivedMessage) => ({
      ...{ attachments, urlHosts, mimeShape },
      malformed: malformed.filter((note) => !/^encoded-|not-decoded|message-start/.test(note)),
    });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.constantFrom<Encoding>('base64', 'quoted-printable'),
        fc.integer({ min: 1, max: 50 }),
        (pieces, encoding, size) => {
          // At the end of a header the line break before a delimiter would count.
          const text = `${pieces.join('')}\r\n\r\nend`;
          const body = `${part(encoding, text)}--b--`;
          const chunks = body.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
          const derived = read(chunks);
          // The file that it is comes last, or after what ends with it.
          const plain = read(`${part('7bit', text)}--b--`);
          expect(
            told({ ...derived, attachments: derived.attachments?.slice(0, -1) ?? [] }),
          ).toEqual(told(plain));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('an encoding is no way round a bound', () => {
  const EXE = 'Content-Type: application/octet-stream; name="a.exe"\r\n\r\nMZ\r\n';
  const wrapped = (levels: number, encoding: Encoding, inner = EXE): string => {
    let text = inner;
    for (let i = 0; i < levels; i += 1) text = `${typed(encoding)}${encode(text, encoding)}\r\n`;
    return `--b\r\n${text}--b--\r\n`;
  };

  it.each(['base64', 'quoted-printable'] as const)(
    'looks into %s in it to the bound and says where it stopped',
    (encoding) => {
      const inside = read(wrapped(MAX_ENCODED_DEPTH, encoding));
      expect(extensions(inside)[0]).toBe('exe');
      expect(inside.malformed).not.toContain('too-deep');
      if (encoding === 'base64') expect(hidden(inside)).toEqual([]);
      const beyond = read(wrapped(MAX_ENCODED_DEPTH + 1, encoding));
      expect(extensions(beyond)).not.toContain('exe');
      expect(hidden(beyond)).toContain('too-deep');
      // What is not looked into is a file all the same.
      expect(beyond.attachments).toHaveLength(MAX_ENCODED_DEPTH + 1);
      for (const { sizeBytes } of beyond.attachments ?? []) expect(sizeBytes).toBeGreaterThan(0);
    },
  );

  it('counts each for the depth of all parts', () => {
    const nested = (levels: number): string =>
      'Content-Type: message/rfc822\r\n\r\n'.repeat(levels);
    // The multipart, the message in base64 and the program are three levels more.
    const at = read(wrapped(1, 'base64', nested(MAX_DEPTH - 2) + EXE));
    expect(extensions(at)).toEqual(['exe', '']);
    expect(hidden(at)).toEqual([]);
    const over = read(wrapped(1, 'base64', nested(MAX_DEPTH - 1) + EXE));
    expect(hidden(over)).toEqual(['too-deep']);
  });

  it('counts the parts in it, and those behind it', () => {
    const inner = (count: number): string =>
      `Content-Type: multipart/mixed; boundary=c\r\n\r\n${'--c\r\n\r\nx\r\n'.repeat(count)}--c--`;
    const body = (count: number): string => `${part('base64', inner(count))}--b\r\n${EXE}\r\n--b--`;
    // The multipart, the message with the multipart it is made of, and the program are three more.
    expect(extensions(read(body(MAX_PARTS - 3)))).toEqual(['', 'exe']);
    expect(hidden(read(body(MAX_PARTS - 3)))).toEqual([]);
    expect(hidden(read(body(MAX_PARTS - 2)))).toEqual(['too-many-parts']);
    expect(hidden(read(`${part('base64', inner(MAX_PARTS))}--b--`))).toEqual(['too-many-parts']);
  });

  it.each([
    ['letters that are none of base64', `${typed('base64')}!${encode(NOTE, 'base64')}`],
    [
      'a piece behind the padding',
      `${typed('base64')}${encode('Su', 'base64')}\r\n${encode(NOTE, 'base64')}`,
    ],
    ['base64 that was cut', `${typed('base64')}${encode(NOTE, 'base64').slice(0, 41)}`],
    ['no base64 at all', `${typed('base64')}${NOTE}`],
    ['an equals sign by itself', `${typed('quoted-printable')}Subject: a=b\r\n\r\nx`],
    ['blanks that a decoder drops', `${typed('quoted-printable')}Subject: a\r\n \t\r\nx\r\n\r\nx`],
    ['blanks behind a soft line break', `${typed('quoted-printable')}Subject: a= b\r\n\r\nx`],
    ['an encoding of another name', `${typed('x-uuencode')}${NOTE}`],
    [
      'two encodings',
      `${typed('7bit\r\nContent-Transfer-Encoding: base64')}${encode(NOTE, 'base64')}`,
    ],
    [
      'two encodings, the other first',
      `${typed('base64\r\nContent-Transfer-Encoding: 7bit')}${NOTE}`,
    ],
    [
      'two types',
      `Content-Type: text/html\r\n${typed('base64')}${encode(NOTE, 'base64')}`.replace(
        /^(.*\r\n)(.*\r\n)/,
        '$2$1',
      ),
    ],
    [
      'a part that is there without decoding only',
      `${typed('quoted-printable')}X: a=\r\nContent-Type: application/octet-stream; name:"a.exe"\r\n\r\nMZ`,
    ],
    [
      'parts behind a boundary that is there without decoding only',
      `${typed('quoted-printable')}Content-Type: multipart/mixed; boundary=0Ab\r\n\r\n--0Ab\r\n${EXE}--0Ab--`,
    ],
    [
      'text that is a picture once decoded',
      `${typed('quoted-printable')}X: b=0AContent-Type: image/png\r\n\r\nhttp://bad.example/`,
    ],
    [
      'a type that goes on without decoding, beyond what is read',
      `${typed('quoted-printable')}Content-Type: text/plain=0AX: ${'x'.repeat(9_000)}\r\n\r\nx`,
    ],
    [
      'HTML that has other links without decoding',
      `${typed('quoted-printable')}Content-Type: text/html\r\n\r\n<a href=\r\n"http://bad.example">x</a>`,
    ],
  ])('cannot be sure of %s', (_, text) => {
    expect(hidden(read(`--b\r\n${text}\r\n--b--`))).toContain('message-not-decoded');
  });

  it('keeps nothing of a large one', () => {
    const line = Buffer.from(`${'QUJDRA'.repeat(12)}QUJD\r\n`);
    const chunk = Buffer.concat(Array.from({ length: 800 }, () => line));
    const headers = [{ name: 'Content-Type', value: ' multipart/mixed; boundary=b' }];
    const reading = new Reading(headers, shippedKnowledge(), KEEP_NOTHING);
    reading.body(
      Buffer.from(`--b\r\n${typed('base64')}${encode(`Subject: x\r\n\r\n  `, 'base64')}\r\n`),
    );
    const before = bytesInUse();
    for (let i = 0; i < 2_000; i += 1) reading.body(chunk);
    expect(bytesInUse() - before).toBeLessThan(16 * 1024 * 1024);
    expect(reading.end(20).derived.attachments?.[0]?.sizeBytes).toBeGreaterThan(80_000_000);
  });
});

describe('a multipart in a transfer encoding', () => {
  const inner = '--c\r\nContent-Type: x/y; name=a.exe\r\n\r\nMZ\r\n--c--';
  const multipart = (encoding: string, text: string): string =>
    `--b\r\nContent-Type: multipart/mixed; boundary=c\r\n` +
    `Content-Transfer-Encoding: ${encoding}\r\n\r\n${text}\r\n--b--`;

  it('is read as if it had none, as programs say so by mistake', () => {
    for (const encoding of ['base64', 'quoted-printable', '8bit']) {
      const derived = read(multipart(encoding, inner));
      expect(extensions(derived)).toEqual(['exe']);
      expect(derived.malformed).toBeUndefined();
    }
  });

  it.each(['base64', 'quoted-printable'] as const)(
    'may hold anything where it has parts decoded only, %s',
    (encoding) => {
      const text = encode(inner, encoding).replaceAll('-', encoding === 'base64' ? '-' : '=2D');
      expect(hidden(read(multipart(encoding, text)))).toContain('encoded-multipart');
      expect(hidden(read(multipart('7bit', text)))).toEqual(['boundary-never-found']);
    },
  );
});
