/**
 * A bounded cache in two generations: when the young one is full it becomes the old one and the
 * former old one is forgotten. Nearly as good as LRU, at the price of one Map lookup.
 */
export interface GenerationCache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  clear(): void;
  /** Entries held now; never above twice the size of a generation. */
  size(): number;
}

/** @param generationSize entries in a generation, at least 1. */
export function createGenerationCache<T>(generationSize: number): GenerationCache<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  const set = (key: string, value: T): void => {
    if (young.size >= generationSize) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  return {
    get(key) {
      const fresh = young.get(key);
      if (fresh !== undefined) return fresh;
      const kept = old.get(key);
      if (kept === undefined) return undefined;
      old.delete(key);
      set(key, kept);
      return kept;
    },
    set,
    clear() {
      young = new Map();
      old = new Map();
    },
    size: () => young.size + old.size,
  };
}
