/** Figures by the hour in memory: some thousand numbers, and what is usual made of them once an hour. */
import type { Figure } from '../store/records/desk-contract.ts';
import type { Hour } from './people-contract.ts';

const HOUR_MS = 3_600_000;
/** Days that say what is usual, and are kept. */
export const USUAL_DAYS = 28;
/** Fewer days say nothing. */
const LEAST_DAYS = 3;
const HOURS_SHOWN = 24;

type Usual = NonNullable<Hour['usual']>;

export class KnownHours {
  readonly #names = new Map<string, Map<number, number>>();
  /** Of the hours shown; all that it is made of lies before them. */
  #usual = new Map<string, readonly (Usual | undefined)[]>();
  #usualOf = 0;
  #oldest = Infinity;

  constructor(rows: readonly Figure[]) {
    this.add(rows);
  }

  value(hour: number, name: string): number {
    return this.#names.get(name)?.get(hour) ?? 0;
  }

  add(figures: readonly Figure[]): void {
    for (const { hour, name, value } of figures) {
      this.#put(hour, name, this.value(hour, name) + value);
    }
  }

  set(figures: readonly Figure[]): void {
    for (const { hour, name, value } of figures) this.#put(hour, name, value);
  }

  purge(beforeHour: number): void {
    for (const hours of this.#names.values()) {
      for (const hour of hours.keys()) if (hour < beforeHour) hours.delete(hour);
    }
    this.#oldest = Math.max(this.#oldest, beforeHour);
  }

  /** The hours up to `last`, oldest first. */
  day(last: number): Readonly<Record<string, readonly Hour[]>> {
    if (last !== this.#usualOf) this.#usual.clear();
    this.#usualOf = last;
    const first = last - HOURS_SHOWN + 1;
    const shown = [...this.#names].map(([name, values]): readonly [string, readonly Hour[]] => {
      const hours = this.#usualOfName(name, first).map((usual, index) => {
        const at = new Date((first + index) * HOUR_MS).toISOString();
        const value = values.get(first + index) ?? 0;
        return { at, value, ...(usual === undefined ? {} : { usual }) };
      });
      return [name, hours];
    });
    return Object.fromEntries(shown);
  }

  #put(hour: number, name: string, value: number): void {
    const hours = this.#names.get(name) ?? new Map<number, number>();
    this.#names.set(name, hours.set(hour, value));
    this.#oldest = Math.min(this.#oldest, hour);
    // Late, of an hour that others are held against.
    if (hour < this.#usualOf) this.#usual.clear();
  }

  #usualOfName(name: string, first: number): readonly (Usual | undefined)[] {
    const known = this.#usual.get(name);
    if (known !== undefined) return known;
    const made = Array.from({ length: HOURS_SHOWN }, (_, index) => this.#band(name, first + index));
    this.#usual.set(name, made);
    return made;
  }

  #band(name: string, hour: number): Usual | undefined {
    const before: number[] = [];
    for (let day = 1; day <= USUAL_DAYS; day++) {
      const same = hour - day * 24;
      if (same >= this.#oldest) before.push(this.value(same, name));
    }
    if (before.length < LEAST_DAYS) return undefined;
    before.sort((a, b) => a - b);
    const part = (share: number): number => before[Math.round(share * (before.length - 1))] ?? 0;
    return { low: part(0.1), middle: part(0.5), high: part(0.9) };
  }
}
