/** The login policy protocol as values: bodies, logins, addresses, json11 style. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAllowReply,
  formatJson,
  formatTime,
  parseBody,
  parseClientAddress,
  parseLoginTuple,
  parseNetwork,
} from './auth-policy.ts';

describe('a client address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['192.0.2.7:99', '192.0.2.7'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:143', '2001:db8::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:25', '192.0.2.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::', '::'],
  ])('%s is %s', (text, address) => {
    expect(parseClientAddress(text)).toBe(address);
  });

  it.each([
    '',
    ' ',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1..2.3',
    '.1.2.3.4',
    '1.2.3.',
    '256.0.0.1',
    '127.0.01',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4:',
    '1.2.3.4:999999',
    '[1.2.3.4]',
    '[::1',
    '::1]',
    ':::1',
    '1.2.3.4/24',
    '::1 ',
  ])('"%s" is none', (text) => {
    expect(parseClientAddress(text)).toBeUndefined();
  });

  it('is normal when it was read once', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseClientAddress(text);
        expect(address).toBeDefined();
        expect(parseClientAddress(address ?? '')).toBe(address);
      }),
    );
  });

  it('is read from any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseClientAddress(text)));
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('0', '1', '25', 'a', 'f', ':', '.', '[', ']', '%', '/'),
        }),
        (text) => {
          parseClientAddress(text);
          parseNetwork(text);
        },
      ),
    );
  });
});

describe('a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:db8:1::/48', '2001:db8:1::/48'],
    ['2001:db8:1::7/128', '2001:db8:1::7'],
    ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
    ['192.0.2.0/33', undefined],
    ['2001:db8::/129', undefined],
    ['::ffff:192.0.2.7/95', undefined],
    ['192.0.2.0/', undefined],
    ['192.0.2.0/-1', undefined],
    ['192.0.2.0/24/24', undefined],
    ['192.0.2.0/255.255.255.0', undefined],
  ])('%s is %s', (text, network) => {
    expect(parseNetwork(text)).toBe(network);
  });
});

describe('a body', () => {
  it('of 200 levels is read, of 201 not', () => {
    const deep = (levels: number): string =>
      `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(parseBody(deep(200)).ok).toBe(true);
    expect(parseBody(deep(201)).ok).toBe(false);
  });

  it('may hold brackets and escaped quotes in its strings', () => {
    const value = { a: `\\"${'['.repeat(300)}"`, b: '{'.repeat(300) };
    expect(parseBody(JSON.stringify(value))).toEqual({ ok: true, value });
  });

  it('of any kind is read or refused, and a login from it too, without throwing', () => {
    const names = ['login', 'remote', 'pwhash', 'success', 'policy_reject', 'attrs', 'tls'];
    const body = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          body.map((b) => JSON.stringify(b)),
        ),
        (text) => {
          const read = parseBody(text);
          if (!read.ok) return;
          const tuple = parseLoginTuple(read.value);
          if (tuple.ok) expect([true, false, undefined]).toContain(tuple.value.success);
        },
      ),
    );
  });
});

describe('json11 style', () => {
  it('sorts keys and puts a space after colons and commas', () => {
    const value = { b: [1, 'x', null, { d: false }], a: { z: 1, y: undefined } };
    expect(formatJson(value)).toBe('{"a": {"z": 1}, "b": [1, "x", null, {"d": false}]}');
  });

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(formatJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('never shows a second status or msg to the parser of Dovecot 2.3', () => {
    const attributes = { status: '0', msg: 'x', reference: 'A', key: '"ip"' };
    expect(formatAllowReply({ status: -1, message: 'No "thanks"', attributes })).toBe(
      String.raw`{"msg": "No \"thanks\"", "r_attrs": {"key": "\"ip\"", "reference": "A"}, "status": -1}`,
    );
  });

  it.each([
    [Date.UTC(2026, 10, 20, 21, 40, 3, 999), '2026-Nov-20 21:40:03'],
    [Date.UTC(2027, 0, 1), '2027-Jan-01 00:00:00'],
  ])('prints times as weakforced does', (ms, text) => {
    expect(formatTime(ms)).toBe(text);
  });
});

describe('a login', () => {
  it('keeps plain text attributes, at most 64, and drops lists', () => {
    const attrs = Object.fromEntries([
      ['many', ['a', 'b']],
      ...Array.from({ length: 70 }, (_, i) => [`a${i}`, 'x']),
    ]) as Record<string, unknown>;
    const tuple = parseLoginTuple({ attrs });
    const kept = tuple.ok ? Object.keys(tuple.value.attributes) : [];
    expect(kept).toHaveLength(64);
    expect(kept).not.toContain('many');
  });

  it('has its device cut at 1,024 characters', () => {
    const tuple = parseLoginTuple({ device_id: 'x'.repeat(5_000) });
    expect(tuple.ok && tuple.value.deviceId.length).toBe(1_024);
  });
});
