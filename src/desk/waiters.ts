/** Those who wait for something to do, by name; woken at once or after a time. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>();

  wait(name: string, longestMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const all = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, all);
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        all.delete(wake);
        if (all.size === 0 && this.#waiting.get(name) === all) this.#waiting.delete(name);
        resolve();
      };
      const timer = setTimeout(wake, longestMs).unref();
      signal?.addEventListener('abort', wake, { once: true });
      all.add(wake);
    });
  }

  wake(name: string): void {
    for (const wake of this.#waiting.get(name) ?? []) wake();
  }

  wakeAll(): void {
    for (const name of [...this.#waiting.keys()]) this.wake(name);
  }
}
