/** Files that hold messages or files: what is inside counts as if it had been sent as such (CON-2). */
import { describe, expect, it } from 'vitest';
import { ATTACHMENTS_UNSEEN, CLOSED } from '../core/message/hiding.ts';
import { MAX_DEPTH, MAX_ENCODED_DEPTH, MAX_RTF_BYTES, MAX_WRAPPED_FILES } from './limits.ts';
import { MAX_OCTETS_DEPTH } from './cms.ts';
import { MAX_APPLE_ENTRIES } from './mac-files.ts';
import { MAX_TNEF_DEPTH } from './tnef.ts';
import {
  appleFile,
  attachment,
  attribute,
  binhex,
  chunked,
  der,
  ENVELOPED,
  COMPRESSED,
  embedded,
  property,
  propertyList,
  signedData,
  SIGNED_BER,
  SIGNED_CERTIFICATES,
  SIGNED_DER,
  ENCRYPTED_DER,
  tnef,
} from '../../test/wrapped-samples.ts';
import { base64, extensions, hidden, part, PROGRAM, read } from '../../test/wrapped-reading.ts';

const P7M = 'application/pkcs7-mime; name=smime.p7m';
const LETTER = [
  'From: bob@example.net',
  'Subject: an offer',
  'Content-Type: multipart/mixed; boundary="c"',
  '',
  '--c',
  'Content-Type: text/html',
  '',
  '<p>their words, <a href="https://old.example/?a=b">here</a></p>',
  '--c',
  'Content-Type: application/octet-stream; name="a.exe"',
  'Content-Transfer-Encoding: base64',
  '',
  PROGRAM.toString('base64'),
  '--c--',
  '',
].join('\r\n');
const letter = Buffer.from(LETTER, 'latin1');
const entity = Buffer.from(LETTER.slice(LETTER.indexOf('Content-Type')), 'latin1');

