/**
 * What the first bytes of an attachment say it is, whatever its name and header claim. The table
 * holds what is mailed for harm (programs, scripts, shortcuts, disk images, macro documents, HTML)
 * and what is mailed every day. A pure function of the bytes, so that replay finds the same.
 * Signatures: the formats' own specifications, and file(1)'s and PRONOM's published tables.
 */

/** ISO 9660: the first volume descriptor stands at sector 16 (ECMA-119 section 8). */
export const ISO_MARK_AT = 32_769;

type Signature = readonly [at: number, bytes: string, type: string];

/** Bytes as latin1 text, in order; the first that fits wins. */
const SIGNATURES: readonly Signature[] = [
  [0, '%PDF-', 'application/pdf'],
  [0, '\x89PNG\r\n\x1a\n', 'image/png'],
  [0, '\xff\xd8\xff', 'image/jpeg'],
  [0, 'GIF8', 'image/gif'],
  [0, 'MZ', 'application/x-msdownload'],
  [0, '\x7fELF', 'application/x-elf'],
  [0, '\xcf\xfa\xed\xfe', 'application/x-mach-binary'],
  [0, '\xce\xfa\xed\xfe', 'application/x-mach-binary'],
  [0, '\xca\xfe\xba\xbe\x00\x00\x00', 'application/java-vm'],
  [0, 'L\x00\x00\x00\x01\x14\x02\x00', 'application/x-ms-shortcut'],
  [0, '\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3', 'application/onenote'],
  [0, 'ITSF', 'application/vnd.ms-htmlhelp'],
  [0, 'MSCF', 'application/vnd.ms-cab-compressed'],
  [0, 'Rar!\x1a\x07', 'application/x-rar-compressed'],
  [0, '7z\xbc\xaf\x27\x1c', 'application/x-7z-compressed'],
  [0, '\x1f\x8b', 'application/gzip'],
  [0, 'BZh', 'application/x-bzip2'],
  [0, '\xfd7zXZ\x00', 'application/x-xz'],
  [0, '\x28\xb5\x2f\xfd', 'application/zstd'],
  [0, '\x60\xea', 'application/x-arj'],
  [7, '**ACE**', 'application/x-ace-compressed'],
  [2, '-lh', 'application/x-lzh-compressed'],
  [257, 'ustar', 'application/x-tar'],
  [0, 'conectix', 'application/x-vhd'],
  [0, 'vhdxfile', 'application/x-vhdx'],
  [0, '{\\rtf', 'application/rtf'],
  [0, '\x78\x9f\x3e\x22', 'application/ms-tnef'],
  [0, 'FWS', 'application/x-shockwave-flash'],
  [0, 'CWS', 'application/x-shockwave-flash'],
  [8, 'WEBP', 'image/webp'],
  [0, 'BM', 'image/bmp'],
  [0, 'II*\x00', 'image/tiff'],
  [0, 'MM\x00*', 'image/tiff'],
  [0, '8BPS', 'image/vnd.adobe.photoshop'],
  [0, '\x00\x00\x01\x00', 'image/x-icon'],
  [0, 'ID3', 'audio/mpeg'],
  [0, '\xff\xfb', 'audio/mpeg'],
  [0, 'OggS', 'application/ogg'],
  [0, 'fLaC', 'audio/flac'],
  [8, 'WAVE', 'audio/wav'],
  [8, 'AVI ', 'video/vnd.avi'],
  [0, '\x1aE\xdf\xa3', 'video/matroska'],
  [0, 'SQLite format 3\x00', 'application/vnd.sqlite3'],
  [0, '-----BEGIN PGP', 'application/pgp-encrypted'],
  [0, 'BEGIN:VCALENDAR', 'text/calendar'],
  [0, 'BEGIN:VCARD', 'text/vcard'],
  [0, '#!', 'text/x-shellscript'],
  [0, '<?php', 'application/x-php'],
  [0, '%!PS', 'application/postscript'],
];

const OOXML = 'application/vnd.openxmlformats-officedocument';

/** What stands in the first entries of a zip container (ECMA-376 part 2, ODF 1.2 part 3). */
const ZIP_CONTENTS: readonly (readonly [mark: string, type: string])[] = [
  ['word/vbaProject.bin', 'application/vnd.ms-word.document.macroenabled.12'],
  ['xl/vbaProject.bin', 'application/vnd.ms-excel.sheet.macroenabled.12'],
  ['ppt/vbaProject.bin', 'application/vnd.ms-powerpoint.presentation.macroenabled.12'],
  ['word/', `${OOXML}.wordprocessingml.document`],
  ['xl/', `${OOXML}.spreadsheetml.sheet`],
  ['ppt/', `${OOXML}.presentationml.presentation`],
  ['AndroidManifest.xml', 'application/vnd.android.package-archive'],
  ['META-INF/MANIFEST.MF', 'application/java-archive'],
];

/** @returns a media type, or empty when nothing is recognised. */
export function sniffType(head: Uint8Array, isIso: boolean): string {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (isIso) return 'application/x-iso9660-image';
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return sniffZip(text);
  if (text.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return sniffCompound(text);
  if (text.startsWith('ftyp', 4)) return sniffBaseMedia(text.slice(8, 12));
  for (const [at, bytes, type] of SIGNATURES) if (text.startsWith(bytes, at)) return type;
  return sniffMarkup(text);
}

function sniffZip(text: string): string {
  const mimetype = /^[^]{30}mimetype(application\/[a-z0-9.+-]{3,80}?)(?:PK|$)/.exec(text)?.[1];
  if (mimetype !== undefined) return mimetype;
  const found = ZIP_CONTENTS.find(([mark]) => text.includes(mark));
  if (found !== undefined) return found[1];
  return text.includes('[Content_Types].xml') ? OOXML : 'application/zip';
}

/** MS-CFB: names in the directory are UTF-16; the first sectors often hold them. */
function sniffCompound(text: string): string {
  const has = (name: string): boolean => text.includes(name.replace(/(?!^)/g, '\x00'));
  if (has('WordDocument')) return 'application/msword';
  if (has('Workbook')) return 'application/vnd.ms-excel';
  if (has('PowerPoint Document')) return 'application/vnd.ms-powerpoint';
  if (has('__substg1.0')) return 'application/vnd.ms-outlook';
  if (has('EncryptedPackage')) return 'application/x-ole-encrypted';
  return 'application/x-cfb';
}

/** ISO/IEC 14496-12: the brand. */
function sniffBaseMedia(brand: string): string {
  if (/^(?:heic|heix|mif1|msf1)/.test(brand)) return 'image/heic';
  if (brand === 'avif') return 'image/avif';
  return brand === 'qt  ' ? 'video/quicktime' : 'video/mp4';
}

function sniffMarkup(text: string): string {
  const start = text
    .slice(0, 1024)
    .replace(/^(?:\xef\xbb\xbf)?\s+/, '')
    .toLowerCase();
  if (start.includes('<svg')) return 'image/svg+xml';
  if (/<(?:!doctype html|html|head|body|script|iframe|meta|title)[\s>]/.test(start)) {
    return 'text/html';
  }
  if (start.startsWith('<?xml') || start.startsWith('\xef\xbb\xbf<?xml')) return 'application/xml';
  return '';
}
