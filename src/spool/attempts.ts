/**
 * How often each message was handed over without coming back: it hung or killed its reader, or the
 * whole program. A line is written before each attempt and one after it. They are not flushed, for what
 * a process has written outlives it; only a crash of the machine forgets them.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** Attempts that did harm before a message is set aside. */
export const MAX_ATTEMPTS = 3;
/** Lines after which the file is written anew; 34 bytes each. */
export const MAX_LINES = 20_000;

const LINE = /^([+.-])([0-9a-f]{32})$/;

export class Attempts {
  readonly #path: string;
  readonly #counts = new Map<string, number>();
  #file: number;
  #lines = 0;
  /** A line is missing from the file: the disk was full. */
  #isBehind = false;

  /** @throws what the file system says. */
  constructor(path: string) {
    this.#path = path;
    for (const line of readIfThere(path).split('\n')) {
      const [, sign, id] = LINE.exec(line) ?? [];
      if (sign !== undefined && id !== undefined) this.#take(sign, id);
    }
    this.#file = this.#writeAnew();
  }

  /** Attempts under way or that did harm. */
  of(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  /** @throws what the disk says; then it is not handed over. */
  begin(id: string): void {
    if (this.#isBehind || this.#lines >= MAX_LINES) this.#renew();
    this.#write('+', id);
    this.#take('+', id);
  }

  /** The attempt did no harm, whatever came of it. Known at once; a full disk learns it later. */
  end(id: string): void {
    this.#note('-', id);
  }

  /** The message is gone. */
  forget(id: string): void {
    if (this.#counts.has(id)) this.#note('.', id);
  }

  close(): void {
    closeSync(this.#file);
  }

  #note(sign: string, id: string): void {
    this.#take(sign, id);
    try {
      this.#write(sign, id);
    } catch {
      this.#isBehind = true;
    }
  }

  #write(sign: string, id: string): void {
    // A torn line of a full disk must not swallow the next one.
    const line = `\n${sign}${id}\n`;
    if (writeSync(this.#file, line) < line.length) throw new Error(`${this.#path} is cut short.`);
    this.#lines += 1;
  }

  #renew(): void {
    const fresh = this.#writeAnew();
    closeSync(this.#file);
    this.#file = fresh;
    this.#isBehind = false;
  }

  #take(sign: string, id: string): void {
    const count = this.of(id) + (sign === '+' ? 1 : -1);
    if (sign === '.' || count <= 0) this.#counts.delete(id);
    else this.#counts.set(id, count);
  }

  #writeAnew(): number {
    const fresh = `${this.#path}.new`;
    const rows = [...this.#counts].flatMap(([id, count]) => Array<string>(count).fill(`+${id}\n`));
    writeFileSync(fresh, rows.join(''), { mode: 0o600 });
    renameSync(fresh, this.#path);
    this.#lines = rows.length;
    return openSync(this.#path, 'a', 0o600);
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
