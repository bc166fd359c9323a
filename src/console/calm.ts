/**
 * Work that others ask for, done seldom: a change told to fifty consoles is not read by all in the same
 * moment, and a stream of changes not at each of them.
 */
export interface CalmOptions {
  readonly spreadMs: number;
  /** From one time to the next at least. */
  readonly everyMs: number;
  readonly random?: () => number;
}

export interface Calm {
  /** It is done once more, after the last time somebody asked. */
  readonly ask: () => void;
  readonly stop: () => void;
}

export function calm(
  work: () => void,
  { spreadMs, everyMs, random = Math.random }: CalmOptions,
): Calm {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let doneAtMs = -Infinity;
  return {
    ask() {
      const dueMs = Math.max(0, doneAtMs + everyMs - performance.now());
      timer ??= setTimeout(
        () => {
          timer = undefined;
          doneAtMs = performance.now();
          work();
        },
        dueMs + random() * spreadMs,
      );
    },
    stop: () => clearTimeout(timer),
  };
}
