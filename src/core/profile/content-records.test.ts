/** Standing records of what messages have in common: bounded, and never wrong for a damaged one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf } from '../../../test/derived.ts';
import { mergeMinima, mix } from '../message/fingerprint.ts';
import { addCluster, BAND_ROWS, clustersIn } from './band-record.ts';
import {
  BOILERPLATE_BYTES,
  learnBlocks,
  MAX_BOILERPLATE_ROWS,
  withoutBoilerplate,
} from './boilerplate-record.ts';
import { CLUSTER_BYTES, ClusterRecord, MAX_CLUSTER_ACCOUNTS, rankOf } from './cluster-record.ts';
import { SEEN_BY_ACCOUNT, SeenRecord, type SeenItem } from './seen-record.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const HOUR = 3_600_000;
const item = (n: number): SeenItem => [mix(n + 1), mix(n + 100_000)];
const rowsOf = (text: string) => mergeMinima([blockOf(text).minima]);

describe('what was seen before', () => {
  it('knows what it learnt, and hardly ever what it did not', () => {
    const seen = new SeenRecord(undefined, SEEN_BY_ACCOUNT);
    for (let n = 0; n < 90; n += 1) seen.learn([item(n)], NOW);
    for (let n = 0; n < 90; n += 1) expect(seen.has(item(n))).toBe(true);
    const wrong = Array.from({ length: 2_000 }, (_, n) => seen.has(item(1_000 + n)));
    expect(wrong.filter(Boolean).length).toBeLessThan(60);
    expect(seen.messages).toBe(90);
  });

  it('never grows, and forgets in turns what is not seen again', () => {
    const seen = new SeenRecord(undefined, SEEN_BY_ACCOUNT);
    const { length } = seen.toBytes();
    seen.learn([item(1)], NOW);
    seen.learn([item(2)], NOW + 50 * 24 * HOUR);
    expect([seen.has(item(1)), seen.has(item(2))]).toEqual([true, true]);
    seen.learn([item(3)], NOW + 100 * 24 * HOUR);
    expect([seen.has(item(1)), seen.has(item(2))]).toEqual([false, true]);
    for (let n = 0; n < 5_000; n += 1) seen.learn([item(n)], NOW);
    expect(seen.toBytes()).toHaveLength(length);
  });

  it('starts anew when the record is damaged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const seen = new SeenRecord(bytes, SEEN_BY_ACCOUNT);
        seen.learn([item(1)], NOW);
        expect(seen.has(item(1))).toBe(true);
      }),
    );
  });
});

describe('buckets of near duplicates', () => {
  it('give the clusters of a band for as long as they count', () => {
    const bucket = addCluster(undefined, 0xabcd1234, { cluster: 77, nowMs: NOW });
    expect(clustersIn(bucket, 0xabcd1234, NOW - HOUR)).toEqual([77]);
    expect(clustersIn(bucket, 0xabcd1234, NOW + HOUR)).toEqual([]);
    expect(clustersIn(bucket, 0xffff1234, NOW - HOUR)).toEqual([]);
  });

  it('hold a fixed number; the one unseen for longest makes room', () => {
    let bucket: Uint8Array | undefined;
    for (let n = 0; n < BAND_ROWS; n += 1) {
      bucket = addCluster(bucket, 1, { cluster: n, nowMs: NOW + n * 1000 });
    }
    const { length } = bucket ?? [];
    bucket = addCluster(bucket, 1, { cluster: 0, nowMs: NOW + HOUR });
    bucket = addCluster(bucket, 1, { cluster: 99, nowMs: NOW + HOUR });
    expect(bucket).toHaveLength(length);
    expect([...clustersIn(bucket, 1, NOW)].sort((a, b) => a - b)).toEqual([
      0, 2, 3, 4, 5, 6, 7, 99,
    ]);
  });
});

describe('one text and who sent it', () => {
  const rows = rowsOf('we offer you a private loan at three percent without any check of income');
  const use = { rows, account: 1, tenant: 1, nowMs: NOW, isNew: true, recipients: 1 };

  it('counts accounts, tenants and authors once, for 72 hours', () => {
    let record = new ClusterRecord(undefined, use);
    for (const account of [1, 2, 2, 3]) record.learn({ ...use, account, tenant: account % 2 });
    record.learn({ ...use, account: 4, tenant: 4, isNew: false });
    record = new ClusterRecord(record.toBytes(), use);
    expect(record.countWith({ ...use, account: 5, tenant: 1 })).toEqual({
      accounts: 5,
      tenants: 3,
      authors: 4,
      messages: 6,
      recipients: 1,
      firstMs: NOW,
    });
    const later = { ...use, account: 9, nowMs: NOW + 73 * HOUR };
    expect(new ClusterRecord(record.toBytes(), later).countWith(later)).toMatchObject({
      accounts: 1,
      messages: 1,
    });
  });

  it('of a few words counts an account once it sends nearly the same again; word for word at once', () => {
    const short = { ...use, isShort: true };
    const near = { ...short, rows: short.rows.map((row, i) => (i < 8 ? row + 1 : row)) };
    const record = new ClusterRecord(undefined, short);
    for (const account of [1, 2, 3, 4]) record.learn({ ...short, account, tenant: account });
    const count = (other: typeof short) =>
      new ClusterRecord(record.toBytes(), other).countWith(other);
    expect(count({ ...near, account: 5 })).toMatchObject({ accounts: 0, authors: 0, tenants: 1 });
    expect(count({ ...near, account: 4, tenant: 4 })).toMatchObject({ accounts: 1, authors: 1 });
    for (const account of [2, 3]) record.learn({ ...near, account, tenant: account });
    expect(count({ ...near, account: 4, tenant: 4 })).toMatchObject({
      accounts: 3,
      authors: 3,
      tenants: 3,
    });
    expect(count({ ...short, account: 5 })).toMatchObject({ accounts: 5, authors: 5 });
    // What was sent again three days before is no more.
    const later = { ...near, nowMs: NOW + 73 * HOUR };
    record.learn({ ...later, account: 2 });
    expect(count({ ...later, account: 3 }).accounts).toBe(0);
  });

  it('begins anew for another text in the same place', () => {
    const record = new ClusterRecord(undefined, use);
    record.learn(use);
    const other = { ...use, account: 2, rows: rowsOf('the lorry stands at gate four since eight') };
    expect(new ClusterRecord(record.toBytes(), other).countWith(other).accounts).toBe(1);
  });

  it('never grows beyond its bound; one account alone is given up first', () => {
    const record = new ClusterRecord(undefined, use);
    record.learn(use);
    const alone = record.toBytes().slice();
    for (let account = 2; account < 100; account += 1) {
      record.learn({ ...use, account, nowMs: NOW + account * 1000 });
    }
    expect(record.toBytes().length).toBeLessThanOrEqual(CLUSTER_BYTES);
    expect(record.countWith(use).accounts).toBe(MAX_CLUSTER_ACCOUNTS + 1);
    expect(rankOf(undefined, NOW)).toBeLessThan(rankOf(alone, NOW));
    expect(rankOf(alone, NOW)).toBeLessThan(rankOf(record.toBytes(), NOW));
    expect(rankOf(record.toBytes(), NOW + 80 * HOUR)).toBe(-1);
  });

  it('reads damaged records as none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const record = new ClusterRecord(bytes, use);
        record.learn(use);
        expect(record.countWith(use).accounts).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe("a tenant's boilerplate", () => {
  const footer = blockOf(
    'this message is confidential and only meant for the person it is addressed to, delete it else',
  );
  const address = blockOf('Example Works Limited, court of Musterstadt, number twelve thousand');
  const own = [
    'The parts you asked about are in stock and leave tomorrow',
    'Our invoice for March was paid twice, so money comes back',
    'Could you please call me about the drawings before your holiday',
  ].map(blockOf);
  const learn = (sent: readonly (readonly [account: number, ...blocks: typeof own])[]) =>
    sent.reduce<Uint8Array | undefined>(
      (record, [account, ...blocks]) => learnBlocks(record, blocks, { account, nowMs: NOW }),
      undefined,
    );
  const rest = (record: Uint8Array | undefined, blocks: typeof own, nowMs = NOW) =>
    withoutBoilerplate(record, blocks, nowMs);
  const [a, b, c] = own as [typeof footer, typeof footer, typeof footer];

  it('is what stands beside three different texts of two accounts', () => {
    const record = learn([
      [1, a, footer, address],
      [2, b, footer, address],
      [1, c, footer, address],
    ]);
    expect(rest(record, [a, footer, address])).toEqual([a]);
    expect(rest(record, [a, footer, address], NOW + 90 * 24 * HOUR)).toHaveLength(3);
  });

  it('is not what one account always writes, nor what stands beside two texts', () => {
    const alone = learn([
      [1, a, footer],
      [1, b, footer],
      [1, c, footer],
    ]);
    expect(rest(alone, [a, footer])).toHaveLength(2);
    const two = learn([
      [1, a, footer],
      [2, b, footer],
      [2, b, footer],
    ]);
    expect(rest(two, [a, footer])).toHaveLength(2);
  });

  it("is not a campaign's text under changing names and greetings", () => {
    const record = learn(
      ['Ann', 'Bob', 'Eve', 'Tom', 'Zoe', 'Max'].map((name, i) => [
        i,
        blockOf(`Dear ${name},`),
        blockOf(`my dear ${name} I have an offer for you that nobody else can make you today`),
        footer,
        address,
      ]),
    );
    expect(rest(record, [footer, address])).toHaveLength(2);
  });

  it('is a bounded record, whatever is sent', () => {
    const record = learn(
      Array.from({ length: 500 }, (_, i) => [
        i % 7,
        blockOf(Array.from({ length: 9 }, (_, n) => `word${i}x${n}`).join(' ')),
        footer,
      ]),
    );
    expect(record?.length).toBeLessThanOrEqual(BOILERPLATE_BYTES);
    expect(BOILERPLATE_BYTES).toBeGreaterThan(MAX_BOILERPLATE_ROWS);
    expect(rest(record, [a, footer])).toEqual([a]);
  });

  it('is nothing for a damaged record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(rest(bytes, [a, footer]).length).toBeGreaterThan(0);
        expect(learnBlocks(bytes, [a, footer], { account: 1, nowMs: NOW })).toBeDefined();
      }),
    );
  });
});
