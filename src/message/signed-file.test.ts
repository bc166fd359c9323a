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
