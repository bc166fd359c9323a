import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { parseAddress, parseNetwork, PrefixTable } from './prefix-table.ts';

const V4 = fc.ipV4();
const V6 = fc.ipV6().filter((text) => ipaddr.isValid(text));

describe('reading addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1/120', '192.0.2.0/24'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8:1:2:3::/48', '2001:db8:1::/48'],
    ['192.0.2.256', undefined],
    ['192.0.2.01', undefined],
    ['192.0.2', undefined],
    ['192.0.2.1.', undefined],
    ['.192.0.2.1', undefined],
    ['3221225985', undefined],
    ['192.0.2.1/', undefined],
    ['192.0.2.1/33', undefined],
    ['192.0.2.1/-1', undefined],
    ['2001:db8::/129', undefined],
    ['fe80::1%eth0', 'fe80::1'],
    ['', undefined],
    ['\0', undefined],
  ])('%s is %s', (text, expected) => {
    expect(parseNetwork(text)?.text).toBe(expected);
  });

  test('any text is an address or nothing, and never an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 60 }), V4, V6), (text) => {
        const address = parseAddress(text);
        if (address === undefined) return;
        expect(address.words).toHaveLength(address.family === 4 ? 1 : 4);
        for (const word of address.words) expect(word).toBe(word >>> 0);
      }),
    );
  });
});

describe('the table', () => {
  test('finds the longest network that holds the address, as ipaddr.js sees it', () => {
    const network = fc.oneof(
      fc.tuple(V4, fc.integer({ min: 0, max: 32 })),
      fc.tuple(V6, fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(fc.array(network, { maxLength: 20 }), fc.oneof(V4, V6), (networks, address) => {
        const table = new PrefixTable<number>();
        const read = networks.map(([text, bits]) => parseNetwork(`${text}/${bits}`));
        for (const known of read) if (known !== undefined) table.set(known, known.bits);
        const parsed = ipaddr.process(address);
        const longest = read
          .filter((known) => known !== undefined)
          .filter((known) => {
            const range = ipaddr.parseCIDR(
              known.text.includes('/') ? known.text : full(known.text),
            );
            return range[0].kind() === parsed.kind() && parsed.match(range);
          })
          .reduce<number | undefined>((most, { bits }) => Math.max(most ?? 0, bits), undefined);
        expect(table.find(parseAddress(address)!, () => true)).toBe(longest);
      }),
    );
  });

  test('forgets what is deleted', () => {
    const table = new PrefixTable<string>();
    const wide = parseNetwork('192.0.2.0/24')!;
    const narrow = parseNetwork('192.0.2.1')!;
    table.set(wide, 'wide');
    table.set(narrow, 'narrow');
    table.delete(narrow);
    expect(table.find(parseAddress('192.0.2.1')!, () => true)).toBe('wide');
    table.delete(wide);
    expect(table.isEmpty).toBe(true);
  });
});

function full(text: string): string {
  return `${text}/${text.includes(':') ? 128 : 32}`;
}
