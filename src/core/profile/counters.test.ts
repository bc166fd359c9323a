import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTo, fillOf, type Window } from './counters.ts';

const HOUR: Window = {
  count: 'recipients',
  windowSeconds: 3600,
  limit: 100,
  burst: 0,
  ordinal: 0,
};
const START = Date.parse('2026-03-01T12:00:00Z');

function send(
  record: Uint8Array | undefined,
  window: Window & { readonly ceiling?: number },
  nowMs: number,
  amount: number,
) {
  const { ceiling = window.limit } = window;
  const ask = { nowMs, amount, ceiling };
  if (!fillOf(record, window, ask).fits) return { record, accepted: false };
  const amounts = { nowMs, messages: amount, recipients: amount, ceiling };
  return { record: addTo(record, window, amounts), accepted: true };
}

describe('sliding counters (SND-1)', () => {
  it('accepts exactly the ceiling and not one more', () => {
    let record: Uint8Array | undefined;
    let accepted = 0;
    for (let i = 0; i < 150; i++) {
      const sent = send(record, HOUR, START + i * 1000, 1);
      record = sent.record;
      if (sent.accepted) accepted++;
    }
    expect(accepted).toBe(100);
  });

  it('lets mail through again once the window has moved on', () => {
    const full = send(undefined, HOUR, START, 100).record;
    expect(send(full, HOUR, START + 1_800_000, 1).accepted).toBe(false);
    expect(send(full, HOUR, START + 3_600_000 * 1.1 + 1, 100).accepted).toBe(true);
  });

  it('never holds more than the ceiling in any stretch of the window, whatever the pattern', () => {
    const steps = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 900_000 }),
        amount: fc.integer({ min: 1, max: 60 }),
      }),
      { minLength: 1, maxLength: 120 },
    );
    fc.assert(
      fc.property(steps, (sent) => {
        let record: Uint8Array | undefined;
        let nowMs = START;
        const accepted: { at: number; amount: number }[] = [];
        for (const { waitMs, amount } of sent) {
          nowMs += waitMs;
          const result = send(record, HOUR, nowMs, amount);
          record = result.record;
          if (result.accepted) accepted.push({ at: nowMs, amount });
        }
        for (const { at } of accepted) {
          const inWindow = accepted.filter((other) => other.at <= at && other.at > at - 3_600_000);
          expect(inWindow.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('tolerates a burst above the ceiling once, and again only at the pace of the limit', () => {
    const window: Window = { ...HOUR, limit: 60, burst: 30 };
    let record = send(undefined, window, START, 90).record;
    expect(record).toBeDefined();
    expect(send(record, window, START + 1000, 1).accepted).toBe(false);
    // An hour later the window is free, and the 30 borrowed are paid back at 60 an hour.
    const later = START + 3_600_000 * 1.2;
    record = send(record, window, later, 60).record;
    expect(send(record, window, later, 30).accepted).toBe(true);
  });

  it('keeps messages and recipients, and windows of different length, apart in one record', () => {
    const messages: Window = { ...HOUR, count: 'messages', limit: 10 };
    const amounts = { nowMs: START, messages: 1, recipients: 50, ceiling: 100 };
    const record = addTo(addTo(undefined, HOUR, amounts), messages, { ...amounts, ceiling: 10 });
    expect(fillOf(record, HOUR, { nowMs: START, amount: 0, ceiling: 100 }).used).toBe(50);
    expect(fillOf(record, messages, { nowMs: START, amount: 0, ceiling: 10 }).used).toBe(1);
  });

  it('keeps two limits of the same window apart, each with its own count and debt', () => {
    const warn: Window = { ...HOUR, limit: 10, burst: 5 };
    const hold: Window = { ...HOUR, limit: 20, burst: 0, ordinal: 1 };
    const amounts = { nowMs: START, messages: 1, recipients: 12, ceiling: 10 };
    const record = addTo(addTo(undefined, warn, amounts), hold, { ...amounts, ceiling: 20 });
    expect(fillOf(record, warn, { nowMs: START, amount: 4, ceiling: 10 })).toEqual({
      used: 12,
      fits: false,
    });
    expect(fillOf(record, hold, { nowMs: START, amount: 8, ceiling: 20 })).toEqual({
      used: 12,
      fits: true,
    });
  });

  it('finds the counts of a record that was written before there were several', () => {
    const record = send(undefined, HOUR, START, 60).record;
    record?.fill(0, 8 + 5, 8 + 8);
    expect(fillOf(record, HOUR, { nowMs: START, amount: 0, ceiling: 100 }).used).toBe(60);
  });

  it('lets through a lowered ceiling and its burst, then the pace of that ceiling (SND-5)', () => {
    const window = { ...HOUR, burst: 10, ceiling: 50 };
    let record: Uint8Array | undefined;
    let accepted = 0;
    for (let i = 0; i < 200; i++) {
      const sent = send(record, window, START + i, 1);
      record = sent.record;
      if (sent.accepted) accepted++;
    }
    expect(accepted).toBe(60);
    accepted = 0;
    for (let i = 1; i <= 2_400; i++) {
      const sent = send(record, window, START + i * 36_000, 1);
      record = sent.record;
      if (sent.accepted) accepted++;
    }
    expect(accepted).toBeGreaterThan(24 * 40);
    expect(accepted).toBeLessThanOrEqual(24 * 50 + 10);
  });

  it('stays where it was when the clock goes backwards', () => {
    const record = send(undefined, HOUR, START, 100).record;
    expect(send(record, HOUR, START - 86_400_000, 1).accepted).toBe(false);
  });

  it('forgets what a clock wrote that was years ahead, so that nobody is stopped for years', () => {
    const burst: Window = { ...HOUR, burst: 50 };
    const ahead = send(undefined, burst, START + 10 * 365 * 86_400_000, 150).record;
    expect(fillOf(ahead, burst, { nowMs: START, amount: 150, ceiling: 100 }).fits).toBe(true);
    const record = send(ahead, burst, START, 100).record;
    expect(fillOf(record, burst, { nowMs: START, amount: 0, ceiling: 100 }).used).toBe(100);
    expect(send(record, HOUR, START + 1000, 1).accepted).toBe(false);
  });

  it('counts a window of one second without overflow', () => {
    const window: Window = { ...HOUR, count: 'messages', windowSeconds: 1, limit: 2 };
    const record = send(undefined, window, START, 2).record;
    expect(send(record, window, START + 500, 1).accepted).toBe(false);
    expect(send(record, window, START + 1200, 1).accepted).toBe(true);
  });
});