describe('opaque S/MIME (CON-2)', () => {
  it.each([
    ['DER', SIGNED_DER],
    ['BER of a stream', SIGNED_BER],
  ])('is looked into as OpenSSL writes it, %s', (_, coded) => {
    expect(read(part(P7M, Buffer.from(coded, 'base64')))).toMatchObject({
      urlHosts: ['inside.example'],
      hasHtml: true,
      mimeShape: 'mixed(application/pkcs7-mime(text/html))',
    });
  });

  it.each([
    ['application/pkcs7-mime'],
    ['application/x-pkcs7-mime; smime-type=enveloped-data'],
    ['application/octet-stream; name=smime.p7m'],
    ['application/octet-stream; name="smime.p7z"'],
  ])('is told by type and name, not by what it says of itself: %s', (type) => {
    const derived = read(part(type, signedData(der(0x04, entity))));
    expect(derived.urlHosts).toEqual(['old.example']);
    expect(derived.attachments?.[0]).toMatchObject({
      extension: 'exe',
      trueType: 'application/x-msdownload',
    });
    expect(derived.malformed).toBeUndefined();
  });

  it('is looked into in chunks, in each other too, wherever it is cut', () => {
    const bytes = signedData(chunked(entity, [1, 7, 0, 200]), true);
    const whole = read(part(P7M, bytes));
    expect(extensions(whole)).toEqual(['exe', 'p7m']);
    for (const size of [1, 2, 3, 5, 77]) expect(read(part(P7M, bytes), size)).toEqual(whole);
    const nested = signedData(der(0x24, chunked(entity, [9])));
    expect(extensions(read(part(P7M, nested)))).toEqual(['exe', 'p7m']);
  });

  it('is looked into where one is in another and in a message', () => {
    const inner = `Content-Type: ${P7M}\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
    const once = signedData(der(0x04, entity));
    const twice = signedData(der(0x04, Buffer.from(inner + base64(once))));
    const derived = read(`--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}${base64(twice)}\r\n`);
    expect(extensions(derived)).toEqual(['exe', 'p7m', 'p7m']);
    expect(derived.malformed).toBeUndefined();
  });

  it.each([
    ['made by OpenSSL', Buffer.from(ENCRYPTED_DER, 'base64')],
    ['within what is signed', signedData(der(0x04, entity), false, ENVELOPED)],
  ])('encrypted is said and stops nothing: %s', (_, bytes) => {
    const derived = read(part(P7M, bytes));
    expect(derived.malformed).toEqual(['message-encrypted']);
    expect(derived.mimeShape).toBe('mixed(application/pkcs7-mime)');
    expect(CLOSED).toContain('message-encrypted');
    expect(hidden(derived)).toEqual([]);
  });

  it('compressed is not unpacked, and hides what is in it', () => {
    const outer = der(0x30, Buffer.concat([COMPRESSED, der(0xa0, Buffer.alloc(9))]));
    expect(hidden(read(part(P7M, outer)))).toEqual(['message-compressed']);
    const inside = signedData(der(0x04, entity), false, COMPRESSED);
    expect(hidden(read(part(P7M, inside)))).toEqual(['message-compressed']);
  });

  it('certificates without content are nothing to look into', () => {
    const derived = read(part(P7M, Buffer.from(SIGNED_CERTIFICATES, 'base64')));
    expect(derived.malformed).toBeUndefined();
    expect(derived.mimeShape).toBe('mixed(application/pkcs7-mime)');
  });

  const DATA = der(0x04, entity);
  // prettier-ignore
  it.each([
    ['no structure at all', Buffer.from('hello')],
    ['empty', Buffer.alloc(0)],
    ['cut', signedData(DATA).subarray(0, 200)],
    ['a length beyond what is around', der(0x30, signedData(DATA).subarray(4))],
    ['an absurd length', Buffer.from('30ff' + 'ff'.repeat(127), 'hex')],
    ['content of no known kind', signedData(DATA, false, der(0x06, Buffer.from('2a03', 'hex')))],
    ['chunks too deep', signedData(Array.from({ length: MAX_OCTETS_DEPTH + 1 }).reduce<Buffer>((inner) => der(0x24, inner), DATA))],
  ])('what is not clear hides: %s', (_, bytes) => {
    expect(hidden(read(part(P7M, bytes)))).toContain('wrapper-not-clear');
  });

  it('chunks up to the bound of depth are read', () => {
    const bytes = Array.from({ length: MAX_OCTETS_DEPTH }).reduce<Buffer>(
      (inner) => der(0x24, inner),
      der(0x04, entity),
    );
    expect(read(part(P7M, signedData(bytes))).malformed).toBeUndefined();
  });

  it('in a broken transfer encoding it may be another', () => {
    const coded = part(P7M, signedData(der(0x04, entity)));
    expect(hidden(read(`${coded}QUJD\r\n`))).toContain('message-not-decoded');
  });

  it('in each other beyond the bound is too deep, and only where something is there', () => {
    let bytes: Buffer = entity;
    for (let i = 0; i <= MAX_ENCODED_DEPTH; i += 1) {
      const head = `Content-Type: ${P7M}\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
      bytes = Buffer.from(head + base64(signedData(der(0x04, bytes))));
    }
    const nested = `--b\r\n${bytes.toString()}\r\n`;
    expect(hidden(read(nested))).toEqual(['too-deep']);
    const deep = 'Content-Type: message/rfc822\r\n\r\n'.repeat(MAX_DEPTH - 2);
    const file = `Content-Type: application/octet-stream\r\n\r\n`;
    expect(read(`--b\r\n${deep}${file}nothing\r\n`).malformed).toBeUndefined();
    expect(read(`--b\r\n${deep}${file}${LETTER}`).malformed).toContain('too-deep');
  });
});

describe('a message by its name (CON-2)', () => {
  it.each([
    ['application/octet-stream; name=offer.eml'],
    ['application/octet-stream; name="page.mht"'],
    ['application/eml'],
    ['text/plain; name=offer.eml'],
    ['application/octet-stream'],
    ['application/octet-stream; name=offer.dat'],
  ])('or by what it is, is read as one: %s', (type) => {
    const derived = read(part(type, letter));
    expect(derived.urlHosts).toEqual(['old.example']);
    expect(extensions(derived)).toContain('exe');
    expect(derived.malformed).toBeUndefined();
  });

  it('is somebody else’s text', () => {
    const derived = read(part('application/octet-stream; name=offer.eml', letter));
    expect(derived).toMatchObject({ words: 0, hasHtml: false });
  });

  it('that scanners take for no message is noted as in an encoding', () => {
    const field = Buffer.from(`X-Odd: 1\r\nX-Other: 2\r\n\r\n--`);
    const odd = Buffer.from(`\r\nX-Odd: 1\r\n\r\n--`);
    for (const [name, bytes] of [
      ['page.mht', field],
      ['offer.eml', odd],
    ] as const) {
      const derived = read(part(`application/octet-stream; name=${name}`, bytes));
      expect(hidden(derived)).toEqual(['message-start-unusual']);
    }
  });

  it.each([['Authentication-Results: mx.example; spf=pass'], ['X-Unsent: 1']])(
    'that was saved may begin with any field: %s',
    (field) => {
      const saved = Buffer.from(`${field}\r\n${LETTER}`, 'latin1');
      const derived = read(part('application/octet-stream; name=offer.eml', saved));
      expect(derived.malformed).toBeUndefined();
      expect(extensions(derived)).toContain('exe');
    },
  );

  it('win.dat of another program is a file', () => {
    const derived = read(part('application/octet-stream; name=win.dat', Buffer.from('settings')));
    expect(derived.malformed).toBeUndefined();
    expect(extensions(derived)).toEqual(['dat']);
  });

  it.each([
    ['a list of settings', 'name: x\r\nfrom: here\r\nother: y\r\n\r\n'],
    ['a text about mail', 'From: is a field\r\nand so is\r\nTo: that\r\n'],
    ['a program', PROGRAM.toString('latin1')],
  ])('other files are not: %s', (_, text) => {
    const derived = read(part('application/octet-stream; name=a.dat', Buffer.from(text, 'latin1')));
    expect(derived.mimeShape).toBe('mixed(application/octet-stream)');
    expect(derived.malformed).toBeUndefined();
  });

  it('of Outlook is said and stops nothing', () => {
    const head = Buffer.from('d0cf11e0a1b11ae1', 'hex');
    const name = Buffer.from('__substg1.0_', 'utf16le');
    for (const file of [Buffer.concat([head, Buffer.alloc(600), name]), head]) {
      const derived = read(part('application/octet-stream; name=offer.msg', file));
      expect(derived.malformed).toEqual(['outlook-message']);
    }
    expect(ATTACHMENTS_UNSEEN as readonly string[]).not.toContain('outlook-message');
  });
});

