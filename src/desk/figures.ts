/**
 * Counts of the platform by the hour, and what is usual at that hour. Counted in memory and written
 * every minute: a crash costs a minute of a graph, nothing else. What is on record is read once; nobody
 * else writes it.
 */
import type { Figure } from '../store/records/desk-contract.ts';
import type { Records } from '../store/records/contract.ts';
import { KnownHours, USUAL_DAYS } from './figure-hours.ts';
import type { Health } from './health.ts';
import type { FigureDesk, Hour } from './people-contract.ts';
import { Serial } from './serial.ts';

const HOUR_MS = 3_600_000;
const WRITE_MS = 60_000;
const LEVELS_MS = 10_000;

export class Figures implements FigureDesk {
  readonly #records: Pick<Records, 'figures'>;
  readonly #health: Health;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #serial = new Serial();
  /** Counted in this hour, not yet in `#counts`: a message counts twice, and nobody looks so often. */
  readonly #fresh = new Map<string, number>();
  #freshHour = 0;
  /** Not on record yet, counts apart from levels. */
  #counts = new Map<string, Figure>();
  #levelled = new Map<string, Figure>();
  readonly #levels = new Map<string, () => Promise<number | undefined>>();
  #known: KnownHours | undefined;
  #levelsReadMs = -Infinity;

  constructor(parts: {
    readonly records: Pick<Records, 'figures'>;
    readonly health: Health;
    readonly now: () => number;
  }) {
    this.#records = parts.records;
    this.#health = parts.health;
    this.#now = parts.now;
    this.#timer = setInterval(() => {
      void this.readLevels()
        .then(() => this.flush())
        .catch(() => undefined);
    }, WRITE_MS).unref();
  }

  count(name: string, by = 1): void {
    const hour = this.#hour();
    if (hour !== this.#freshHour) {
      this.#takeFresh();
      this.#freshHour = hour;
    }
    this.#fresh.set(name, (this.#fresh.get(name) ?? 0) + by);
  }

  level(name: string, read: () => Promise<number | undefined>): void {
    this.#levels.set(name, read);
  }

  flush(): Promise<void> {
    return this.#serial.run(() => this.#flush());
  }

  async day(): Promise<Readonly<Record<string, readonly Hour[]>>> {
    this.#takeFresh();
    const known = this.#known ?? (await this.#serial.run(() => this.#read()));
    await this.#readLevelsNow();
    return known.day(this.#hour());
  }

  /** Who looks sees what waits now, and fifty who look ask the records no more often than one. */
  async #readLevelsNow(): Promise<void> {
    if (performance.now() - this.#levelsReadMs < LEVELS_MS) return;
    this.#levelsReadMs = performance.now();
    await this.readLevels();
  }

  /** The most of an hour is kept: a queue that was full for ten minutes was full. */
  async readLevels(): Promise<void> {
    const hour = this.#hour();
    for (const [name, read] of this.#levels) {
      const value = await read().catch(() => undefined);
      if (value === undefined) continue;
      const known = this.#known ?? (await this.#serial.run(() => this.#read()));
      const level = { hour, name, value: Math.max(value, known.value(hour, name)) };
      this.#levelled.set(`${hour} ${name}`, level);
      known.set([level]);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => undefined);
  }

  #takeFresh(): void {
    const hour = this.#freshHour;
    for (const [name, by] of this.#fresh) {
      const key = `${hour} ${name}`;
      this.#counts.set(key, { hour, name, value: (this.#counts.get(key)?.value ?? 0) + by });
      this.#known?.add([{ hour, name, value: by }]);
    }
    this.#fresh.clear();
  }

  #hour(): number {
    return Math.floor(this.#now() / HOUR_MS);
  }

  async #read(): Promise<KnownHours> {
    if (this.#known !== undefined) return this.#known;
    const oldest = this.#hour() - (USUAL_DAYS + 1) * 24;
    const rows = await this.#health.read(() => this.#records.figures.since(oldest));
    const known = new KnownHours(rows);
    known.add([...this.#counts.values()]);
    this.#known = known;
    return known;
  }

  /** What could not be written waits for the next time. */
  async #flush(): Promise<void> {
    this.#takeFresh();
    const [counts, levels] = [[...this.#counts.values()], [...this.#levelled.values()]];
    if (counts.length + levels.length === 0) return;
    const oldest = this.#hour() - (USUAL_DAYS + 1) * 24;
    const known = await this.#read();
    await this.#health.write(async () => {
      await this.#records.figures.write({ counts, levels, oldest });
    });
    known.purge(oldest);
    subtract(this.#counts, counts);
    for (const [key, level] of this.#levelled)
      if (levels.includes(level)) this.#levelled.delete(key);
  }
}

/** Counting went on while it was written. */
function subtract(counts: Map<string, Figure>, written: readonly Figure[]): void {
  for (const { hour, name, value } of written) {
    const key = `${hour} ${name}`;
    const rest = (counts.get(key)?.value ?? 0) - value;
    if (rest === 0) counts.delete(key);
    else counts.set(key, { hour, name, value: rest });
  }
}
