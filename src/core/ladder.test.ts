import { describe, expect, it } from 'vitest';
import { stepLadder } from './ladder.ts';
import type { Rung } from './verdict.ts';

const HOUR = 3_600_000;
const QUIET = { throttle: 24 * 3600, hold: 24 * 3600, lock: 7 * 24 * 3600 };

/** rung, what the evidence asks for, hours since evidence, expected rung, because. */
const TABLE: readonly (readonly [Rung, Rung, number, Rung, string])[] = [
  ['observe', 'observe', 0, 'observe', 'nothing happened'],
  ['observe', 'throttle', 0, 'throttle', 'evidence climbs'],
  ['observe', 'lock', 0, 'lock', 'a rule that locks does so at once'],
  ['throttle', 'hold', 1, 'hold', 'stronger evidence climbs on'],
  ['hold', 'throttle', 1, 'hold', 'weaker evidence never lowers'],
  ['hold', 'observe', 23, 'hold', 'it comes down only after a full quiet day'],
  ['hold', 'observe', 24, 'throttle', 'and one rung at a time'],
  ['hold', 'observe', 48, 'observe', 'each rung has its own quiet time'],
  ['lock', 'observe', 7 * 24 - 1, 'lock', 'a lock stays a week'],
  ['lock', 'observe', 7 * 24, 'hold', 'then a hold'],
  ['lock', 'observe', 30 * 24, 'observe', 'a month later it is forgotten'],
  ['hold', 'hold', 24, 'hold', 'evidence after the quiet time climbs again'],
];

describe('the ladder', () => {
  it.each(TABLE)(
    '%s, evidence for %s, %i h after the last: %s (%s)',
    (rung, wanted, hours, expected) => {
      const state = { rung, sinceMs: 0, evidenceAtMs: 0 };
      expect(stepLadder(state, wanted, hours * HOUR, QUIET).rung).toBe(expected);
    },
  );

  it('starts the quiet time anew with each piece of evidence', () => {
    let state = { rung: 'observe' as Rung, sinceMs: 0, evidenceAtMs: 0 };
    state = stepLadder(state, 'hold', 0, QUIET);
    state = stepLadder(state, 'hold', 20 * HOUR, QUIET);
    expect(stepLadder(state, 'observe', 30 * HOUR, QUIET).rung).toBe('hold');
    expect(state.sinceMs).toBe(0);
  });

  it('does not come down when the clock goes backwards', () => {
    const state = { rung: 'hold' as Rung, sinceMs: 10 * HOUR, evidenceAtMs: 10 * HOUR };
    expect(stepLadder(state, 'observe', 0, QUIET)).toEqual(state);
  });

  it('comes down after its quiet time when a wrong clock dated the evidence years ahead', () => {
    const ahead = 10 * 365 * 24 * HOUR;
    const wrong = { rung: 'hold' as Rung, sinceMs: ahead, evidenceAtMs: ahead };
    const state = stepLadder(wrong, 'observe', 0, QUIET);
    expect(state.rung).toBe('hold');
    expect(stepLadder(state, 'observe', 24 * HOUR, QUIET).rung).toBe('throttle');
  });
});
