/** What detection keeps: older versions taken over, damaged bytes survived, bounded whatever comes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestOf, emptyLane } from '../detection/lanes.ts';
import { UNKNOWN_NETWORK } from '../network.ts';
import { standingScore } from '../score.ts';
import { CONTEXT_LANES, RATES, STYLE_FEATURES } from './detection-state.ts';
import { HEARD_BYTES, HeardRecord } from './heard-record.ts';
import { IdentityProfile, MAX_CONTEXTS } from './identity-profile.ts';
import { WrittenRecord } from './written-record.ts';

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const NETWORK = { ...UNKNOWN_NETWORK, country: 'DE', asn: 64500 };

/** A profile as version 1 wrote it: five sums in the row of each context, no detection section. */
function versionOne(
  contexts: readonly {
    readonly sums: readonly [context: number, recipients: number, content: number, ...number[]];
    readonly messages: number;
    readonly days: number;
  }[],
): Uint8Array {
  const bytes = new Uint8Array(56 + 168 + contexts.length * 52);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint8(1, 0x10);
  view.setUint16(2, 56, true);
  view.setUint32(24, 500, true);
  view.setUint8(52, contexts.length);
  view.setUint8(56 + 9, 77);
  contexts.forEach(({ sums, messages, days }, i) => {
    const at = 56 + 168 + i * 52;
    view.setUint32(at, i + 1, true);
    view.setUint32(at + 4, i + 2, true);
    view.setUint32(at + 12, NOW_MS / 1000, true);
    view.setUint32(at + 16, messages, true);
    view.setUint16(at + 20, days, true);
    sums.forEach((sum, n) => view.setFloat32(at + 24 + 4 * n, sum, true));
  });
  return bytes;
}

describe('the company of a context', () => {
  it('is counted by message, and of many the old ones count less', () => {
    const { detection } = new IdentityProfile(undefined);
    for (let i = 0; i < 8; i += 1) detection.countCompany(2, i < 6);
    expect(detection.company(2)).toEqual({ strangers: 6, others: 2 });
    for (let i = 0; i < 10_000; i += 1) detection.countCompany(2, false);
    const { strangers, others } = detection.company(2);
    expect(strangers).toBe(0);
    expect(others).toBeLessThanOrEqual(40);
    expect(detection.company(3)).toEqual({ strangers: 0, others: 0 });
  });
});

describe('which places are remembered', () => {
  const learn = (profile: IdentityProfile, key: number, day: number): number =>
    profile.learnContext([key, key], {
      nowMs: NOW_MS + day * 86_400_000,
      accepted: true,
      network: NETWORK,
    });

  const learnOwn = (profile: IdentityProfile, key: number): void => {
    const index = learn(profile, key, 0);
    profile.detection.setTrust(index, 'trusted');
  };

  /** An owner with so many places of his own, then one that writes to so many strangers, then a new one each day. */
  function isRemembered(own: number, strangers: number): boolean {
    const profile = new IdentityProfile(undefined);
    for (let i = 1; i <= own; i += 1) learnOwn(profile, i);
    const odd = learn(profile, 100, 1);
    for (let i = 0; i < strangers; i += 1) profile.detection.countCompany(odd, true);
    for (let i = 0; i < 9; i += 1) learn(profile, 200 + i, 2 + i);
    return profile.contextIndex([100, 100]) >= 0;
  }

  it('one that writes to strangers stays, however many places an owner with many shows besides', () => {
    expect(isRemembered(7, 4)).toBe(true);
    expect(isRemembered(7, 1)).toBe(false);
  });

  it('but whoever hops pushes out no more than half of the places of an owner', () => {
    const profile = new IdentityProfile(undefined);
    for (let i = 1; i <= MAX_CONTEXTS; i += 1) learnOwn(profile, i);
    for (let i = 0; i < 30; i += 1) {
      const hop = learn(profile, 100 + i, 1);
      for (let n = 0; n < 5; n += 1) profile.detection.countCompany(hop, true);
    }
    const own = profile.contexts().filter((_, i) => profile.detection.isTrusted(i));
    expect(own).toHaveLength(MAX_CONTEXTS / 2);
  });
});

