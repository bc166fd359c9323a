import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { FINGERPRINT_ROWS } from './derived.ts';
import {
  bandsOf,
  equalRows,
  formatFingerprint,
  mergeMinima,
  mix,
  NEAR_DUPLICATE_ROWS,
  parseFingerprint,
  runsIn,
} from './fingerprint.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const rows = fc
  .array(word, { minLength: FINGERPRINT_ROWS, maxLength: FINGERPRINT_ROWS })
  .map((values) => new Uint32Array(values));
const fingerprint = (...paragraphs: string[]) =>
  mergeMinima((derivedFrom(paragraphs).blocks ?? []).map(({ minima }) => minima));

describe('fingerprints (CON-2)', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(rows, (value) => {
        expect(parseFingerprint(formatFingerprint(value))).toEqual(value);
      }),
    );
  });

  it('are refused when they are none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseFingerprint(text)).toBeUndefined();
      }),
    );
    expect(parseFingerprint('!'.repeat(171))).toBeUndefined();
    expect(parseFingerprint('€'.repeat(171))).toBeUndefined();
  });

  it('share a band nearly always when they are near duplicates', () => {
    let shared = 0;
    for (let n = 0; n < 2_000; n += 1) {
      const value = new Uint32Array(FINGERPRINT_ROWS).map((_, i) => mix(n * 100 + i));
      const order = [...value.keys()].sort((a, b) => mix(a + n * 37) - mix(b + n * 37));
      const differ = order.slice(NEAR_DUPLICATE_ROWS);
      const other = value.map((row, i) => (differ.includes(i) ? row ^ 1 : row));
      expect(equalRows(value, other)).toBe(NEAR_DUPLICATE_ROWS);
      const bands = bandsOf(other);
      if (bandsOf(value).some((band, i) => band === bands[i])) shared += 1;
    }
    expect(shared).toBeGreaterThan(1_940);
  });

  it('are near for one text with another name in it, and far for two texts', () => {
    const letter =
      'we offer you a private loan at three percent without any check of your income or your debts ' +
      'paid to your bank within two days if you write to our officer today';
    const offer = fingerprint('Dear Ann,', letter);
    expect(equalRows(offer, fingerprint('Dear Bob Smith,', letter))).toBeGreaterThanOrEqual(20);
    const other = fingerprint(
      'the lorry stands at gate four and waits for your papers since eight in the morning',
    );
    expect(equalRows(offer, other)).toBeLessThan(3);
  });

  it('tell about how many runs of words there are, however often they are said', () => {
    const line = 'sorry for the late answer it has been a hundred days of meetings ';
    expect(runsIn(fingerprint(line))).toBeLessThan(20);
    expect(runsIn(fingerprint(line.repeat(10)))).toBeLessThan(25);
    const text = Array.from({ length: 130 }, (_, i) => `w${mix(i)}`).join(' ');
    expect(runsIn(fingerprint(text))).toBeGreaterThan(80);
    expect(runsIn(fingerprint(text))).toBeLessThan(200);
  });
});
