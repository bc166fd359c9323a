import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  compileNetworkRules,
  matchesNetworkRule,
  MAX_NETWORK_RULE_CHARS,
  MAX_NETWORK_RULES,
  parseIpv4,
  parseIpv6,
} from './network-rule.ts';
import { UNKNOWN_NETWORK, type NetworkFacts } from './network.ts';

function facts(address: string, country = '', asn = 0): NetworkFacts {
  return { ...UNKNOWN_NETWORK, address, country, asn };
}

describe('a network rule matches (ACC-4)', () => {
  const table: readonly [rule: string, facts: NetworkFacts, expected: boolean][] = [
    ['192.0.2.0/24', facts('192.0.2.255'), true],
    ['192.0.2.0/24', facts('192.0.3.0'), false],
    ['192.0.2.77/24', facts('192.0.2.1'), true],
    ['192.0.2.1', facts('192.0.2.1'), true],
    ['192.0.2.1', facts('192.0.2.2'), false],
    ['0.0.0.0/0', facts('255.255.255.255'), true],
    ['0.0.0.0/0', facts('2001:db8::1'), false],
    ['128.0.0.0/1', facts('127.255.255.255'), false],
    ['2001:db8::/32', facts('2001:db8:ffff::1'), true],
    ['2001:db8::/32', facts('2001:db9::1'), false],
    ['2001:DB8:0:8000::/49', facts('2001:db8:0:8000::1'), true],
    ['2001:db8:0:8000::/49', facts('2001:db8:0:7fff::1'), false],
    ['2001:db8::1', facts('2001:db8::1'), true],
    ['2001:db8::1', facts('2001:db8::2'), false],
    ['::/0', facts('fe80::1'), true],
    ['::ffff:192.0.2.0/120', facts('192.0.2.9'), true],
    ['country:DE', facts('192.0.2.1', 'DE'), true],
    ['country:de', facts('192.0.2.1', 'DE'), true],
    ['country:DE', facts('192.0.2.1', 'FR'), false],
    ['country:DE', facts('192.0.2.1'), false],
    ['asn:3320', facts('192.0.2.1', '', 3320), true],
    ['asn:AS3320', facts('192.0.2.1', '', 3320), true],
    ['asn:3320', facts('192.0.2.1', '', 332), false],
    ['0.0.0.0/0', facts(''), false],
  ];
  test.each(table)('%s against %o: %s', (rule, known, expected) => {
    expect(compileNetworkRules([rule]).ok).toBe(true);
    expect(matchesNetworkRule(known, rule)).toBe(expected);
  });

  test('when any rule of the list does', () => {
    const compiled = compileNetworkRules([
      '10.0.0.0/8',
      'country:AT',
      'asn:64500',
      '2001:db8::/32',
    ]);
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(compiled.value(facts('10.1.2.3'))).toBe(true);
    expect(compiled.value(facts('192.0.2.1', 'AT'))).toBe(true);
    expect(compiled.value(facts('192.0.2.1', 'DE', 64500))).toBe(true);
    expect(compiled.value(facts('2001:db8::9'))).toBe(true);
    expect(compiled.value(facts('192.0.2.1', 'DE', 64501))).toBe(false);
  });

  test('never for an empty list', () => {
    const compiled = compileNetworkRules([]);
    expect(compiled.ok && compiled.value(facts('192.0.2.1', 'DE', 3320))).toBe(false);
  });
});

describe('a mistaken network rule is refused with a sentence', () => {
  test.each([
    ...['', 'DE', 'country:DEU', 'country:', 'asn:0', 'asn:4294967296', 'asn:x', '192.0.2.0/33'],
    ...[
      '192.0.2.0/-1',
      '192.0.2.0/08',
      '192.0.2',
      '192.0.2.01',
      '2001:db8::/129',
      '1::2::3',
      ':::',
    ],
    ...[
      '2001:db8::g',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7',
      '::ffff:1.2.3.256',
      '1.2.3.4::',
      ' ::1',
    ],
  ])('%j', (rule) => {
    const compiled = compileNetworkRules(['10.0.0.0/8', rule]);
    expect(compiled).toEqual({
      ok: false,
      reason: `"${rule}" is not a network rule. Write a CIDR such as 192.0.2.0/24, country:DE or asn:3320.`,
    });
    expect(matchesNetworkRule(facts('192.0.2.1'), rule)).toBe(false);
  });

  test('that stays short when the rule is longer than any rule can be', () => {
    const compiled = compileNetworkRules(['1'.repeat(MAX_NETWORK_RULE_CHARS + 1)]);
    expect(compiled.ok ? '' : compiled.reason).toMatch(/^"1{45}\.\.\." is not a network rule/);
  });

  test('a list over the bound is refused', () => {
    const rules = new Array<string>(MAX_NETWORK_RULES).fill('10.0.0.0/8');
    expect(compileNetworkRules(rules).ok).toBe(true);
    expect(compileNetworkRules([...rules, '10.0.0.0/8'])).toEqual({
      ok: false,
      reason: `${MAX_NETWORK_RULES + 1} network rules are too many; the bound is ${MAX_NETWORK_RULES}.`,
    });
  });
});

// RFC 4291 section 2.5.5.1: ::1.2.3.4 is not ::ffff:1.2.3.4; ipaddr.js reads it so.
const isNotCompatible = (text: string): boolean => !/^::\d+\./.test(text);

describe('the address readers agree with those of Node and ipaddr.js', () => {
  test('on every IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(parseIpv4(text)).toBe(
          ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0),
        );
      }),
    );
  });

  test('on every IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6().filter(isNotCompatible), (text) => {
        const { parts } = ipaddr.IPv6.parse(text);
        const words = parseIpv6(text);
        expect(words?.flatMap((word) => [Math.floor(word / 65536), word % 65536])).toEqual(parts);
      }),
    );
  });

  test('on what is no address', () => {
    const nearly = fc.string({ unit: fc.constantFrom('0', '1', '2', '5', 'a', 'f', '.', ':') });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        expect(parseIpv4(text) >= 0).toBe(isIPv4(text));
        expect(parseIpv6(text) !== undefined).toBe(isIPv6(text) && !text.includes('%'));
      }),
      { numRuns: 2000 },
    );
  });
});
