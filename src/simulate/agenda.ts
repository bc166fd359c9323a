/** What is still to happen, earliest first; equal times in the order they were put down. */
import { item } from './random.ts';

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;

  get length(): number {
    return this.#heap.length;
  }

  add(atMs: number, run: () => void): void {
    const heap = this.#heap;
    let at = heap.push({ atMs, order: this.#order, run }) - 1;
    this.#order += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(item(heap, parent), item(heap, at))) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** When the next thing happens; Infinity when nothing does. */
  nextMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  take(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && before(item(heap, child), item(heap, least))) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(one: number, other: number): void {
    const kept = item(this.#heap, one);
    this.#heap[one] = item(this.#heap, other);
    this.#heap[other] = kept;
  }
}

function before(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
