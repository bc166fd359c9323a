/**
 * The figures of `stats`: totals since the start, and for the last five minutes how often each
 * command came and how long it took. Exact counts in 60 slots of 5 seconds, so the span is
 * between 295 and 300 seconds.
 */

const SLOTS = 60;
const SLOT_MS = 5_000;

/** Upper ends in milliseconds, below which weakforced counts a time. */
const BUCKETS = [
  ['0_1', 1],
  ['1_10', 10],
  ['10_100', 100],
  ['100_1000', 1_000],
  ['Slow', Number.POSITIVE_INFINITY],
] as const;

interface Slot {
  number: number;
  readonly times: Float64Array;
  readonly commands: Map<string, number>;
}

export interface Counters {
  reports: number;
  allows: number;
  denieds: number;
  /** One answered command; times in milliseconds of one monotonic clock. */
  answered(command: string, startedMs: number, endedMs: number): void;
  /** `perfstats`: `WTR_` is the time from request to answer; nothing queues, so `WTW_` is 0 to 1. */
  times(nowMs: number): Readonly<Record<string, number>>;
  commands(nowMs: number): Readonly<Record<string, number>>;
}

export function createCounters(): Counters {
  const slots: Slot[] = Array.from({ length: SLOTS }, () => ({
    number: -1,
    times: new Float64Array(BUCKETS.length),
    commands: new Map<string, number>(),
  }));

  const slotAt = (nowMs: number): Slot | undefined => {
    const number = Math.floor(nowMs / SLOT_MS);
    const slot = slots[number % SLOTS];
    if (slot && slot.number !== number) {
      slot.number = number;
      slot.times.fill(0);
      slot.commands.clear();
    }
    return slot;
  };
  const recent = (nowMs: number): Slot[] => {
    const oldest = Math.floor(nowMs / SLOT_MS) - SLOTS;
    return slots.filter((slot) => slot.number > oldest);
  };

  return {
    reports: 0,
    allows: 0,
    denieds: 0,
    answered(command, startedMs, endedMs) {
      const slot = slotAt(endedMs);
      if (!slot) return;
      const took = endedMs - startedMs;
      let bucket = 0;
      while (took >= (BUCKETS[bucket]?.[1] ?? Number.POSITIVE_INFINITY)) bucket++;
      slot.times[bucket] = (slot.times[bucket] ?? 0) + 1;
      slot.commands.set(command, (slot.commands.get(command) ?? 0) + 1);
    },
    times(nowMs) {
      const figures: Record<string, number> = {};
      let all = 0;
      BUCKETS.forEach(([name], bucket) => {
        const sum = recent(nowMs).reduce((total, slot) => total + (slot.times[bucket] ?? 0), 0);
        figures[`WTR_${name}`] = sum;
        figures[`WTW_${name}`] = 0;
        all += sum;
      });
      return { ...figures, WTW_0_1: all };
    },
    commands(nowMs) {
      const figures: Record<string, number> = {};
      for (const slot of recent(nowMs)) {
        for (const [command, count] of slot.commands) {
          figures[command] = (figures[command] ?? 0) + count;
        }
      }
      return figures;
    },
  };
}
