/**
 * Brings events into the order of their times: a submission is told some time after it was
 * accepted, and what happened meanwhile must not come before it. Within a bound of events and time.
 */
import type { PrimumEvent } from '../core/event.ts';
import { timeOfEvent } from './event-ids.ts';
import { LogClock } from './log-clock.ts';

interface Entry {
  readonly atMs: number;
  /** Equal times keep the order in which they came. */
  readonly place: number;
  readonly event: PrimumEvent;
}

export type TakeInOrder = (event: PrimumEvent, atMs: number) => void;

export class TimeOrder {
  readonly #waitMs: number;
  readonly #max: number;
  readonly #take: TakeInOrder;
  /** A binary heap, the earliest at the top. */
  readonly #heap: Entry[] = [];
  readonly #clock = new LogClock();
  #count = 0;

  constructor(options: { readonly waitMs: number; readonly max: number }, take: TakeInOrder) {
    this.#waitMs = options.waitMs;
    this.#max = options.max;
    this.#take = take;
  }

  add(event: PrimumEvent): void {
    const atMs = timeOfEvent(event.at);
    this.#count += 1;
    this.#push({ atMs, place: this.#count, event });
    const dueMs = this.#clock.observe(atMs) - this.#waitMs;
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.atMs > dueMs && this.#heap.length <= this.#max) break;
      this.#give(this.#pop(first));
    }
  }

  end(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      this.#give(this.#pop(first));
    }
  }

  #give({ event, atMs }: Entry): void {
    this.#take(event, atMs);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(first: Entry): Entry {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const isRight = b !== undefined && isBefore(b, a);
      const child = isRight ? b : a;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = isRight ? left + 1 : left;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs === b.atMs ? a.place < b.place : a.atMs < b.atMs;
}
