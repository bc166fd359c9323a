import { describe, expect, test } from 'vitest';
import { parseAddress } from './address.ts';
import { MAX_ASN_NAME_CHARS, parseAsnCsv } from './asn-csv.ts';
import { createAsnSource, decodeAsnTable, encodeAsnTable, type AsnSource } from './asn-table.ts';

const V4 = [
  '16777216,16777471,13335,"Cloudflare, Inc."',
  '16777472,16777727,64500,"A ""quoted"" name"',
  '4294967040,4294967295,64501,Zürich',
];
const V6 = [
  '42540488161975842760550356425300246528,42540488241204005274814694018844196863,6939,Hurricane',
  '42540766411282592856903984951653826560,42540766411282592875350729025363378175,64500,ignored',
];

function sourceOf(v4: readonly string[], v6: readonly string[]): AsnSource {
  const parts = parseAsnCsv(Buffer.from(v4.join('\n')), Buffer.from(v6.join('\r\n')));
  if (!parts.ok) throw new Error(parts.reason);
  const decoded = decodeAsnTable(encodeAsnTable(parts.value, 'v1'), 'v1');
  if (!decoded.ok) throw new Error(decoded.reason);
  return createAsnSource(decoded.value);
}

function ownerOf(source: AsnSource, text: string): string {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not an address.`);
  const owner = source(address);
  return owner === undefined ? 'none' : `${owner.asn} ${owner.name}`;
}

describe('the ASN table finds the owner of an address', () => {
  const source = sourceOf(V4, V6);
  test.each([
    ['0.255.255.255', 'none'],
    ['1.0.0.0', '13335 Cloudflare, Inc.'],
    ['1.0.0.255', '13335 Cloudflare, Inc.'],
    ['1.0.1.0', '64500 A "quoted" name'],
    ['1.0.2.0', 'none'],
    ['255.255.255.255', '64501 Zürich'],
    ['2000:ffff::', 'none'],
    ['2001::', '6939 Hurricane'],
    ['2001:0:ffff:ffff:ffff:ffff:ffff:ffff', '6939 Hurricane'],
    ['2001:1::', 'none'],
    ['2001:db8::', '64500 A "quoted" name'],
    ['2001:db8::ffff:ffff:ffff:ffff', '64500 A "quoted" name'],
    ['2001:db8:0:1::', 'none'],
  ])('%s: %s', (address, owner) => {
    expect(ownerOf(source, address)).toBe(owner);
  });
});

describe('the CSV reader', () => {
  test('leaves out one bad line among many', () => {
    const lines = Array.from(
      { length: 200 },
      (_, index) => `${index * 10},${index * 10 + 9},${index + 1},n`,
    );
    lines[50] = '505,480,7,backwards';
    expect(ownerOf(sourceOf(lines, V6), '0.0.1.244')).toBe('none');
    expect(ownerOf(sourceOf(lines, V6), '0.0.2.1')).toBe('52 n');
  });

  test.each([
    ['no table', 'hello\nworld\n'],
    ['out of order', '20,29,1,a\n10,19,2,b\n'],
    ['too large for IPv4', '1,4294967296,1,a\n'],
    ['an ASN beyond 32 bits', '1,2,4294967296,a\n'],
  ])('refuses what is %s', (_, text) => {
    const parts = parseAsnCsv(Buffer.from(text), Buffer.from(V6.join('\n')));
    expect(parts.ok ? '' : parts.reason).toMatch(/^IPv4: \d of \d lines/);
  });

  test('cuts a name at the bound', () => {
    const source = sourceOf([`1,2,7,${'x'.repeat(MAX_ASN_NAME_CHARS + 1)}`], V6);
    expect(ownerOf(source, '0.0.0.1')).toBe(`7 ${'x'.repeat(MAX_ASN_NAME_CHARS)}`);
  });
});

describe('a block that is not a whole table of this source is refused', () => {
  const parts = parseAsnCsv(Buffer.from(V4.join('\n')), Buffer.from(V6.join('\n')));
  if (!parts.ok) throw new Error(parts.reason);
  const good = encodeAsnTable(parts.value, 'v1');
  const changed = (change: (bytes: Uint8Array) => void): ArrayBuffer => {
    const copy = good.slice(0);
    change(new Uint8Array(copy));
    return copy;
  };
  test.each([
    ['empty', new ArrayBuffer(0), 'v1', 'It is too short.'],
    [
      'of another program',
      changed((bytes) => bytes.set([1], 0)),
      'v1',
      'It is not of this format.',
    ],
    ['of another version of the data', good, 'v2', 'It is of another source.'],
    ['cut off', good.slice(0, good.byteLength - 4), 'v1', 'It is cut off.'],
    ['damaged', changed((bytes) => bytes.fill(7, 70, 71)), 'v1', 'It is damaged.'],
  ])('%s', (_, block, source, reason) => {
    expect(decodeAsnTable(block, source)).toEqual({ ok: false, reason });
  });
});
