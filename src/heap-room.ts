/**
 * Room for V8's old generation. Left to itself V8 looks through the whole of it each time it has grown by
 * some ten MB, which under load is every two seconds: its threads take the cores for 50 to 80 ms, and
 * answers wait (docs/decisions/0038-room-for-the-heap.md).
 */
import { totalmem } from 'node:os';
import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** By how much it may grow between two collections, on a machine that has the memory. */
const ROOM_BYTES = 256 * 1024 ** 2;
/** On a smaller one: this part of the memory. */
const MEMORY_PARTS = 16;
const MAX_PERCENT = 800;
/** A heap this large in relation to the room grows by V8's own measure. */
const MIN_PERCENT = 25;

/** The share by which a heap with so much in it may grow; 0: as V8 sees fit. */
export function growingPercent(usedBytes: number, memoryBytes: number): number {
  const room = Math.min(ROOM_BYTES, memoryBytes / MEMORY_PARTS);
  const percent = Math.min(MAX_PERCENT, Math.round((room / usedBytes) * 100));
  return percent < MIN_PERCENT ? 0 : percent;
}

/** For the whole process, worked out anew after each collection; ends it when called. */
export function giveHeapRoom(): () => void {
  // A container may have less than the machine (cgroups(7)); 0 or a huge number where it has no bound.
  const memory = Math.min(process.constrainedMemory() || Infinity, totalmem());
  const give = (): void => {
    const percent = growingPercent(getHeapStatistics().used_heap_size, memory);
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(isMajor)) give();
  });
  observer.observe({ entryTypes: ['gc'] });
  give();
  return () => {
    observer.disconnect();
    setFlagsFromString('--heap-growing-percent=0');
  };
}

/**
 * The same when that is done. Compiled code fits only the flags under which it was made (V8's own check), so
 * code that is kept for the next start is made before, and threads begin faster before.
 */
export function giveHeapRoomAfter(done: Promise<void>, give = giveHeapRoom): () => void {
  let isEnded = false;
  let end = (): void => undefined;
  void done.then(() => {
    if (!isEnded) end = give();
  });
  return () => {
    isEnded = true;
    end();
  };
}

function isMajor(entry: PerformanceEntry & { readonly detail?: unknown }): boolean {
  const { kind } = entry.detail as { readonly kind?: number };
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
