import { createHash } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { fileTypeFromBuffer } from 'file-type';
import { describe, expect, it } from 'vitest';
import { AttachmentReader, extensionOf } from './attachment.ts';
import { ISO_MARK_AT } from './sniff-type.ts';

function read(bytes: Uint8Array, size = bytes.length || 1) {
  const reader = new AttachmentReader('x', 'application/octet-stream');
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
  return reader.end();
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

interface Entry {
  readonly name: string;
  readonly flags?: number;
  readonly content?: string;
}

/** Local entries, stored; with bit 3 the size stands only behind the data. */
function zip(entries: readonly Entry[]): Buffer {
  return Buffer.concat(
    entries.map(({ name, flags = 0, content = '' }) => {
      const header = Buffer.alloc(30);
      header.write('PK\x03\x04', 'latin1');
      header.writeUInt16LE(flags, 6);
      header.writeUInt32LE((flags & 8) === 0 ? content.length : 0, 18);
      header.writeUInt16LE(name.length, 26);
      return Buffer.concat([header, latin1(name), latin1(content)]);
    }),
  );
}

describe('the true type of an attachment', () => {
  it.each([
    ['image/png', '\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR'],
    ['application/pdf', '%PDF-1.7\n'],
    ['application/x-rar-compressed', 'Rar!\x1a\x07\x00....'],
    ['application/x-7z-compressed', '7z\xbc\xaf\x27\x1c'],
    ['application/x-elf', '\x7fELF\x02'],
    ['application/x-msdownload', 'MZ\x90\x00'],
    ['application/vnd.ms-cab-compressed', 'MSCF\x00\x00\x00\x00'],
    ['application/gzip', '\x1f\x8b\x08\x00'],
    ['image/jpeg', '\xff\xd8\xff\xe0'],
    ['image/gif', 'GIF89a'],
    ['audio/mpeg', 'ID3\x04'],
    ['application/rtf', '{\\rtf1'],
  ])('%s is told as file-type tells it', async (type, bytes) => {
    const head = Buffer.concat([latin1(bytes), Buffer.alloc(4096)]);
    const theirs = (await fileTypeFromBuffer(head))?.mime;
    const family = type.replace('x-rar-compressed', 'vnd.rar');
    if (theirs !== undefined) expect(theirs).toContain(family.split('/')[0]);
    expect(read(head).trueType).toBe(type);
  });

  it.each([
    ['application/x-ms-shortcut', 'L\x00\x00\x00\x01\x14\x02\x00'],
    ['application/onenote', '\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3'],
    ['text/html', '  <!DOCTYPE html><p>'],
    ['text/html', '<script src=x>'],
    ['image/svg+xml', '<?xml version="1.0"?><svg xmlns="x">'],
    ['application/xml', '<?xml version="1.0"?><a/>'],
    ['application/x-vhdx', 'vhdxfile'],
    ['', 'just text'],
    ['', ''],
  ])('%s, which mail is misused for', (type, bytes) => {
    expect(read(latin1(bytes)).trueType).toBe(type);
  });

  it('knows office documents, with macros and without, from other archives', () => {
    const of = (...names: string[]): string => read(zip(names.map((name) => ({ name })))).trueType;
    expect(of('a.txt')).toBe('application/zip');
    expect(of('[Content_Types].xml', 'word/document.xml')).toMatch(/wordprocessingml\.document$/);
    expect(of('word/document.xml', 'word/vbaProject.bin')).toMatch(/macroenabled/);
    expect(of('META-INF/MANIFEST.MF')).toBe('application/java-archive');
    expect(
      read(zip([{ name: 'mimetype', content: 'application/vnd.oasis.opendocument.text' }]))
        .trueType,
    ).toBe('application/vnd.oasis.opendocument.text');
  });

  it('knows a disk image by its mark behind the first sectors, however it is cut', () => {
    const image = Buffer.alloc(ISO_MARK_AT + 10);
    image.write('CD001', ISO_MARK_AT, 'latin1');
    for (const size of [1, 7, 4096, image.length]) {
      expect(read(image, size).trueType).toBe('application/x-iso9660-image');
    }
  });

  it('hashes and counts all bytes', () => {
    const bytes = Buffer.alloc(100_000, 'x');
    expect(read(bytes, 999)).toMatchObject({
      sizeBytes: 100_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });
});

describe('an archive with a password', () => {
  it.each([
    ['the first entry', [{ name: 'a', flags: 1 }], true],
    [
      'a later entry',
      [{ name: 'd/' }, { name: 'a', content: 'xyz' }, { name: 'b', flags: 1 }],
      true,
    ],
    [
      'an entry behind a thousand others',
      [...Array.from({ length: 1_001 }, (_, n) => ({ name: `${n}` })), { name: 'b', flags: 1 }],
      true,
    ],
    [
      'an entry after one of unknown size',
      [
        { name: 'a', flags: 8, content: 'xyz' },
        { name: 'b', flags: 9 },
      ],
      true,
    ],
    [
      'no entry',
      [
        { name: 'a', content: 'PK' },
        { name: 'b', flags: 8 },
      ],
      false,
    ],
  ])('zip: %s is encrypted', (_, entries, isEncrypted) => {
    const bytes = zip(entries);
    for (const size of [1, 3, 31, bytes.length]) {
      expect(read(bytes, size).encrypted ?? false).toBe(isEncrypted);
    }
  });

  it('RAR: by the block behind the signature', () => {
    expect(read(latin1('Rar!\x1a\x07\x01\x00crc!\x20\x04')).encrypted).toBe(true);
    expect(read(latin1('Rar!\x1a\x07\x01\x00crc!\x20\x01')).encrypted).toBeUndefined();
    expect(read(latin1('Rar!\x1a\x07\x00cr\x73\x80\x00\x0d\x00')).encrypted).toBe(true);
  });
});

describe('the extension', () => {
  it.each([
    ['invoice.PDF', 'pdf'],
    ['invoice.pdf.exe', 'exe'],
    ['invoice.exe . ', 'exe'],
    ['README', ''],
    ['.htaccess', 'htaccess'],
    ['a.b/c', ''],
    [`${'.'.repeat(50_000)}x`, 'x'],
    ['a.notanextensionofanyfile', ''],
  ])('of %j is %j', (name, extension) => {
    expect(extensionOf(name)).toBe(extension);
  });
});

describe('an archive that grows beyond all measure', () => {
  const packed = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));
  const bombOf = (name: string, inside: Buffer): Buffer => {
    const header = zip([{ name }]);
    // Deflated, and unpacked as large as an entry can be.
    header.writeUInt16LE(8, 8);
    header.writeUInt32LE(inside.length, 18);
    header.writeUInt32LE(0xffffffff, 22);
    return Buffer.concat([header, inside]);
  };
  const many = Buffer.concat(Array.from({ length: 200 }, (_, i) => bombOf(`${i}`, packed)));

  it.each([
    ['one entry', bombOf('a', packed)],
    ['archives in archives', bombOf('a.zip', bombOf('b.zip', bombOf('c.zip', packed)))],
    ['hundreds of entries', many],
    ['an entry longer than the file', bombOf('a', packed).subarray(0, 200)],
    ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
  ])('is told by its own bytes and never unpacked: %s', (_, bytes) => {
    const before = process.memoryUsage();
    const found = read(bytes, 65_536);
    const after = process.memoryUsage();
    expect(found.sizeBytes).toBe(bytes.length);
    expect(found.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(found.trueType).toMatch(/^application\/(?:zip|gzip)$/);
    const added = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(added).toBeLessThan(32 * 1024 * 1024);
  });
});
