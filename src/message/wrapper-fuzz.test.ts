/** Broken and made-up files that hold others: never an error, bounded time, nothing kept. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWalk, FREE_STEPS, MAX_TAKE_BYTES, Place, type Walk } from './byte-walk.ts';
import { KEEP_NOTHING } from './facts.ts';
import { MAX_BINHEX_BYTES, MAX_RTF_BYTES, MAX_WRAPPED_FILES } from './limits.ts';
import { RtfDecoder } from './lzfu.ts';
import { BinhexDecoder } from './mac-files.ts';
import { shippedKnowledge } from './read-whole.ts';
import { Reading } from './reading.ts';
import {
  appleFile,
  attachment,
  attribute,
  binhex,
  chunked,
  embedded,
  propertyList,
  signedData,
  tnef,
} from '../../test/wrapped-samples.ts';
import { hidden, part, read as readParts } from '../../test/wrapped-reading.ts';

const TYPES = [
  'application/pkcs7-mime',
  'application/ms-tnef',
  'application/applefile',
  'application/mac-binhex40',
  'application/octet-stream',
  'application/octet-stream; name=a.eml',
];

function read(type: string, chunks: readonly Uint8Array[]): ReturnType<Reading['end']> {
  const headers = [
    { name: 'Content-Type', value: ` ${type}` },
    { name: 'Content-Transfer-Encoding', value: ' 8bit' },
  ];
  const reading = new Reading(headers, shippedKnowledge(), KEEP_NOTHING);
  for (const chunk of chunks) reading.body(chunk);
  return reading.end(0);
}

const cut = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );

const CONTENT = Buffer.from('Content-Type: text/html\r\n\r\n<a href="https://a.example/">x</a>');
const INNER = tnef(attachment(CONTENT, 'a.js', []));
const SAMPLES: readonly (readonly [type: string, bytes: Buffer])[] = [
  ['application/pkcs7-mime', signedData(chunked(CONTENT, [3, 9]), true)],
  ['application/pkcs7-mime', signedData(chunked(CONTENT, [3, 9]))],
  ['application/ms-tnef', tnef(attachment(CONTENT, 'a.exe', [embedded(INNER)]))],
  [
    'application/applefile',
    appleFile(0x00051600, [
      [3, Buffer.from('a.js')],
      [1, CONTENT],
    ]),
  ],
  ['application/mac-binhex40', binhex('a.js', CONTENT)],
];

describe('files that hold others, broken', () => {
  it('read any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        bytes,
        fc.integer({ min: 1, max: 50 }),
        (type, all, size) => {
          const { derived } = read(type, cut(all, size));
          expect(derived.malformed ?? []).not.toContain('unreadable');
          expect(derived).toEqual(read(type, [all]).derived);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('read real ones with bytes changed, and cut anywhere', () => {
    const change = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x24, 0x30, 0x7f, 0x80, 0x84, 0xff));
    const changes = fc.array(change, { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLES), changes, fc.nat(), ([type, sample], all, length) => {
        const bytes = Buffer.from(sample);
        for (const [at, byte] of all) bytes[at % bytes.length] = byte;
        const some = bytes.subarray(0, length % (bytes.length * 2));
        const { derived } = read(type, [some]);
        expect(derived.malformed ?? []).not.toContain('unreadable');
        expect(derived).toEqual(read(type, cut(some, 7)).derived);
      }),
      { numRuns: 1000 },
    );
  });

  it('each that is cut says so', () => {
    for (const [type, bytes] of SAMPLES) {
      const half = bytes.subarray(0, Math.floor(bytes.length / 2));
      expect(read(type, [half]).derived.malformed).toContain('wrapper-not-clear');
    }
  });
});

describe('the bounds of a walk', () => {
  function* small(): Walk {
    const place = new Place();
    for (;;) yield* place.take(1);
  }

  it('records that are too small for too long end it', () => {
    const walk = new ByteWalk(small());
    walk.feed(Buffer.alloc(FREE_STEPS));
    expect(walk.isStopped).toBe(false);
    walk.feed(Buffer.alloc(FREE_STEPS));
    expect(walk.isStopped).toBe(true);
  });

  it('what is asked for at once is bounded', () => {
    function* take(bytes: number): Walk {
      yield* new Place().take(bytes);
      return true;
    }
    const most = new ByteWalk(take(MAX_TAKE_BYTES));
    most.feed(Buffer.alloc(MAX_TAKE_BYTES));
    expect(most.isWhole).toBe(true);
    const more = new ByteWalk(take(MAX_TAKE_BYTES + 1));
    more.feed(Buffer.alloc(MAX_TAKE_BYTES + 1));
    expect([more.isWhole, more.isStopped]).toEqual([false, true]);
  });

  it('a million of the smallest pieces take no longer than their bytes', () => {
    const chunks = Buffer.concat([
      Buffer.from('2480', 'hex'),
      Buffer.alloc(3_000_000, '040161', 'hex'),
    ]);
    const files = Buffer.concat(
      Array.from({ length: 60_000 }, () => attribute(2, 0x00069002, Buffer.alloc(0))),
    );
    const lists = attribute(
      2,
      0x00069005,
      propertyList(Array.from({ length: 100_000 }, () => Buffer.from('0200013000000000', 'hex'))),
    );
    const before = process.cpuUsage();
    for (const [type, bytes] of [
      ['application/pkcs7-mime', signedData(chunks)],
      ['application/ms-tnef', tnef(files)],
      ['application/ms-tnef', tnef(lists)],
    ] as const) {
      expect(read(type, cut(bytes, 65_536)).derived.malformed).toContain('wrapper-not-clear');
    }
    // Some hundredths as measured; whoever is slower by so much has no bound.
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });

  it('absurd lengths keep nothing: what passes is given on at once', () => {
    function* endless(): Walk {
      yield* new Place().pass(Number.MAX_SAFE_INTEGER, (bytes) => {
        given += bytes.length;
      });
      return true;
    }
    let given = 0;
    const walk = new ByteWalk(endless());
    const chunk = Buffer.alloc(65_536);
    for (let i = 0; i < 1000; i += 1) walk.feed(chunk);
    expect(given).toBe(65_536_000);
    const head = '3080' + '06092a864886f70d010702' + 'a0803080' + '020101' + '3100' + '3080';
    const content = '06092a864886f70d010701' + 'a080' + '0487' + '00ffffffffffff';
    const cms = Buffer.concat([Buffer.from(head + content, 'hex'), CONTENT]);
    const { derived } = read('application/pkcs7-mime', cut(cms, 5));
    expect(derived).toMatchObject({ urlHosts: ['a.example'] });
    expect(derived.malformed).toContain('wrapper-not-clear');
  });

  it('files are counted over all of a message', () => {
    const file = tnef(...Array.from({ length: 100 }, () => attachment(CONTENT, 'a.txt', [])));
    const one = `--b\r\nContent-Type: application/ms-tnef\r\n\r\n${file.toString('latin1')}\r\n`;
    const some = (count: number) => {
      const body = Buffer.from(`${one.repeat(count)}--b--`, 'latin1');
      return read('multipart/mixed; boundary=b', [body]).derived.malformed ?? [];
    };
    expect(some(MAX_WRAPPED_FILES / 100)).not.toContain('too-many-attachments');
    expect(some(MAX_WRAPPED_FILES / 100 + 1)).toContain('too-many-attachments');
  });
});

describe('what is repeated', () => {
  /** The example of MS-OXRTFCP section 3.1. */
  const EXAMPLE =
    '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c09002062770' +
    '5b06c647d0a800fa0';

  const undo = (bytes: Buffer, most = MAX_RTF_BYTES): readonly [text: string, isCut: boolean] => {
    const out: Buffer[] = [];
    const decoder = new RtfDecoder((piece) => out.push(piece), most);
    for (const piece of cut(bytes, 1000)) decoder.feed(Buffer.from(piece));
    return [Buffer.concat(out).toString('latin1'), decoder.isCut];
  };

  it('RTF is undone as its specification shows', () => {
    const text = '{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n';
    expect(undo(Buffer.from(EXAMPLE, 'hex'))).toEqual([text, false]);
  });

  it('RTF is undone up to a bound', () => {
    const head = Buffer.from(EXAMPLE, 'hex').subarray(0, 16);
    // Each reference writes sixteen bytes.
    const bomb = Buffer.concat([
      head,
      Buffer.alloc(MAX_RTF_BYTES / 4, 'ff' + '000e'.repeat(8), 'hex'),
    ]);
    const [text, isCut] = undo(bomb);
    expect([text.length, isCut]).toEqual([MAX_RTF_BYTES, true]);
  });

  const zeros = binhex('a.exe', Buffer.alloc(200_000)).toString().split(':')[1] ?? '';
  /** Of so many bytes, about. */
  const bomb = (bytes: number): string => `\n:${zeros.repeat(Math.ceil(bytes / 199_000))}`;

  it('BinHex is undone up to a bound', () => {
    let bytes = 0;
    const decoder = new BinhexDecoder({ binhexRoom: MAX_BINHEX_BYTES });
    for (const piece of cut(Buffer.from(bomb(MAX_BINHEX_BYTES)), 65_536)) {
      decoder.decode(piece, (out) => {
        bytes += out.length;
      });
    }
    expect(decoder.isBad).toBe(true);
    expect(bytes).toBeLessThanOrEqual(MAX_BINHEX_BYTES);
  });

  it('BinHex is undone up to a bound, over all of the message', () => {
    const half = Buffer.from(`${bomb(MAX_BINHEX_BYTES * 0.6)}:`);
    const one = part('application/mac-binhex40', half);
    expect(hidden(readParts(one))).toEqual([]);
    expect(hidden(readParts(one + one))).toEqual(['wrapper-not-clear']);
  });
});
