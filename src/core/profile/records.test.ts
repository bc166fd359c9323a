import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyedHash } from '../hash.ts';
import { UNKNOWN_NETWORK, type NetworkFacts } from '../network.ts';
import { AccountRecord, MAX_ADDRESSES } from './account-record.ts';
import { addressKey, addressText, addressWords } from './address-key.ts';
import { HEARD_BYTES } from './heard-record.ts';
import { IdentityProfile, MAX_CONTEXTS } from './identity-profile.ts';
import { openRecord } from './record.ts';
import { SourceRecord } from './source-record.ts';
import { addUsage, MAX_USAGE_ROWS, readUsage } from './usage-record.ts';

const hash = createKeyedHash(new Uint8Array(16));
const START = Date.parse('2026-03-02T09:00:00Z');
const DAY = 86_400_000;

function network(
  address: string,
  country = 'DE',
  changes: Partial<NetworkFacts> = {},
): NetworkFacts {
  const prefix = address.replace(/\d+$/, '0/24');
  return { ...UNKNOWN_NETWORK, address, country, prefix, place: prefix, ...changes };
}
const key = (facts: NetworkFacts) => addressKey(facts, hash);

describe('records and their versions', () => {
  const OLD = { kind: 0x77, version: 1, headerBytes: 8, bodyBytes: 4 };
  const NEW = { kind: 0x77, version: 2, headerBytes: 16, bodyBytes: 4 };

  it('widens a record of an older version and keeps its fields and sections', () => {
    const old = openRecord(undefined, OLD);
    old.set([1, 2, 3, 4], 4);
    old.set([9, 9, 9, 9], 8);
    const wide = openRecord(old, NEW);
    expect([...wide]).toEqual([2, 0x77, 16, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9]);
  });

  it('leaves a record of a newer version as it is', () => {
    const newer = openRecord(undefined, NEW);
    expect(openRecord(newer, OLD)).toBe(newer);
  });

  it('starts anew from bytes of another kind or of no kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => {
          const record = new AccountRecord(bytes);
          record.touch(key(network('192.0.2.1')), START, 'login');
          record.addresses();
          const profile = new IdentityProfile(bytes);
          profile.learnMessage({ nowMs: START, recipients: 1, hourOfWeek: 9 });
          profile.contexts();
          new SourceRecord(bytes).learnFailure(1, START);
        }).not.toThrow();
      }),
    );
  });

  it('survives damage inside a record of the right kind', () => {
    const good = new AccountRecord(undefined);
    for (let i = 0; i < 5; i++) good.touch(key(network(`192.0.${i}.1`)), START, 'login');
    const bytes = good.toBytes();
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.nat(255),
        fc.nat(bytes.length),
        (at, value, length) => {
          const damaged = bytes.slice(0, length);
          if (at < length) damaged[at] = value;
          expect(() => {
            const record = new AccountRecord(damaged);
            record.touch(key(network('198.51.100.1')), START, 'login');
            record.addresses();
            record.wrongSince(0);
          }).not.toThrow();
        },
      ),
    );
  });
});

