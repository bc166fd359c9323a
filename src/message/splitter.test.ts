import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeaderField } from './contract.ts';
import {
  MAX_BOUNDARY_BYTES,
  MAX_DEPTH,
  MAX_HEADER_LINE_BYTES,
  MAX_PART_FIELDS,
  MAX_PARTS,
} from './limits.ts';
import { Notes } from './notes.ts';
import { parseParameterField } from './parameters.ts';
import { Splitter, type PartPlan } from './splitter.ts';
import { createTransferDecoder } from './transfer-decoding.ts';

/** Plans as the content types say and writes down what it hears, bytes of one part together. */
function split(type: string, chunks: readonly (string | Uint8Array)[]) {
  const notes = new Notes();
  const heard: string[] = [];
  let bytes = '';
  const flush = (): void => {
    if (bytes !== '') heard.push(JSON.stringify(bytes));
    bytes = '';
  };
  const plan = (fields: readonly HeaderField[]): PartPlan => {
    const field = fields.find(({ name }) => name.toLowerCase() === 'content-type');
    const { value, parameters } = parseParameterField(field?.value ?? '');
    const boundary = parameters.get('boundary');
    if (boundary !== undefined) return { kind: 'multipart', boundary };
    if (value !== 'message/rfc822') return { kind: 'leaf' };
    const isEncoded = fields.some(({ name }) => name.toLowerCase() === 'content-transfer-encoding');
    return isEncoded
      ? { kind: 'message', decoder: createTransferDecoder('base64', new Notes()) }
      : { kind: 'message' };
  };
  const splitter = new Splitter(
    [{ name: 'Content-Type', value: type }],
    {
      open(fields) {
        flush();
        heard.push(`open ${fields.map(({ name }) => name).join(',')}`);
        return plan(fields);
      },
      bytes(chunk) {
        bytes += Buffer.from(chunk).toString('latin1');
      },
      close() {
        flush();
        heard.push('close');
      },
    },
    notes,
  );
  for (const chunk of chunks) splitter.feed(Buffer.from(chunk as string, 'latin1'));
  splitter.end();
  return { heard, notes: notes.list() };
}

const MIXED = 'multipart/mixed; boundary=b';