describe('what a person wants forgotten (design 1.6)', () => {
  it('is the evidence: earned and given trust stays, and what was new stays new', () => {
    const profile = new IdentityProfile(undefined);
    for (let i = 0; i < 3; i += 1) {
      profile.learnContext([i, i], { nowMs: NOW_MS, accepted: true, network: NETWORK });
    }
    const { detection } = profile;
    detection.setTrust(0, 'trusted');
    detection.setTrust(1, 'confirmed');
    detection.setNetworkWeight(2, 2.6);
    const lane = emptyLane().fill(1);
    for (let i = 0; i < 3; i += 1) detection.setLane(i, lane);
    profile.forgetEvidence();
    const trust = [0, 1, 2].map((i) => [detection.isTrusted(i), detection.isConfirmed(i)]);
    expect(trust).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
    expect(detection.networkWeight(2)).toBeCloseTo(2.6);
    for (let i = 0; i < 3; i += 1) expect(detection.lane(i)).toEqual(emptyLane());
  });
});

describe('a profile of version 1', () => {
  const profile = new IdentityProfile(
    versionOne([
      { sums: [0, 0, 0, 0, 0], messages: 200, days: 20 },
      { sums: [3, 2, 1, 0.5, 0], messages: 2, days: 1 },
      { sums: [3, 0, 0, 0, 0], messages: 10, days: 3 },
    ]),
  );

  it('keeps its counts, hours and contexts', () => {
    expect(profile.messages).toBe(500);
    expect(profile.hours.share(9)).toBe(1);
    expect(profile.contexts().map(({ messages, days }) => [messages, days])).toEqual([
      [200, 20],
      [2, 1],
      [10, 3],
    ]);
  });

  it('trusts contexts that were usual, and keeps the evidence against the others', () => {
    const { detection } = profile;
    expect([0, 1, 2].map((i) => detection.isTrusted(i))).toEqual([true, false, true]);
    expect(detection.networkWeight(1)).toBe(3);
    // Recipients 2, content 1, outcomes 0.5 and the place 3, less the choice between four.
    expect(standingScore(profile, 1, NOW_MS).score).toBeCloseTo(6.5 - Math.log(4));
  });

  it('is the same after it was written and opened again', () => {
    const again = new IdentityProfile(profile.toBytes());
    expect(again.toBytes()).toEqual(profile.toBytes());
    expect(again.messages).toBe(500);
  });
});

/** A sound profile with some of its bytes overwritten. */
const damaged = fc
  .record({
    patches: fc.array(
      fc.tuple(fc.nat({ max: 5_000 }), fc.uint8Array({ minLength: 1, maxLength: 64 })),
      { maxLength: 20 },
    ),
    keep: fc.nat({ max: 6_000 }),
  })
  .map(({ patches, keep }) => {
    const profile = new IdentityProfile(undefined);
    for (let i = 1; i <= 4; i += 1) {
      profile.learnContext([i, i], { nowMs: NOW_MS, accepted: true, network: NETWORK });
    }
    const bytes = profile.toBytes().slice();
    for (const [at, patch] of patches) {
      const from = 4 + (at % (bytes.length - 4));
      bytes.set(patch.subarray(0, bytes.length - from), from);
    }
    return keep < 5_000 ? bytes : bytes.subarray(0, bytes.length - (keep - 5_000));
  });

