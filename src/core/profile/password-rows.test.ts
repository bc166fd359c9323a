import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyedHash } from '../hash.ts';
import { UNKNOWN_NETWORK } from '../network.ts';
import { AccountRecord } from './account-record.ts';
import { addressKey } from './address-key.ts';

const hash = createKeyedHash(new Uint8Array(16));
const START = Date.parse('2026-03-02T09:00:00Z');
const DAY = 86_400_000;
const HOME = addressKey({ ...UNKNOWN_NETWORK, address: '192.0.2.7', place: '192.0.2.0/24' }, hash);

describe('passwords of an account (ACC-6, ACC-12)', () => {
  const wrongOf = (record: AccountRecord) => record.wrongSince(START);

  it('keeps the same wrong password once for each network it came from', () => {
    const record = new AccountRecord(undefined);
    for (const network of [1, 1, 2, 1]) record.learnWrong(7, network, START);
    expect(wrongOf(record)).toEqual([
      { hash: 7, network: 1 },
      { hash: 7, network: 2 },
    ]);
    expect([record.knowsWrong(7), record.knowsWrong(7, 3)]).toEqual([true, false]);
  });

  it('sees as many networks together as there are rows, however many guesses each makes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 15 }), { maxLength: 300 }), (networks) => {
        const record = new AccountRecord(undefined);
        networks.forEach((network, i) => {
          record.learnWrong(i + 1, network, START + i * 1000);
        });
        const seen = new Set(wrongOf(record).map((row) => row.network));
        expect(seen).toEqual(new Set(networks));
        expect(wrongOf(record).length).toBeLessThanOrEqual(16);
      }),
    );
  });

  it('remembers the latest networks when there are more', () => {
    const record = new AccountRecord(undefined);
    for (let i = 0; i < 40; i++) record.learnWrong(i + 1, i, START + i * 1000);
    const seen = wrongOf(record).map((row) => row.network);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => 24 + i));
  });

  it('takes no password that ever worked for a new one, and few new ones for old', () => {
    const record = new AccountRecord(undefined);
    const passwordOf = (n: number) => hash.low(`password ${n}`);
    for (let n = 0; n < 30; n++) record.learnPassword(passwordOf(n), START + n * DAY);
    expect(record.knowsPassword(passwordOf(0))).toBe(false);
    const old = Array.from({ length: 30 }, (_, n) => record.everKnewPassword(passwordOf(n)));
    expect(old).not.toContain(false);
    const fresh = Array.from({ length: 1000 }, (_, n) => passwordOf(1000 + n));
    expect(fresh.filter((password) => record.everKnewPassword(password)).length).toBeLessThan(20);
  });

  it('widens a record of version 1, whose passwords stay known', () => {
    const current = new AccountRecord(undefined);
    for (let n = 1; n <= 8; n++) current.learnPassword(hash.low(`p${n}`), START);
    current.learnWrong(7, 1, START);
    current.touch(HOME, START, 'login');
    const bytes = current.toBytes();
    const headerBytes = (bytes[2] ?? 0) + 256 * (bytes[3] ?? 0);
    const old = new Uint8Array([...bytes.slice(0, 48), ...bytes.slice(headerBytes)]);
    old.set([1, 0xa0, 48, 0]);
    const widened = new AccountRecord(old);
    for (let n = 9; n <= 16; n++) widened.learnPassword(hash.low(`p${n}`), START);
    const known = Array.from({ length: 16 }, (_, n) =>
      widened.everKnewPassword(hash.low(`p${n + 1}`)),
    );
    expect(known).not.toContain(false);
    expect(widened.knowsWrong(7, 1)).toBe(true);
    expect(widened.addresses().map((row) => row.address)).toEqual(['192.0.2.7']);
  });

  it('remembers passwords that worked, and tells an unseen one', () => {
    const record = new AccountRecord(undefined);
    expect(record.knowsAnyPassword).toBe(false);
    record.learnPassword(5, START);
    expect([record.knowsPassword(5), record.knowsPassword(6)]).toEqual([true, false]);
  });
});
