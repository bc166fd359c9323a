import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Notes } from './notes.ts';
import { createTransferDecoder } from './transfer-decoding.ts';

function decode(encoding: string, chunks: readonly string[]) {
  const notes = new Notes();
  const decoder = createTransferDecoder(encoding, notes);
  let text = '';
  for (const chunk of chunks) {
    text += Buffer.from(decoder.decode(Buffer.from(chunk, 'latin1'))).toString('latin1');
  }
  text += Buffer.from(decoder.end()).toString('latin1');
  return { text, notes: notes.list() };
}

describe('undoing a transfer encoding', () => {
  it.each([
    ['base64', 'aGVsbG8=', 'hello', []],
    ['base64', 'aGVs\r\nbG8=\r\n', 'hello', []],
    ['base64', 'aGVs!bG8', 'hello', ['bad-base64']],
    ['base64', 'YQ==Yg==', 'ab', []],
    ['base64', '', '', []],
    ['base64', 'A', '', ['bad-base64']],
    ['quoted-printable', 'a=3Db=\r\nc', 'a=bc', []],
    ['quoted-printable', 'a= \t\r\nc', 'ac', []],
    ['quoted-printable', 'a=e4=E4', 'a\xe4\xe4', []],
    ['quoted-printable', 'a=zz', 'a=zz', ['bad-quoted-printable']],
    ['quoted-printable', 'a=4z==3D', 'a=4z==', ['bad-quoted-printable']],
    ['quoted-printable', 'a= b', 'ab', ['bad-quoted-printable']],
    ['quoted-printable', 'a=4', 'a=4', ['bad-quoted-printable']],
    ['quoted-printable', 'a=', 'a', []],
    ['8bit', 'a=3D', 'a=3D', []],
    ['x-yencode', 'a=3D', 'a=3D', ['unknown-encoding']],
    ['8-bit', 'a=3D', 'a=3D', ['misnamed-encoding']],
    ['x-uuencode', 'see\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\n', 'Cat', []],
    ['x-uuencode', 'a=3D', '', ['unknown-encoding']],
    ['x-uuencode', 'begin 644 a\n#0V%T\n~x\n', 'Cat', ['unknown-encoding']],
  ])('%s %j gives %j', (encoding, encoded, text, notes) => {
    expect(decode(encoding, [encoded])).toEqual({ text, notes });
  });

  it.each(['base64', 'quoted-printable', 'x-uuencode'])(
    '%s is the same however it is cut',
    (encoding) => {
      const piece = fc.constantFrom(
        ...['a', 'QUJD', '=', '=3D', '\r\n', '\n', ' ', '==', '!', '\0'],
        ...['begin 644 a\n', '#0V%T\n', 'end'],
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
          const whole = decode(encoding, [pieces.join('')]);
          expect(decode(encoding, pieces)).toEqual(whole);
          expect(decode(encoding, Array.from(pieces.join('')))).toEqual(whole);
        }),
      );
    },
  );

  it('gives back every byte that base64 was made of', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const lines = Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\r\n');
        expect(decode('base64', [lines]).text).toBe(Buffer.from(bytes).toString('latin1'));
      }),
    );
  });
});
