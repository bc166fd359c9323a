/** How long mail has waited for a scanner, over all the times it had to wait for one message. */

export interface Patience {
  /** The wait begins; nothing happens when it began already. */
  start(): void;
  stop(): void;
}

/** @param onOver Called once, when the waits together took this long. */
export function createPatience(totalMs: number, onOver: () => void): Patience {
  let leftMs = totalMs;
  let startedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      if (timer !== undefined) return;
      startedAt = performance.now();
      timer = setTimeout(onOver, leftMs);
    },
    stop() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      leftMs = Math.max(0, leftMs - (performance.now() - startedAt));
    },
  };
}
