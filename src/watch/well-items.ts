/**
 * What single items looked like when they were well: they are no findings, and without it nobody could
 * say what changed once one is bad. A line of the file when it is first seen or looks otherwise; when
 * it was last seen, once a week and at the end, so that looks do not make the file long.
 */
import { sameBesideFigures } from './history-drift.ts';
import type { Good, WellLine } from './history-file.ts';

/** Of each about 300 bytes, in memory. */
const MAX_ITEMS = 500_000;
/** Of each about 250 bytes, in the file. */
export const MAX_KEPT_ITEMS = 100_000;
const AGAIN_AFTER_MS = 7 * 86_400_000;

interface WellItem {
  readonly evidence: readonly string[];
  readonly at: string;
  /** When the file says that it was last well; absent where the file has no room for it. */
  readonly keptAt?: string;
}

export class WellItems {
  readonly #items = new Map<string, WellItem>();
  readonly #fresh = new Map<string, WellLine>();
  readonly #maxKept: number;
  #kept = 0;

  constructor(loaded: Iterable<readonly [string, Good]> = [], maxKept = MAX_KEPT_ITEMS) {
    this.#maxKept = maxKept;
    for (const [key, { goodEvidence = [], goodAt = '' }] of loaded) {
      if (this.#kept >= maxKept) break;
      this.#items.set(key, { evidence: goodEvidence, at: goodAt, keptAt: goodAt });
      this.#kept += 1;
    }
  }

  take(key: string, evidence: readonly string[], at: string): void {
    const before = this.#items.get(key);
    if (before === undefined && this.#items.size >= MAX_ITEMS) return;
    const isKept = before?.keptAt !== undefined;
    if (!isKept && this.#kept >= this.#maxKept) return void this.#items.set(key, { evidence, at });
    if (!isKept) this.#kept += 1;
    const isSame = isKept && sameBesideFigures(before.evidence, evidence);
    const isLate = isKept && Date.parse(at) - Date.parse(before.keptAt) >= AGAIN_AFTER_MS;
    const keptAt = isSame && !isLate ? before.keptAt : at;
    this.#items.set(key, { evidence, at, keptAt });
    if (keptAt === at) this.#note(key, at, isSame ? undefined : evidence);
  }

  find(key: string): Good | undefined {
    const item = this.#items.get(key);
    return item === undefined ? undefined : { goodEvidence: item.evidence, goodAt: item.at };
  }

  /** It is bad now, and the file says so by the line of that. */
  drop(key: string): void {
    if (this.#items.get(key)?.keptAt !== undefined) this.#kept -= 1;
    this.#items.delete(key);
    this.#fresh.delete(key);
  }

  /** Forgets those of what is not watched any more, on disk too. */
  keepOnly(isWatched: (key: string) => boolean): void {
    for (const [key, { at, keptAt }] of this.#items) {
      if (isWatched(key)) continue;
      this.drop(key);
      if (keptAt !== undefined) this.#fresh.set(key, { key, wellAt: at, isForgotten: true });
    }
  }

  /** What is not on disk yet. @param isLast With when each was last seen. */
  takeFresh(isLast: boolean): readonly WellLine[] {
    for (const [key, item] of isLast ? this.#items : []) {
      if (item.keptAt === undefined || item.keptAt === item.at) continue;
      this.#items.set(key, { ...item, keptAt: item.at });
      this.#note(key, item.at, undefined);
    }
    const fresh = [...this.#fresh.values()];
    this.#fresh.clear();
    return fresh;
  }

  #note(key: string, wellAt: string, evidence: readonly string[] | undefined): void {
    const well = evidence ?? this.#fresh.get(key)?.well;
    this.#fresh.set(key, { key, wellAt, ...(well === undefined ? {} : { well }) });
  }
}
