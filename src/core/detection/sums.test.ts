/** What is said once, and by what a message is judged (decisions 0035, 0039). */
import { expect, it } from 'vitest';
import type { Found } from './found.ts';
import { newUrlHost } from '../signals/new-url-host.ts';
import { ownCopies } from '../signals/own-copies.ts';
import { alike, HYPOTHESES, type Family } from './hypotheses.ts';
import { bestOf, emptyLane, familySums } from './lanes.ts';
import { addAll, withContent, withCross } from './sums.ts';

const says = (family: Family, weight: number, signal = 'x'): Found => ({
  signal,
  family,
  by: alike(weight),
  text: () => '',
});
const AT_HOME = { isCopy: false, isUsual: true, isApproach: true, isHabit: false };

it('a program at home writes to strangers at whatever hour: that is its habit, and said once', () => {
  const program = emptyLane();
  const person = emptyLane();
  for (let i = 0; i < 20; i += 1) {
    const found = [says('recipients', 0.9), says('timing', 0.5), says('outcomes', 0)];
    addAll(program, found, { ...AT_HOME, isHabit: true });
    addAll(person, found, AT_HOME);
  }
  expect(familySums(program, 0, 0)).toMatchObject({ recipients: 0.9, timing: 0 });
  expect(familySums(person, 0, 0)).toMatchObject({ recipients: 5, timing: 1.5 });
});

it('a round at home is not held for the link in another letter, nor does it take that link back', () => {
  const lane = emptyLane();
  addAll(lane, [says('content', 5.7)], AT_HOME);
  addAll(lane, [says('recipients', 6), says('content', -0.7)], { ...AT_HOME, isCopy: true });
  expect(bestOf(lane, 0).score).toBeGreaterThan(9);
  expect(bestOf(withContent(lane, alike(-0.7)), 0).score).toBeLessThan(5);
  expect(familySums(lane, 0, 0).content).toBeCloseTo(5.7);
  // Its own link is what it is judged by.
  expect(bestOf(withContent(lane, alike(5.7)), 0).score).toBeGreaterThan(9);
  expect(withContent(lane, undefined)).toBe(lane);
});

it("a link in others' conversations is not taken back by answers without one, by a program not the owner's", () => {
  const contentAfter = (isUnlike: boolean, hypothesis: (typeof HYPOTHESES)[number]): number => {
    const lane = emptyLane();
    const how = { isCopy: false, isUsual: false, isApproach: false, isHabit: false, isUnlike };
    addAll(lane, [says('content', 2.2, newUrlHost.signal)], how);
    for (let i = 0; i < 3; i += 1) addAll(lane, [says('content', -1.3, newUrlHost.signal)], how);
    return familySums(lane, HYPOTHESES.indexOf(hypothesis), 0).content;
  };
  expect(contentAfter(true, 'thread')).toBeCloseTo(2.2);
  expect(contentAfter(true, 'spam')).toBeCloseTo(-0.7);
  // An owner on a journey writes with his own program, and links now and then.
  expect(contentAfter(false, 'thread')).toBeCloseTo(-0.7);
});

it('whoever links at all links to several sites: a second one that nobody knows is no news', () => {
  const lane = emptyLane();
  const how = { ...AT_HOME, isUsual: false };
  for (let i = 0; i < 3; i += 1) addAll(lane, [says('content', 2.5, newUrlHost.signal)], how);
  expect(familySums(lane, 0, 0).content).toBe(2.5);
  // A file beside it is.
  addAll(lane, [says('content', 3)], how);
  expect(familySums(lane, 0, 0).content).toBe(5.5);
});

it('that others have nearly its text is said once of a letter, however many copies go out', () => {
  const crossAfter = (isCopy: boolean): number => {
    const lane = emptyLane();
    const how = { isCopy, isUsual: false, isApproach: true, isHabit: false };
    for (let i = 0; i < 4; i += 1) addAll(lane, [says('cross', 2.5)], how);
    return familySums(lane, 0, 0).cross;
  };
  expect([crossAfter(true), crossAfter(false)]).toEqual([2.5, 8]);
});

it("a round that answers nothing goes on in nobody's conversation; one that answers does", () => {
  const recipientsAfter = (
    isApproach: boolean,
    hypothesis: (typeof HYPOTHESES)[number],
  ): number => {
    const lane = emptyLane();
    const how = { isCopy: true, isUsual: false, isApproach, isHabit: false };
    addAll(lane, [says('recipients', 2.4, ownCopies.signal)], how);
    return familySums(lane, HYPOTHESES.indexOf(hypothesis), 0).recipients;
  };
  expect([recipientsAfter(true, 'thread'), recipientsAfter(false, 'thread')]).toEqual([0, 2.4]);
  expect(recipientsAfter(true, 'spam')).toBe(2.4);
});

it('of a form it counts who has its text now, not who had one like it last week', () => {
  const lane = emptyLane();
  addAll(lane, [says('cross', 5)], { ...AT_HOME, isUsual: false, isCopy: true });
  expect(familySums(withCross(lane, alike(0)), 0, 0).cross).toBe(0);
  expect(familySums(withCross(lane, alike(5)), 0, 0).cross).toBe(5);
  expect(withCross(lane, undefined)).toBe(lane);
});
