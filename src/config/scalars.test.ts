/** Values with units: read, bounded, and written back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { duration, formatDuration, formatSize, parseDuration, parseSize } from './amounts.ts';
import {
  MAX_SOCKET_PATH_BYTES,
  domain,
  isLocal,
  listenAddress,
  normaliseNetwork,
  place,
} from './net-values.ts';
import { day, text, timeOfDay } from './scalars.ts';
import { MAX_TEXT_LENGTH } from './text-kind.ts';

describe('units', () => {
  // prettier-ignore
  test.each([
    ['30s', 30_000], ['1h', 3_600_000], ['7d', 604_800_000], ['1500ms', 1_500], ['0.5h', 1_800_000],
    ['2 m', 120_000], ['5', undefined], ['h', undefined], ['-1h', undefined], ['1H', undefined],
    ['1h30m', undefined], ['', undefined], ['1e3s', undefined],
  ])('the duration "%s" is %s ms', (given, ms) => {
    expect(parseDuration(given)).toBe(ms);
  });

  // prettier-ignore
  test.each([
    ['64MiB', 67_108_864], ['1KiB', 1_024], ['200B', 200], ['64MB', undefined], ['64', undefined],
  ])('the size "%s" is %s bytes', (given, bytes) => {
    expect(parseSize(given)).toBe(bytes);
  });

  test('what is formatted parses to the same', () => {
    fc.assert(fc.property(fc.nat(), (n) => parseDuration(formatDuration(n)) === n));
    fc.assert(fc.property(fc.nat(), (n) => parseSize(formatSize(n)) === n));
    const minutes = fc.integer({ min: 0, max: 1_440 });
    fc.assert(fc.property(minutes, (n) => timeOfDay().decode(timeOfDay().encode(n)) === n));
  });

  test('the ends of a range are part of it', () => {
    const range = duration('1s', '8s');
    expect(['1s', '8s', '999ms', '9s'].map((each) => range.safeParse(each).success)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('addresses', () => {
  // prettier-ignore
  test.each([
    ['192.0.2.9/24', '192.0.2.0/24'], ['192.0.2.9', '192.0.2.9/32'], ['2001:db8::1/32', '2001:db8::/32'],
    ['::1', '::1/128'], ['10.1', undefined], ['10.0.0.0/33', undefined], ['10.0.0.0/-1', undefined],
    ['10.0.0.0/8/8', undefined], ['', undefined], ['/8', undefined], ['2001:db8::/129', undefined],
    ['0x7f.0.0.1', undefined], ['10.0.0.0/ 8', undefined],
  ])('the network "%s" is %s', (given, network) => {
    expect(normaliseNetwork(given)).toBe(network);
  });

  // prettier-ignore
  test.each([
    ['127.0.0.1:10040', true], ['localhost:1', true], ['[::1]:25', true], ['unix:/run/p.sock', true],
    ['127.0.0.1', false], ['127.0.0.1:65536', false], ['::1:25', false], ['[x]:25', false],
    ['unix:p.sock', false], [`unix:/${'x'.repeat(MAX_SOCKET_PATH_BYTES - 1)}`, true],
    [`unix:/${'x'.repeat(MAX_SOCKET_PATH_BYTES)}`, false], [':25', false], ['a b:25', false],
  ])('"%s" can be listened on: %s', (given, expected) => {
    expect(listenAddress().safeParse(given).success).toBe(expected);
  });

  // prettier-ignore
  test.each([
    ['de', 'DE'], ['GB', 'GB'], ['UK', undefined], ['XX', undefined], ['ZZ', undefined], ['XK', 'XK'], ['D1', undefined],
  ])('country:%s is the country %s', (given, code) => {
    const found = place().safeParse(`country:${given}`);
    expect(found.success ? found.data : undefined).toBe(code && `country:${code}`);
  });

  test('only loopback and sockets are local', () => {
    const given = [
      '127.0.0.1:1',
      '[::1]:1',
      'localhost:1',
      'unix:/a',
      '0.0.0.0:1',
      '[::]:1',
      'mx:1',
    ];
    expect(given.map(isLocal)).toEqual([true, true, true, true, false, false, false]);
  });
});

describe('words', () => {
  test('a domain is lower case, without @, and at most 253 characters', () => {
    expect(domain().parse('Example.ORG')).toBe('example.org');
    const long = `${'a.'.repeat(126)}aa`;
    expect(domain().safeParse(long).success).toBe(false);
    expect(domain().safeParse('-a.example').success).toBe(false);
    expect(domain().safeParse('20260101').success).toBe(true);
  });

  test('a day exists in the calendar', () => {
    const exists = (given: string) => day().safeParse(given).success;
    expect(['12-25', '02-29', '2024-02-29', '2023-02-29', '13-01', '1-1'].map(exists)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('a text has a bound', () => {
    expect(text('x').safeParse('x'.repeat(MAX_TEXT_LENGTH)).success).toBe(true);
    expect(text('x').safeParse('x'.repeat(MAX_TEXT_LENGTH + 1)).success).toBe(false);
  });
});
