/**
 * Counts of the platform by the hour, and what is usual at that hour. Counted in memory and written
 * every minute: a crash costs a minute of a graph, nothing else.
 */
import type { Records } from '../store/records/contract.ts';
import type { Health } from './health.ts';
import type { FigureDesk, Hour } from './people-contract.ts';

const HOUR_MS = 3_600_000;
const WRITE_MS = 60_000;
/** Days that say what is usual, and are kept. */
const USUAL_DAYS = 28;
/** Fewer days say nothing. */
const LEAST_DAYS = 3;
const HOURS_SHOWN = 24;

export class Figures implements FigureDesk {
  readonly #records: Records;
  readonly #health: Health;
  readonly #now: () => number;
  #counts = new Map<string, number>();
  #hour: number;
  readonly #timer: NodeJS.Timeout;
  /** Levels, each read once an hour, with the hour of the last reading. */
  readonly #levels = new Map<string, { read: () => Promise<number>; hour: number }>();

  constructor(parts: {
    readonly records: Records;
    readonly health: Health;
    readonly now: () => number;
  }) {
    this.#records = parts.records;
    this.#health = parts.health;
    this.#now = parts.now;
    this.#hour = Math.floor(parts.now() / HOUR_MS);
    this.#timer = setInterval(() => {
      void this.#readLevels()
        .then(() => this.flush())
        .catch(() => undefined);
    }, WRITE_MS).unref();
  }

  count(name: string, by = 1): void {
    const hour = Math.floor(this.#now() / HOUR_MS);
    if (hour !== this.#hour) void this.flush().catch(() => undefined);
    this.#hour = hour;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  level(name: string, read: () => Promise<number>): void {
    this.#levels.set(name, { read, hour: 0 });
  }

  async flush(): Promise<void> {
    if (this.#counts.size === 0) return;
    const [counts, hour] = [this.#counts, this.#hour];
    this.#counts = new Map();
    const figures = [...counts].map(([name, value]) => ({ hour, name, value }));
    await this.#health.write(async () => {
      await this.#records.figures.add(figures);
      await this.#records.figures.purge(hour - (USUAL_DAYS + 1) * 24);
    });
  }

  async day(): Promise<Readonly<Record<string, readonly Hour[]>>> {
    await this.flush();
    const last = Math.floor(this.#now() / HOUR_MS);
    const first = last - HOURS_SHOWN + 1;
    const rows = await this.#health.read(() =>
      this.#records.figures.since(first - USUAL_DAYS * 24),
    );
    const known = new Map<string, Map<number, number>>();
    let oldest = last;
    for (const { name, hour, value } of rows) {
      const hours = known.get(name) ?? new Map<number, number>();
      known.set(name, hours.set(hour, value));
      oldest = Math.min(oldest, hour);
    }
    const shown = Array.from({ length: HOURS_SHOWN }, (_, index) => first + index);
    return Object.fromEntries(
      [...known].map(([name, hours]) => [name, shown.map((hour) => hourOf(hours, hour, oldest))]),
    );
  }

  /** Once an hour, and as zero where it was read and nothing is there. */
  async #readLevels(): Promise<void> {
    const hour = Math.floor(this.#now() / HOUR_MS);
    for (const [name, level] of this.#levels) {
      if (level.hour === hour) continue;
      level.hour = hour;
      const value = await level.read().catch(() => undefined);
      if (value !== undefined) this.count(name, value);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => undefined);
  }
}

function hourOf(hours: ReadonlyMap<number, number>, hour: number, oldest: number): Hour {
  const before: number[] = [];
  for (let day = 1; day <= USUAL_DAYS; day++) {
    const same = hour - day * 24;
    if (same >= oldest) before.push(hours.get(same) ?? 0);
  }
  before.sort((a, b) => a - b);
  const at = new Date(hour * HOUR_MS).toISOString();
  const value = hours.get(hour) ?? 0;
  if (before.length < LEAST_DAYS) return { at, value };
  const part = (share: number): number => before[Math.round(share * (before.length - 1))] ?? 0;
  return { at, value, usual: { low: part(0.1), middle: part(0.5), high: part(0.9) } };
}