describe('damaged bytes of a profile', () => {
  it('that end in the row of a context cost this context', () => {
    const whole = new IdentityProfile(undefined);
    const seen = { nowMs: NOW_MS, accepted: true, network: NETWORK };
    for (let i = 1; i <= 3; i += 1) whole.learnContext([i, i], seen);
    const cut = new IdentityProfile(whole.toBytes().slice(0, -49));
    expect([1, 2, 3, 4].map((i) => cut.contextIndex([i, i]))).toEqual([0, 1, -1, -1]);
    expect(cut.learnContext([4, 4], seen)).toBe(2);
  });

  it('never throw, and every sum and rate read from them is a number', () => {
    fc.assert(
      fc.property(damaged, fc.nat({ max: 60_000 }), (bytes, day) => {
        const profile = new IdentityProfile(bytes);
        const index = profile.learnContext([9, 9], {
          ...{ nowMs: NOW_MS, accepted: true, network: NETWORK },
        });
        profile.learnMessage({ nowMs: NOW_MS, recipients: 1, hourOfWeek: 3 });
        const state = profile.detection;
        state.mayTrain(day);
        for (let i = 0; i < RATES; i += 1) {
          state.train(i, true);
          const { hits, of } = state.own(i);
          expect([Number.isFinite(hits), Number.isFinite(of)]).toEqual([true, true]);
        }
        for (let i = 0; i < STYLE_FEATURES; i += 1) state.learnStyle(i, 3);
        for (let i = 0; i < CONTEXT_LANES + 2; i += 1) {
          expect(bestOf(state.lane(i), state.networkWeight(i)).score).not.toBeNaN();
        }
        state.copies();
        state.learnCopy({ seconds: 1, recipients: [1, 2], sizeBytes: 3, rows: new Uint8Array(32) });
        expect(standingScore(profile, index, NOW_MS).score).not.toBeNaN();
        profile.forgetEvidence();
      }),
    );
  });
});

describe('damaged bytes of what an account heard', () => {
  it('never throw, and a length that is not its own starts anew', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 3_000 }),
          fc.uint8Array({
            ...{ minLength: HEARD_BYTES, maxLength: HEARD_BYTES },
          }),
        ),
        fc.nat(),
        (bytes, seed) => {
          if (bytes.length > 1) bytes[1] = 0xe3;
          const item = [seed, seed ^ 0x5bd1e995] as const;
          const heard = new HeardRecord(bytes);
          heard.hasPerson(item);
          heard.hasMessage(item);
          heard.learnPerson(item, NOW_MS);
          heard.learnMessage(item, NOW_MS);
          // One whose header was cut is widened, and its length tells the next reader to start anew.
          expect(heard.toBytes().length).toBeLessThanOrEqual(HEARD_BYTES + 16);
        },
      ),
    );
  });
});

describe('100,000', () => {
  it('contexts leave the trusted one of today and a bounded profile', () => {
    const profile = new IdentityProfile(undefined);
    const see = (key: number, nowMs: number): number =>
      profile.learnContext([key, key], { nowMs, accepted: true, network: NETWORK });
    const home = see(0, NOW_MS);
    profile.detection.setTrust(home, 'trusted');
    for (let i = 1; i <= 100_000; i += 1) see(i, NOW_MS + i * 1_000);
    expect(profile.contexts()).toHaveLength(MAX_CONTEXTS);
    expect(profile.contextIndex([0, 0])).toBeGreaterThanOrEqual(0);
    expect(profile.toBytes().length).toBeLessThan(6 * 1024);
  });

  it('recipients and correspondents leave bounded records', () => {
    const written = new WrittenRecord(undefined);
    const heard = new HeardRecord(undefined);
    for (let i = 0; i < 100_000; i += 1) {
      const item = [Math.imul(i, 0x9e3779b1) >>> 0, Math.imul(i, 0x85ebca6b) >>> 0] as const;
      written.learn([item], { fresh: 1, goesOn: false, nowMs: NOW_MS + i });
      heard.learnPerson(item, NOW_MS + i);
      heard.learnMessage(item, NOW_MS + i);
    }
    expect(heard.toBytes()).toHaveLength(HEARD_BYTES);
    expect(written.toBytes().length).toBeLessThan(50 * 1024);
  });
});
