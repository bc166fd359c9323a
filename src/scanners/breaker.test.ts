/** When a service is left alone, and when it is asked again; the clock is the test's. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createBreaker, type Breaker, type Pass } from './breaker.ts';

const TROUBLE = new Error('trouble');
let clock: number;
let said: string[];
let breaker: Breaker;

beforeEach(() => {
  clock = 0;
  said = [];
  breaker = createBreaker({
    retryAfterMs: 1_000,
    now: () => clock,
    onAway: () => void said.push('away'),
    onWorks: () => void said.push('works'),
  });
});

function admitted(): Pass {
  const pass = breaker.admit();
  if (pass === undefined) throw new Error('it was not admitted');
  return pass;
}

function fail(times: number): void {
  for (let index = 0; index < times; index += 1) admitted().failed(TROUBLE, 'maybe');
}

describe('a breaker', () => {
  test('opens at the third failure in a row, and an answer between starts anew', () => {
    fail(2);
    admitted().succeeded();
    fail(2);
    expect(breaker.isAway).toBe(false);
    fail(1);
    expect(breaker.admit()).toBeUndefined();
    expect(said).toEqual(['works', 'away']);
  });

  test('opens at once when the service cannot be reached', () => {
    admitted().failed(TROUBLE, 'now');
    expect(breaker.isAway).toBe(true);
  });

  test('lets one try after the pause, and all when it succeeded', () => {
    fail(3);
    clock = 999;
    expect(breaker.admit()).toBeUndefined();
    clock = 1_000;
    const trial = admitted();
    expect(breaker.admit()).toBeUndefined();
    trial.succeeded();
    expect(breaker.admit()).toBeDefined();
    expect(breaker.admit()).toBeDefined();
    expect(said).toEqual(['away', 'works']);
  });

  test('waits again after a try that failed, and says nothing new', () => {
    fail(3);
    clock = 1_000;
    admitted().failed(TROUBLE, 'maybe');
    clock = 1_999;
    expect(breaker.admit()).toBeUndefined();
    clock = 2_000;
    expect(breaker.admit()).toBeDefined();
    expect(said).toEqual(['away']);
  });

  test('gives the try to another when it was withdrawn', () => {
    fail(3);
    clock = 1_000;
    admitted().withdrawn();
    expect(breaker.admit()).toBeDefined();
  });

  test('stays shut for what it said, though an earlier question is answered late', () => {
    const early = admitted();
    admitted().failed(TROUBLE, 'now');
    early.succeeded();
    expect(breaker.admit()).toBeUndefined();
    expect(said).toEqual(['away']);
    clock = 1_000;
    admitted().succeeded();
    expect(breaker.admit()).toBeDefined();
    expect(said).toEqual(['away', 'works']);
  });

  test('does not wait longer because questions from before fail late', () => {
    const early = admitted();
    fail(3);
    clock = 900;
    early.failed(TROUBLE, 'now');
    clock = 1_000;
    expect(breaker.admit()).toBeDefined();
  });

  test('counts a pass once', () => {
    const pass = admitted();
    for (let index = 0; index < 5; index += 1) pass.failed(TROUBLE, 'maybe');
    expect(breaker.isAway).toBe(false);
  });
});
