/**
 * Makes work durable in groups: while one group is on its way to the disk, the next one gathers, so
 * that all of it waits for one flush of the folder and not each for its own.
 */

interface Waiting<T> {
  readonly item: T;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** More at once only lengthens the wait of the first. */
const MAX_GROUP = 64;

export class GroupCommit<T> {
  readonly #prepare: (item: T) => Promise<void>;
  readonly #flush: (items: readonly T[]) => Promise<void>;
  #waiting: Waiting<T>[] = [];
  #running: Promise<void> | undefined;

  /** `prepare` does an item's own part, `flush` what the whole group shares. */
  constructor(prepare: (item: T) => Promise<void>, flush: (items: readonly T[]) => Promise<void>) {
    this.#prepare = prepare;
    this.#flush = flush;
  }

  /** Resolves when the item is durable. @throws what `prepare` or `flush` threw for it. */
  add(item: T): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // What else is ready in this turn joins the first group.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, MAX_GROUP));
    this.#running = undefined;
  }

  async #commit(group: readonly Waiting<T>[]): Promise<void> {
    const results = await Promise.allSettled(group.map(({ item }) => this.#prepare(item)));
    const ready: Waiting<T>[] = [];
    for (const [index, one] of group.entries()) {
      const result = results[index];
      if (result?.status === 'rejected') one.failed(result.reason);
      else ready.push(one);
    }
    if (ready.length === 0) return;
    try {
      await this.#flush(ready.map(({ item }) => item));
      for (const { done } of ready) done();
    } catch (error) {
      for (const { failed } of ready) failed(error);
    }
  }
}
