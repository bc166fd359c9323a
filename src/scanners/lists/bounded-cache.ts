/** Answers for a while, at most so many; those asked for least recently make room. */

interface Entry<T> {
  readonly value: T;
  readonly until: number;
}

export interface BoundedCache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, ttlMs: number): void;
  readonly size: number;
}

export function createBoundedCache<T>(maxEntries: number, now: () => number): BoundedCache<T> {
  const entries = new Map<string, Entry<T>>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.until <= now()) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, ttlMs) {
      entries.delete(key);
      entries.set(key, { value, until: now() + ttlMs });
      if (entries.size <= maxEntries) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
    get size() {
      return entries.size;
    },
  };
}