describe('TNEF (CON-2)', () => {
  const WINMAIL = 'application/ms-tnef; name=winmail.dat';

  it('files inside are typed and hashed, by short and long names', () => {
    const bytes = tnef(
      attachment(PROGRAM, 'OFFER~1.PDF', [property(0x3707, 'offer.pdf.scr')]),
      attachment(Buffer.from('%PDF-1.7'), 'real.pdf', []),
    );
    const derived = read(part(WINMAIL, bytes));
    expect(derived.attachments).toMatchObject([
      { extension: 'pdf', trueType: 'application/x-msdownload', sizeBytes: PROGRAM.length },
      { extension: 'scr', trueType: 'application/x-msdownload' },
      { extension: 'pdf', trueType: 'application/pdf' },
      { extension: 'dat', trueType: 'application/ms-tnef' },
    ]);
    const plain = read(part('application/octet-stream; name=x.scr', PROGRAM));
    expect(derived.attachments?.[0]?.sha256).toBe(plain.attachments?.[0]?.sha256);
    expect(derived.malformed).toBeUndefined();
    for (const size of [1, 3, 50]) expect(read(part(WINMAIL, bytes), size)).toEqual(derived);
  });

  it.each([['application/octet-stream; name=WINMAIL.DAT'], ['application/octet-stream']])(
    'is told by name and first bytes: %s',
    (type) => {
      const bytes = tnef(attachment(PROGRAM, 'a.exe', []));
      expect(extensions(read(part(type, bytes)))[0]).toBe('exe');
    },
  );

  it('data in a property, and messages in it, are read', () => {
    const inner = tnef(attachment(PROGRAM, 'inner.js', []));
    const bytes = tnef(
      attachment(undefined, 'mail', [embedded(inner)]),
      attachment(undefined, '', [property(0x3707, 'a.vbs'), property(0x3701, PROGRAM)]),
    );
    expect(extensions(read(part(WINMAIL, bytes)))).toEqual(['js', 'vbs', 'dat']);
  });

  it('messages in each other beyond the bound are too deep', () => {
    let bytes = tnef(attachment(PROGRAM, 'inner.js', []));
    for (let i = 1; i < MAX_TNEF_DEPTH; i += 1) {
      bytes = tnef(attachment(undefined, 'm', [embedded(bytes)]));
    }
    expect(extensions(read(part(WINMAIL, bytes)))).toContain('js');
    const more = tnef(attachment(undefined, 'm', [embedded(bytes)]));
    expect(hidden(read(part(WINMAIL, more)))).toEqual(['too-deep']);
  });

  it('links of its texts count: HTML, plain, and RTF as it is compressed', () => {
    const html = property(0x1013, Buffer.from('<a href="https://html.example/">x</a>'));
    const text = property(0x1000, 'see https://text.example/ now');
    const rtf = '{\\rtf1 {\\field{\\*\\fldinst{HYPERLINK "http\\\'3a//rtf.example/a"}}}}';
    const raw = Buffer.alloc(16);
    raw.writeUInt32LE(0x414c454d, 8);
    const body = property(0x1009, Buffer.concat([raw, Buffer.from(rtf)]));
    const props = attribute(1, 0x00069003, propertyList([html, text, body]));
    const old = attribute(1, 0x0002800c, Buffer.from('at https://old.example/ too\0'));
    expect(read(part(WINMAIL, tnef(props, old)))).toMatchObject({
      urlHosts: ['html.example', 'old.example', 'rtf.example', 'text.example'],
      words: 0,
    });
  });

  it('compressed RTF is undone up to a bound, over all of the message', () => {
    const raw = Buffer.alloc(16 + MAX_RTF_BYTES / 2, 'x');
    raw.fill(0, 0, 16).writeUInt32LE(0x414c454d, 8);
    const list = (count: number) =>
      attribute(
        1,
        0x00069003,
        propertyList(Array.from({ length: count }, () => property(0x1009, raw))),
      );
    expect(hidden(read(part(WINMAIL, tnef(list(2)))))).toEqual([]);
    expect(hidden(read(part(WINMAIL, tnef(list(3)))))).toEqual(['text-too-long']);
    const parts = part(WINMAIL, tnef(list(2))) + part(WINMAIL, tnef(list(1)));
    expect(hidden(read(parts))).toEqual(['text-too-long']);
  });

  it('a message by name in it is not read, which hides', () => {
    const derived = read(part(WINMAIL, tnef(attachment(letter, 'offer.eml', []))));
    expect(hidden(derived)).toEqual(['wrapped-message']);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['cut', tnef(attachment(PROGRAM, 'a.exe', [])).subarray(0, 60)],
    ['something behind it', Buffer.concat([tnef(), Buffer.from('more than a head')])],
    ['a length beyond it', tnef(Buffer.from('0110800100ffffffff', 'hex'))],
    ['properties without end', tnef(attribute(2, 0x00069005, Buffer.from('ffffffff', 'hex')))],
  ])('what is broken hides: %s', (_, bytes) => {
    expect(hidden(read(part(WINMAIL, bytes)))).toEqual(['wrapper-not-clear']);
  });

  it('a few bytes behind it hide nothing', () => {
    const bytes = Buffer.concat([tnef(attachment(PROGRAM, 'a.exe', [])), Buffer.alloc(8)]);
    const derived = read(part(WINMAIL, bytes));
    expect(derived.malformed).toBeUndefined();
    expect(extensions(derived)[0]).toBe('exe');
  });

  it('files beyond the bound are noted', () => {
    const files = Array.from({ length: MAX_WRAPPED_FILES + 1 }, () =>
      attachment(Buffer.from('x'), 'a.txt', []),
    );
    const derived = read(part(WINMAIL, tnef(...files)));
    expect(hidden(derived)).toContain('too-many-attachments');
    expect(hidden(read(part(WINMAIL, tnef(...files.slice(1)))))).toEqual([]);
  });
});

