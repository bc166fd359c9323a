/**
 * What has arrived in one turn of the event loop, worked at its end: first everybody's requests, then
 * everybody's answers. One kind of work after the other finds its code and data in the processor's
 * caches, and each write wakes the process that waits for it, which costs more than the answer;
 * written one after the other, most find it awake.
 */

export interface TurnWorker {
  workNow(): void;
  writeNow(): void;
}

export class Turns {
  #waiting: TurnWorker[] = [];

  /** Calls `workNow` and `writeNow` once everything that has arrived is read. */
  add(worker: TurnWorker): void {
    if (this.#waiting.length === 0) setImmediate(this.#workAll);
    this.#waiting.push(worker);
  }

  readonly #workAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const worker of waiting) worker.workNow();
    for (const worker of waiting) worker.writeNow();
  };
}
