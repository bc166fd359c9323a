/**
 * What waits for a decision, and how fast decisions come: read once for everybody who looks, and again
 * when something on record has changed. Fifty people whose page is told of a change ask at once.
 */
import type { Records } from '../store/records/contract.ts';
import type { Changes } from './changes.ts';
import type { Health } from './health.ts';
import type { ClockReport, FirstLook, FirstLookDesk } from './people-contract.ts';

const SHOWN = 12;
const DAY_MS = 86_400_000;
const CLOCK_DAYS = 30;
/** The days that clocks tell of go on, also where nothing changes. */
const KEPT_MS = 60_000;
/** Of more incidents the clocks are told anew only so often: the middle of thousands moves slowly. */
export const FEW_INCIDENTS = 1_000;
const MANY_KEPT_MS = 10_000;

interface Parts {
  readonly records: Pick<Records, 'incidents' | 'waiting'>;
  readonly health: Health;
  readonly now: () => number;
}

interface Kept<T> {
  readonly version: number;
  readonly atMs: number;
  readonly value: Promise<T>;
}

export class FirstLooks implements FirstLookDesk {
  readonly #parts: Parts;
  #version = 0;
  #look: Kept<FirstLook> | undefined;
  #clocks: Kept<ClockReport> | undefined;

  constructor(parts: Parts, changes: Pick<Changes, 'follow'>) {
    this.#parts = parts;
    changes.follow(() => this.#version++);
  }

  look(): Promise<FirstLook> {
    if (this.#look?.version === this.#version && this.#isNewer(this.#look, KEPT_MS)) {
      return this.#look.value;
    }
    const kept = this.#keep(this.#readLook());
    this.#look = kept;
    return kept.value;
  }

  async #readLook(): Promise<FirstLook> {
    const { records, health } = this.#parts;
    const waiting = await health.read(() => records.waiting.look(SHOWN));
    return { ...waiting, clocks: await this.#readClocks() };
  }

  async #readClocks(): Promise<ClockReport> {
    const before = this.#clocks;
    if (before?.version === this.#version && this.#isNewer(before, KEPT_MS)) return before.value;
    if (before !== undefined && this.#isNewer(before, MANY_KEPT_MS)) {
      const report = await before.value;
      if (report.opened > FEW_INCIDENTS) return report;
    }
    const { records, health, now } = this.#parts;
    const since = new Date(now() - CLOCK_DAYS * DAY_MS).toISOString();
    const clocks = health.read(() => records.incidents.clocks(since));
    const kept = this.#keep(clocks.then((sums) => ({ days: CLOCK_DAYS, ...sums })));
    this.#clocks = kept;
    return kept.value;
  }

  #isNewer({ atMs }: Kept<unknown>, ms: number): boolean {
    return Math.abs(this.#parts.now() - atMs) < ms;
  }

  /** What failed is not kept. */
  #keep<T>(value: Promise<T>): Kept<T> {
    const kept = { version: this.#version, atMs: this.#parts.now(), value };
    value.catch(() => {
      if (this.#look?.value === value) this.#look = undefined;
      if (this.#clocks?.value === value) this.#clocks = undefined;
    });
    return kept;
  }
}