describe('splitting a message', () => {
  it('gives parts with their fields and bytes, without the line break of the delimiter', () => {
    const body = 'preamble\r\n--b\r\nX: 1\r\n\r\none\r\n\r\n--b\r\n\r\ntwo\r\n--b--\r\nepilogue';
    expect(split(MIXED, [body])).toEqual({
      heard: [
        ...['open Content-Type', 'open X', '"one\\r\\n"', 'close'],
        ...['open ', '"two"', 'close', 'close'],
      ],
      notes: [],
    });
  });

  it('gives the whole body of a message that is not multipart, dashes and all', () => {
    expect(split('text/plain', ['a\r\n--', 'b\r\n']).heard).toEqual([
      'open Content-Type',
      '"a\\r\\n--b\\r\\n"',
      'close',
    ]);
  });

  it('takes LF for a line end', () => {
    expect(split(MIXED, ['--b\nX: 1\n\none\n--b--\n']).heard).toEqual([
      ...['open Content-Type', 'open X', '"one"', 'close', 'close'],
    ]);
  });

  it('tells a boundary from one that begins with it', () => {
    const body =
      '--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\ninner\r\n--bb--\r\n--b--\r\n';
    const { heard, notes } = split(MIXED, [body]);
    expect(heard.filter((one) => one.startsWith('"'))).toEqual(['"inner"']);
    expect(notes).toEqual([]);
  });

  it('allows blanks behind a delimiter, but no other text', () => {
    const { heard } = split(MIXED, ['--b \t\r\n\r\nx\r\n--by\r\ny\r\n--b-- \r\n']);
    expect(heard).toContain('"x\\r\\n--by\\r\\ny"');
  });

  it('closes inner parts at a delimiter of an outer one and notes it', () => {
    const body =
      '--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--';
    const { heard, notes } = split(MIXED, [body]);
    expect(heard.filter((one) => one.startsWith('"'))).toEqual(['"x"', '"y"']);
    expect(notes).toEqual(['boundary-never-closed']);
  });

  it.each([
    ['boundary-never-closed', ['--b\r\n\r\nx']],
    ['boundary-never-found', ['nothing here']],
    ['too-many-headers', [`--b\r\n${'X: 1\r\n'.repeat(MAX_PART_FIELDS + 1)}\r\nx\r\n--b--`]],
    ['header-too-long', [`--b\r\nX: ${'x'.repeat(MAX_HEADER_LINE_BYTES)}\r\n\r\nx\r\n--b--`]],
    ['bad-header-line', ['--b\r\nno colon\r\n\r\nx\r\n--b--']],
    ['too-many-parts', [`${'--b\r\n\r\n'.repeat(MAX_PARTS + 1)}--b--`]],
  ])('notes %s', (note, chunks) => {
    expect(split(MIXED, chunks).notes).toEqual([note]);
  });

  const letter = 'Subject: x\r\n\r\nx\r\n';
  const head = 'Content-Type: message/rfc822\r\n';
  it.each([
    ['a text', '\r\nx\r\n'],
    ['a message', `${head}\r\n${letter}`],
    [
      'a message in base64',
      `${head}Content-Transfer-Encoding: base64\r\n\r\n${Buffer.from(letter).toString('base64')}\r\n`,
    ],
  ])('counts %s as one part', (_, one) => {
    const several = (count: number): readonly string[] => [`${`--b\r\n${one}`.repeat(count)}--b--`];
    expect(split(MIXED, several(MAX_PARTS - 1)).notes).toEqual([]);
    expect(split(MIXED, several(MAX_PARTS)).notes).toEqual(['too-many-parts']);
  });

  it('counts each of messages in each other', () => {
    const levels = 10;
    const one = `--b\r\n${`${head}\r\n`.repeat(levels)}${letter}`;
    const { heard, notes } = split(MIXED, [one.repeat(MAX_PARTS)]);
    expect(notes).toContain('too-many-parts');
    const opened = heard.filter((each) => each.startsWith('open')).length;
    expect(opened).toBeLessThan(MAX_PARTS + MAX_PARTS / levels + 2 * levels);
  });

  it('reads a boundary of the longest length and takes a longer one for no boundary', () => {
    const at = 'x'.repeat(MAX_BOUNDARY_BYTES);
    const body = (boundary: string): string => `--${boundary}\r\n\r\none\r\n--${boundary}--`;
    const type = (boundary: string): string => `multipart/mixed; boundary=${boundary}`;
    expect(split(type(at), [body(at)]).notes).toEqual([]);
    expect(split(type(`${at}x`), [body(`${at}x`)]).notes).toEqual(['boundary-too-long']);
  });

  it('stops going deeper at the bound', () => {
    let body = '';
    for (let i = 0; i < MAX_DEPTH * 4; i += 1) {
      body += `--b${i}\r\nContent-Type: multipart/mixed; boundary=b${i + 1}\r\n\r\n`;
    }
    const { heard, notes } = split('multipart/mixed; boundary=b0', [body]);
    expect(heard.filter((one) => one.startsWith('open')).length).toBe(MAX_DEPTH + 1);
    expect(notes).toContain('too-deep');
  });

  it('ends a header that runs into a delimiter', () => {
    const { heard } = split(MIXED, ['--b\r\nX: 1\r\n--b\r\n\r\nx\r\n--b--']);
    expect(heard).toEqual([
      ...['open Content-Type', 'open X', 'close', 'open ', '"x"', 'close', 'close'],
    ]);
  });

  it('reads the header and the body of a message inside', () => {
    const body = '--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ntext\r\n--b--';
    expect(split(MIXED, [body]).heard).toEqual([
      ...['open Content-Type', 'open Content-Type', 'open Subject', '"text"'],
      ...['close', 'close', 'close'],
    ]);
  });

  it('reads one in a transfer encoding just so, and what comes behind it', () => {
    const text = 'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nin it\n--b--\n--b\n\nno part';
    const encoded = Buffer.from(text).toString('base64');
    const head = 'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n';
    const body = `--b\r\n${head}${encoded}\r\n--b\r\n\r\nbehind\r\n--b--`;
    expect(split(MIXED, [body])).toEqual({
      heard: [
        ...['open Content-Type', 'open Content-Type,Content-Transfer-Encoding'],
        ...['open Content-Type', 'open ', '"in it"', 'close', 'close', 'close'],
        ...['open ', '"behind"', 'close', 'close'],
      ],
      // Behind its end, in the message.
      notes: ['delimiter-not-clear'],
    });
  });

  it('hears the same however the bytes are cut', () => {
    const piece = fc.constantFrom(
      ...['--b', '--bb', '--b--', '\r\n', '\n', '\r', '-', '--', ' ', 'text', 'X: 1', ' fold'],
      ...['Content-Type: multipart/mixed; boundary=bb', 'Content-Type: message/rfc822', '\0', 'ä'],
      ...[
        'Content-Transfer-Encoding: base64',
        'LS1iCgo=',
        'Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMgo=',
      ],
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        (pieces, cuts) => {
          const body = pieces.join('');
          const chunks: string[] = [];
          for (let at = 0, i = 0; at < body.length; i += 1) {
            const length = cuts[i % cuts.length]!;
            chunks.push(body.slice(at, at + length));
            at += length;
          }
          expect(split(MIXED, chunks)).toEqual(split(MIXED, [body]));
        },
      ),
      { numRuns: 500 },
    );
  });
});