describe('files of the Macintosh (CON-2)', () => {
  it('AppleSingle is typed by its own name and data', () => {
    const bytes = appleFile(0x00051600, [
      [3, Buffer.from('tool.command.sh')],
      [1, Buffer.from('#!/bin/sh\n')],
    ]);
    const derived = read(part('application/applefile; name=letter', bytes));
    expect(derived.attachments?.[0]).toMatchObject({
      extension: 'sh',
      trueType: 'text/x-shellscript',
    });
    expect(derived.malformed).toBeUndefined();
  });

  it('AppleDouble names the file beside it', () => {
    const bytes = appleFile(0x00051607, [
      [3, Buffer.from('a.js')],
      [2, Buffer.alloc(40)],
    ]);
    const derived = read(part('application/applefile', bytes));
    expect(extensions(derived)).toEqual(['js', '']);
    expect(derived.malformed).toBeUndefined();
  });

  it.each([['application/mac-binhex40'], ['application/octet-stream; name=a.hqx']])(
    'BinHex is undone: %s',
    (type) => {
      const data = Buffer.concat([PROGRAM, Buffer.from([0x90, 0x90, 1])]);
      const derived = read(part(type, binhex('tool.exe', data)));
      expect(derived.attachments?.[0]).toMatchObject({
        extension: 'exe',
        trueType: 'application/x-msdownload',
        sizeBytes: data.length,
      });
      expect(derived.malformed).toBeUndefined();
    },
  );

  it.each([
    ['application/applefile', Buffer.from('nothing of the kind')],
    ['application/applefile', appleFile(0x00051600, [[1, PROGRAM]]).subarray(0, 60)],
    [
      'application/applefile',
      appleFile(
        0x00051600,
        Array.from({ length: MAX_APPLE_ENTRIES + 1 }, (_, i) => [i + 4, PROGRAM] as const),
      ),
    ],
    ['application/mac-binhex40', Buffer.from('nothing of the kind')],
    ['application/mac-binhex40', binhex('a.exe', PROGRAM).subarray(0, 70)],
  ])('what is broken hides: %s %#', (type, bytes) => {
    expect(hidden(read(part(type, bytes)))).toEqual(['wrapper-not-clear']);
  });
});