describe('addresses of an account (ACC-7)', () => {
  it('keeps first and last use, and what it was used for', () => {
    const record = new AccountRecord(undefined);
    const home = key(network('192.0.2.7'));
    record.touch(home, START, 'login');
    record.touch(home, START + DAY, 'submission');
    record.touch(home, START + 2 * DAY, 'failure');
    expect(new AccountRecord(record.toBytes()).addresses()).toEqual([
      {
        address: '192.0.2.7',
        country: 'DE',
        place: home.place,
        firstMs: START,
        lastMs: START + 2 * DAY,
        logins: 1,
        failures: 1,
        submissions: 1,
      },
    ]);
  });

  it('makes room for a new address by forgetting the one unused for longest, failed ones first', () => {
    const record = new AccountRecord(undefined);
    record.touch(key(network('203.0.113.9')), START + DAY, 'failure');
    for (let i = 0; i < MAX_ADDRESSES; i++) {
      record.touch(key(network(`10.${i}.0.1`)), START + i * 1000, 'login');
    }
    const kept = record.addresses().map((row) => row.address);
    expect(kept).toHaveLength(MAX_ADDRESSES);
    expect(kept).not.toContain('203.0.113.9');
    expect(kept).toContain('10.0.0.1');
  });

  it('is not pushed out by a guesser with many addresses', () => {
    const record = new AccountRecord(undefined);
    const home = key(network('192.0.2.7'));
    record.touch(home, START, 'login');
    for (let i = 0; i < 500; i++) {
      record.touch(key(network(`10.${i % 250}.${i % 7}.1`)), START + DAY + i * 1000, 'failure');
    }
    expect(record.knowsAddress(home)).toBe(true);
  });

  it('counts places and countries of successful use in a window, each once (ACC-8, ACC-9)', () => {
    const record = new AccountRecord(undefined);
    record.touch(key(network('192.0.2.1')), START, 'login');
    record.touch(key(network('192.0.2.2')), START, 'login');
    record.touch(key(network('198.51.100.1', 'FR')), START, 'login');
    record.touch(key(network('203.0.113.1', 'US')), START, 'failure');
    const here = key(network('192.0.2.3'));
    expect(record.distinct(here, START - DAY)).toEqual({ places: 2, countries: 2 });
    expect(record.distinct(here, START + DAY)).toEqual({ places: 1, countries: 1 });
  });

  it('ACC-8: places that were used long before are not counted, wherever the account is used now', () => {
    const record = new AccountRecord(undefined);
    const now = START + 20 * DAY;
    for (const at of [START, now]) {
      for (let i = 0; i < 9; i += 1) record.touch(key(network(`10.${i}.0.1`)), at, 'login');
    }
    record.touch(key(network('192.0.2.1')), now, 'login');
    const places = (address: string): number =>
      record.distinct(key(network(address)), now - DAY, now - 14 * DAY).places;
    expect(places('192.0.2.1')).toBe(1);
    expect(places('10.1.0.1')).toBe(1);
    expect(places('198.51.100.1')).toBe(2);
    expect(record.distinct(key(network('10.1.0.1')), now - DAY).places).toBe(10);
  });

  it('counts all addresses of a named class as one place, and none of its countries (ACC-10)', () => {
    const record = new AccountRecord(undefined);
    const relay = (address: string, country: string) =>
      key(network(address, country, { class: 'relay', place: 'relay:Example' }));
    record.touch(relay('192.0.2.1', 'DE'), START, 'login');
    record.touch(relay('198.51.100.1', 'US'), START, 'login');
    expect(record.distinct(relay('203.0.113.1', 'BR'), START - DAY)).toEqual({
      places: 1,
      countries: 0,
    });
  });

  it("counts a rented machine as a place, and its country as nobody's journey (ACC-9, ACC-10)", () => {
    const record = new AccountRecord(undefined);
    const rented = key(network('198.51.100.1', 'FR', { class: 'hosting' }));
    record.touch(rented, START, 'login');
    const here = key(network('192.0.2.3'));
    expect(record.distinct(here, START - DAY)).toEqual({ places: 2, countries: 1 });
  });

  it('forgets places from before an unlock', () => {
    const record = new AccountRecord(undefined);
    record.touch(key(network('198.51.100.1', 'FR')), START, 'login');
    record.countFrom(START + 1000);
    expect(record.distinct(key(network('192.0.2.3')), START - DAY).places).toBe(1);
  });

  it('reads back every address it writes', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(addressText(addressWords(address))).toBe(address);
      }),
    );
    for (const address of [
      '2001:db8::1',
      '2001:db8:0:1::',
      'fe80::1:2:3:4',
      '::1',
      '2001:db8:1:2:3:4:5:6',
    ]) {
      expect(addressText(addressWords(address))).toBe(address);
    }
  });
});

describe('failed logins of a source (ACC-6)', () => {
  it('counts distinct wrong passwords in a window', () => {
    const source = new SourceRecord(undefined);
    for (const guess of [1, 2, 2, 3]) source.learnFailure(guess, START);
    expect(source.distinctSince(START - 1000)).toBe(3);
    expect(source.distinctSince(START + DAY)).toBe(0);
    expect(source.failures).toBe(4);
  });
});

describe('identity profile (SND-4)', () => {
  it('learns what is usual over days', () => {
    const profile = new IdentityProfile(undefined);
    for (let day = 0; day < 30; day++) {
      for (let i = 0; i < 10; i++) {
        profile.learnMessage({
          nowMs: START + day * DAY + i * 60_000,
          recipients: 2,
          hourOfWeek: 9,
        });
      }
    }
    expect(profile.usualRecipientsPerDay).toBeCloseTo(20, 0);
    expect(profile.messages).toBe(300);
    expect(profile.activeDays).toBe(30);
    expect(profile.hours.share(9)).toBeGreaterThan(0.9);
  });

  const sizeAfter = (contexts: number): number => {
    const profile = new IdentityProfile(undefined);
    const account = new AccountRecord(undefined);
    for (let i = 0; i < contexts; i++) {
      const nowMs = START + i * 60_000;
      profile.learnContext([i, i], { nowMs, accepted: true, network: UNKNOWN_NETWORK });
      account.touch(key(network(`10.${i % 250}.${i % 13}.1`)), nowMs, 'login');
    }
    expect(profile.contexts().length).toBeLessThanOrEqual(MAX_CONTEXTS);
    return profile.toBytes().length + account.toBytes().length;
  };

  it('stays within 5 KiB for a usual person, with who writes to it', () => {
    expect(sizeAfter(4) + HEARD_BYTES).toBeLessThan(5 * 1024);
  });

  it('stays within 6 KiB when it was used from 100,000 contexts', () => {
    expect(sizeAfter(100_000)).toBeLessThan(6 * 1024);
  });
});

describe('usage lists', () => {
  it('keeps the most used names and counts days', () => {
    let record: Uint8Array | undefined;
    for (let i = 0; i < 40; i++) {
      record = addUsage(record, `s${i}@example.org`, { nowMs: START, recipients: 1 });
      record = addUsage(record, 'often@example.org', { nowMs: START + i * DAY, recipients: 2 });
    }
    const rows = readUsage(record);
    expect(rows).toHaveLength(MAX_USAGE_ROWS);
    expect(rows.find((row) => row.name === 'often@example.org')).toMatchObject({
      messages: 40,
      recipients: 80,
      days: 40,
    });
  });

  it('reads damaged bytes as an empty list', () => {
    expect(readUsage(new Uint8Array([1, 2, 3]))).toEqual([]);
  });
});
