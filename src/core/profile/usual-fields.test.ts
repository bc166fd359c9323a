import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_NETWORK } from '../network.ts';
import { createKeyedHash } from '../hash.ts';
import { AccountRecord, MAX_ADDRESSES } from './account-record.ts';
import { addressKey } from './address-key.ts';
import { USUAL_BYTES, UsualFields } from './usual-fields.ts';

const hash = createKeyedHash(new Uint8Array(16));
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);

const fields = (bytes = new Uint8Array(USUAL_BYTES)): UsualFields =>
  new UsualFields(new DataView(bytes.buffer), 0);

describe('what is usual of the places of an account', () => {
  it('keeps its last four providers, and an unknown one is none', () => {
    const usual = fields();
    for (const asn of [1, 2, 2, 3, 4, 0, 5]) usual.learnProvider(asn);
    expect([0, 1, 2, 3, 4, 5].map((asn) => usual.usesProvider(asn))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('keeps the last session of a webmail', () => {
    const usual = fields();
    usual.learnSession({ place: 7, atMs: START, strangeness: 2.5 });
    expect(usual.session).toEqual({ place: 7, atMs: START, strangeness: 2.5 });
  });

  it('takes damaged bytes for no evidence beyond what there can be', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: USUAL_BYTES, maxLength: USUAL_BYTES }), (bytes) => {
        const { strangeness } = fields(bytes).session;
        expect(strangeness >= 0 && strangeness <= 6).toBe(true);
      }),
    );
  });
});

describe('the rows of addresses', () => {
  it("a telephone's many addresses push out no place where the owner has been for weeks (ACC-12)", () => {
    const record = new AccountRecord(undefined);
    const key = (address: string, place: string) =>
      addressKey({ ...UNKNOWN_NETWORK, address, country: 'DE', place }, hash);
    const home = key('192.0.2.7', '192.0.2.0/24');
    record.touch(home, START, 'login');
    for (let i = 0; i < 3 * MAX_ADDRESSES; i += 1) {
      const phone = key(`203.0.113.${i}`, '203.0.113.0/24');
      record.touch(phone, START + DAY + i * 60_000, 'login');
    }
    expect(record.knowsPlace(home.place, START)).toBe(true);
    const phone = key('203.0.113.1', '203.0.113.0/24');
    // Its own place has been known since its first address, which is long forgotten.
    expect(record.knowsPlace(phone.place, START + DAY)).toBe(true);
    expect(record.addresses()).toHaveLength(MAX_ADDRESSES);
  });
});
