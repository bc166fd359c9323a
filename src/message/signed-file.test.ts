/** Files of CMS that are signed: documents, and the ways they are written (CON-2). */
import { describe, expect, it } from 'vitest';
import { MAX_TEXT_BYTES } from './limits.ts';
import { MAX_SIGNED_DEPTH } from './signed-file.ts';
import { extensions, hidden, part, PROGRAM, read } from '../../test/wrapped-reading.ts';
import { chunked, der, signedData } from '../../test/wrapped-samples.ts';

const P7M = 'application/pkcs7-mime; name=smime.p7m';
const entity = Buffer.from(
  `Content-Type: application/octet-stream; name="a.exe"\r\n\r\n${PROGRAM.toString('latin1')}`,
  'latin1',
);

describe('signed documents (CON-2)', () => {
  const XML = Buffer.from(`<?xml version="1.0"?>\n<invoice>${'x'.repeat(9)}</invoice>\n`);
  const NAMED = 'application/octet-stream; name=';

  it.each([
    ['application/pkcs7-mime; name="x.xml.p7m"'],
    ['application/x-pkcs7-mime; name="x.xml.P7M"'],
    [`${NAMED}"x.xml.p7m"`],
  ])('are files, named without the signature and well formed: %s', (type) => {
    for (const octets of [der(0x04, XML), chunked(XML, [1, 7, 0, 20])]) {
      const derived = read(part(type, signedData(octets, octets[0] === 0x24)));
      expect(derived.malformed).toBeUndefined();
      expect(derived.attachments?.[0]).toMatchObject({
        extension: 'xml',
        trueType: 'application/xml',
        sizeBytes: XML.length,
      });
      const bare = read(part(`${NAMED}x.xml`, XML));
      expect(derived.attachments?.[0]?.sha256).toBe(bare.attachments?.[0]?.sha256);
      expect(extensions(derived)).toEqual(['xml', 'p7m']);
    }
  });

  it('above the bound of texts are as good', () => {
    const big = Buffer.concat([XML, Buffer.alloc(MAX_TEXT_BYTES + 1, 'x')]);
    const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(MAX_TEXT_BYTES + 1)]);
    for (const type of ['application/pkcs7-mime; name="x.xml.p7m"', `${NAMED}"x.pdf.p7m"`]) {
      for (const bytes of [big, pdf]) {
        const derived = read(part(type, signedData(der(0x04, bytes))));
        expect(derived.malformed).toBeUndefined();
        expect(derived.attachments?.[0]?.sizeBytes).toBe(bytes.length);
      }
    }
  });

  it('that are programs are typed as the program is', () => {
    for (const type of [P7M, 'application/pkcs7-mime', `${NAMED}"setup.exe.p7m"`]) {
      const derived = read(part(type, signedData(der(0x04, PROGRAM))));
      expect(derived.attachments?.[0]?.trueType).toBe('application/x-msdownload');
    }
    const named = read(part(`${NAMED}"setup.exe.p7m"`, signedData(der(0x04, PROGRAM))));
    expect(extensions(named)).toEqual(['exe', 'p7m']);
    const label = Buffer.from('a:eval("x")');
    for (const type of ['application/pkcs7-mime; name="a.js.p7m"', `${NAMED}"a.js.p7m"`]) {
      expect(extensions(read(part(type, signedData(der(0x04, label)))))).toEqual(['js', 'p7m']);
    }
  });

  it('signed more than once are found, up to a bound', () => {
    let bytes = signedData(der(0x04, PROGRAM));
    for (let i = 1; i < MAX_SIGNED_DEPTH; i += 1) bytes = signedData(der(0x04, bytes));
    const suffix = '.p7m'.repeat(MAX_SIGNED_DEPTH);
    const derived = read(part(`${NAMED}"setup.exe${suffix}"`, bytes));
    expect(extensions(derived)).toEqual(
      ['exe', 'p7m', 'p7m', 'p7m', 'p7m'].slice(0, MAX_SIGNED_DEPTH + 1),
    );
    expect(derived.malformed).toBeUndefined();
    const more = read(part(`${NAMED}"setup.exe${suffix}"`, signedData(der(0x04, bytes))));
    expect(hidden(more)).toEqual(['too-deep']);
  });

  it('with a header behind something else are parts', () => {
    const odd = Buffer.concat([Buffer.from('odd line\r\n'), entity]);
    for (const type of [P7M, `${NAMED}"a.txt.p7m"`]) {
      expect(extensions(read(part(type, signedData(der(0x04, odd)))))).toContain('exe');
    }
  });

  it('without a header and a name are read for links', () => {
    const text = Buffer.from('see https://text.example/ now');
    expect(read(part(P7M, signedData(der(0x04, text)))).urlHosts).toEqual(['text.example']);
  });
});

describe('ways to write it (CON-2)', () => {
  const DER = signedData(der(0x04, PROGRAM));
  const lines = DER.toString('base64').replace(/.{64}(?=.)/g, '$&\n');

  it.each([
    ['base64', lines],
    ['base64 in one line', `\r\n${DER.toString('base64')}`],
    ['PEM', `-----BEGIN PKCS7-----\n${lines}\n-----END PKCS7-----\n`],
    ['PEM of OpenSSL', `-----BEGIN CMS-----\r\n${lines}\r\n-----END CMS-----\r\n`],
  ])('as text is undone: %s', (_, text) => {
    for (const type of [P7M, 'application/octet-stream; name="setup.exe.p7m"']) {
      const derived = read(part(type, Buffer.from(text)));
      expect(derived.attachments?.[0]?.trueType).toBe('application/x-msdownload');
      expect(derived.malformed).toBeUndefined();
    }
  });

  it('as text that is broken hides', () => {
    const text = `${lines.slice(0, 80)}\x01?${lines.slice(80)}`;
    expect(hidden(read(part(P7M, Buffer.from(text))))).toEqual(['wrapper-not-clear']);
    const cut = read(part(P7M, Buffer.from(lines.slice(0, 120))));
    expect(hidden(cut)).toEqual(['wrapper-not-clear']);
  });

  it('a signed receipt is usual mail', () => {
    const receipt = der(0x06, Buffer.from('2a864886f70d0109100101', 'hex'));
    const bytes = signedData(der(0x04, der(0x30, Buffer.from([2, 1, 1]))), false, receipt);
    expect(read(part(P7M, bytes)).malformed).toBeUndefined();
  });

  it('files of other programs by such a name are files', () => {
    for (const bytes of [Buffer.from('7z of somebody'), PROGRAM, Buffer.from('0,1,2\n')]) {
      const derived = read(part('application/octet-stream; name="a.p7z"', bytes));
      expect(derived.malformed).toBeUndefined();
      expect(derived.attachments).toHaveLength(1);
      expect(hidden(read(part(P7M, bytes)))).toEqual(['wrapper-not-clear']);
    }
    const blank = read(part('application/octet-stream; name="a.p7m"', Buffer.alloc(600, ' ')));
    expect(hidden(blank)).toEqual(['wrapper-not-clear']);
  });
});
