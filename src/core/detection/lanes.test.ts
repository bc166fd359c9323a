import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alike, CAPS, CHOICE, SUMMED_FAMILIES } from './hypotheses.ts';
import {
  add,
  addFloored,
  addOnce,
  bestOf,
  emptyLane,
  fade,
  placeOfFamily,
  raise,
  relieve,
  settle,
} from './lanes.ts';

const RECIPIENTS = placeOfFamily('recipients');
const CONTENT = placeOfFamily('content');
const OUTCOMES = placeOfFamily('outcomes');
const CROSS = placeOfFamily('cross');
const lane = emptyLane;

describe('a lane of evidence', () => {
  it('never takes more from one family than its cap, however much comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SUMMED_FAMILIES),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { maxLength: 200 }),
        (family, weights) => {
          const one = lane();
          for (const weight of weights) add(one, placeOfFamily(family), alike(weight));
          expect(bestOf(one, 0).score).toBeLessThanOrEqual(CAPS[family] - CHOICE + 1e-9);
        },
      ),
    );
  });

  it('one family alone never reaches the hold of 9 nats', () => {
    for (const family of SUMMED_FAMILIES) expect(CAPS[family] - CHOICE).toBeLessThan(9);
    expect(CAPS.context - CHOICE).toBeLessThan(9);
  });

  it('keeps hypotheses apart, so that what speaks against one hides no other', () => {
    const one = lane();
    add(one, CONTENT, [-2, -2, -2, 4]);
    expect(bestOf(one, 0)).toEqual({ score: 4 - CHOICE, hypothesis: 3 });
  });

  it('who forges a request waits where he reads: that is no word for him there, and for others one', () => {
    const asking = lane();
    add(asking, CONTENT, [0, 0, 0, 5]);
    const seen = { isSeen: true, readersContext: 2 };
    expect(bestOf(asking, 1.2, seen)).toEqual({ score: 7 - CHOICE, hypothesis: 3 });
    const linking = lane();
    add(linking, CONTENT, [5, 0, 0, 0]);
    expect(bestOf(linking, 1.2, seen)).toEqual({ score: 6.2 - CHOICE, hypothesis: 0 });
  });

  it('counts what copies of one text say once', () => {
    const one = lane();
    for (let i = 0; i < 5; i += 1) raise(one, CONTENT, [2.5, 2.5, 2.5, 2.5]);
    expect(bestOf(one, 0).score).toBeCloseTo(2.5 - CHOICE);
    raise(one, CONTENT, alike(-2));
    expect(bestOf(one, 0).score).toBeCloseTo(2.5 - CHOICE);
  });

  it('lets mail that speaks for its sender take back what was heard of earlier mail, never below nothing', () => {
    const one = lane();
    add(one, OUTCOMES, alike(3));
    add(one, CROSS, alike(5));
    const writesToFriends = (): number[] => {
      const spare = [0, 0, 0, 0];
      add(one, RECIPIENTS, alike(-2), spare);
      return spare;
    };
    // The first is room above the floor; from then on nothing is saved up there.
    expect(writesToFriends()).toEqual([0, 0, 0, 0]);
    const before = bestOf(one, 0).score;
    relieve(one, writesToFriends());
    expect(bestOf(one, 0).score).toBeCloseTo(before - 2);
    for (let i = 0; i < 20; i += 1) relieve(one, writesToFriends());
    expect(Math.min(one[OUTCOMES] ?? -1, one[CROSS] ?? -1)).toBe(0);
    expect(bestOf(one, 0).score).toBeCloseTo(-2 - CHOICE);
  });

  it('takes nothing back for a message that is as odd as it is familiar', () => {
    const one = lane();
    const spare = [0, 0, 0, 0];
    add(one, RECIPIENTS, alike(-2));
    add(one, RECIPIENTS, alike(-2), spare);
    add(one, CONTENT, alike(2.5), spare);
    add(one, CROSS, alike(5));
    const before = bestOf(one, 0).score;
    relieve(one, spare);
    expect(bestOf(one, 0).score).toBe(before);
  });

  it('takes no message for a forged request that asks for nothing', () => {
    const one = lane();
    add(one, RECIPIENTS, [1, 1, 1, 5]);
    expect(bestOf(one, 0, { isSeen: true }).hypothesis).not.toBe(3);
    expect(bestOf(one, 0, { isSeen: false }).hypothesis).toBe(3);
    add(one, CONTENT, [0, 0, 0, 2]);
    expect(bestOf(one, 0, { isSeen: true }).hypothesis).toBe(3);
    // What goes to many in the same words is written for none of them.
    expect(bestOf(one, 0, { isSeen: true, isForm: true }).hypothesis).not.toBe(3);
  });

  it('lets a missing link speak for the sender once, not message by message', () => {
    const one = lane();
    for (let i = 0; i < 50; i += 1) add(one, CONTENT, alike(-1));
    add(one, RECIPIENTS, alike(6));
    expect(bestOf(one, 0).score).toBeGreaterThan(4 - CHOICE);
  });

  it('cannot save up good conduct', () => {
    const one = lane();
    for (let i = 0; i < 500; i += 1) {
      add(one, RECIPIENTS, alike(-2));
      settle(one, 0);
    }
    add(one, RECIPIENTS, alike(3));
    add(one, CONTENT, alike(3));
    expect(bestOf(one, 0).score).toBeCloseTo(6 - CHOICE);
  });

  it('says when nothing is left of any hypothesis', () => {
    const one = lane();
    add(one, RECIPIENTS, [1, -1, -1, -1]);
    expect(settle(one, 0)).toBe(false);
    add(one, RECIPIENTS, alike(-2));
    expect(settle(one, 0)).toBe(true);
  });

  it('fades by half in five days, and an event from before fades nothing', () => {
    const one = lane();
    add(one, CONTENT, alike(4));
    fade(one, -86_400_000);
    expect(one[CONTENT]).toBe(4);
    fade(one, 5 * 86_400_000);
    expect(one[CONTENT]).toBeCloseTo(2);
  });

  it('adds one fact once, to whatever other facts there are', () => {
    const one = lane();
    const BEC = 3 * SUMMED_FAMILIES.length + CONTENT;
    for (let i = 0; i < 5; i += 1) addOnce(one, CONTENT, [0, 0, 0, 2.5]);
    expect(one[BEC]).toBe(2.5);
    add(one, CONTENT, [0, 0, 0, 3]);
    addOnce(one, CONTENT, [0, 0, 0, 2.5]);
    expect(one[BEC]).toBe(5.5);
    addOnce(one, CONTENT, [0, 0, 0, -1]);
    expect([one[BEC], one[CONTENT]]).toEqual([4.5, 0]);
  });

  it('keeps longer what was set up in the mailbox: a rule goes on working', () => {
    const one = lane();
    add(one, placeOfFamily('preparation'), alike(3));
    fade(one, 14 * 86_400_000);
    expect(one[placeOfFamily('preparation')]).toBeCloseTo(1.5);
  });

  it('takes outcomes back to nothing, never below: credit could be bought (FBK-8)', () => {
    const one = lane();
    for (let i = 0; i < 100; i += 1) addFloored(one, OUTCOMES, alike(-0.12));
    expect(Math.min(...one)).toBe(0);
  });
});
