/** CON-2: documents that are signed as they are (CAdES: `x.pdf.p7m`), beside letters that are signed. */
import { expect, describe, it } from 'vitest';
import type { DerivedMessage } from '../core/message/derived.ts';
import { der, signedData } from '../../test/wrapped-samples.ts';
import { KEEP_NOTHING } from './facts.ts';
import { shippedKnowledge } from './read-whole.ts';
import { Reading } from './reading.ts';

function read(name: string, content: Uint8Array, type = 'application/pkcs7-mime'): DerivedMessage {
  const headers = [
    { name: 'From', value: ' ann@example.net' },
    { name: 'Date', value: ' Sat, 28 Nov 2026 10:00:00 +0000' },
    { name: 'Content-Type', value: ` ${type}; name="${name}"` },
    { name: 'Content-Transfer-Encoding', value: ' base64' },
  ];
  const reading = new Reading(headers, shippedKnowledge(), KEEP_NOTHING);
  const text = signedData(der(0x04, content)).toString('base64').replace(/.{76}/g, '$&\r\n');
  reading.body(Buffer.from(text, 'latin1'));
  return reading.end(1000).derived;
}

const kinds = ({ attachments = [] }: DerivedMessage): readonly string[] =>
  attachments.map(({ extension, trueType }) => `${extension} ${trueType}`);
const hosts = ({ urlHosts = [] }: DerivedMessage): readonly string[] => urlHosts;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const PDF = latin1('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n\nendobj\n');
const XML = latin1(
  '<?xml version="1.0"?>\n<p:Invoice xmlns:p="urn:x">\n\n<a>1</a>\n</p:Invoice>\n',
);
const BARE_XML = latin1('<p:Invoice xmlns:p="urn:x"><a>1</a>\n\n</p:Invoice>\n');
const JSON_FILE = latin1('{"total": 1,\n\n"to": "b"}\n');
const PROGRAM = latin1(`MZ${'\0'.repeat(58)}@\0\0\0PE\0\0${'\0'.repeat(99)}`);
const LARGE = Buffer.concat([PDF, Buffer.alloc(3 * 1024 * 1024, 'a b\n\nc\0d')]);

describe('a document that is signed as it is', () => {
  // prettier-ignore
  const documents = [
    ['a PDF',                  'x.pdf.p7m',  PDF],
    ['an invoice',             'x.xml.p7m',  XML],
    ['one without a prologue', 'x.xml.p7m',  BARE_XML],
    ['JSON',                   'x.json.p7m', JSON_FILE],
    ['one of three megabytes', 'x.pdf.p7m',  LARGE],
    ['one byte',               'x.bin.p7m',  latin1('a')],
  ] as const;

  it.each(documents)('is a file and nothing is said against it: %s', (_, name, content) => {
    for (const type of ['application/pkcs7-mime', 'application/octet-stream']) {
      const derived = read(name, content, type);
      expect(derived.malformed ?? []).toEqual([]);
      expect(kinds(derived).map((kind) => kind.split(' ')[0])).toContain(name.split('.')[1]);
    }
  });

  it('is judged by what it is, as a program is', () => {
    const bare = kinds(read('setup.exe.p7m', PROGRAM));
    expect(bare.some((kind) => kind.startsWith('exe '))).toBe(true);
    expect(kinds(read('smime.p7m', PROGRAM))).toContain(' application/x-msdownload');
  });

  it('is read for links where it is a text, as some programs show it', () => {
    expect(hosts(read('smime.p7m', latin1('Look at https://evil.example/a\n')))).toEqual([
      'evil.example',
    ]);
    const page = latin1('<html><a href="https://evil.example/a">here</a></html>');
    expect(hosts(read('smime.p7m', page))).toEqual(['evil.example']);
  });
});

describe('a letter that is signed', () => {
  const letter = 'Content-Type: text/plain\r\n\r\nhttps://told.example/a\r\n';

  it.each([letter, `\r\nhttps://told.example/a\r\n`, `X-A: b\r\n${letter}`, `<a: b\r\n${letter}`])(
    'is read as one: %j',
    (content) => {
      expect(hosts(read('smime.p7m', latin1(content)))).toEqual(['told.example']);
    },
  );
});
