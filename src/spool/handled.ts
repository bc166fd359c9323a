/**
 * Ids of messages that are done, in a file that only grows until it is written anew: who brings one
 * of them again is told yes, and nothing happens.
 */
import { readFileSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GroupCommit } from './group-commit.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * A mail server tries again for five days at most (maximal_queue_lifetime), and in practice within
 * the hour; 33 bytes each in the file, about 100 in memory.
 */
export const MAX_HANDLED = 100_000;

const LINE = /^[0-9a-f]{32}$/;

export class HandledIds {
  readonly #path: string;
  readonly #maximum: number;
  readonly #ids: Set<string>;
  readonly #commits: GroupCommit<string>;
  #file: FileHandle | undefined;
  #lines: number;
  /** The last write may have left half a line. */
  #isTorn: boolean;

  /** @throws what the file system says. */
  constructor(path: string, maximum = MAX_HANDLED) {
    this.#path = path;
    this.#maximum = maximum;
    const text = readIfThere(path);
    const lines = text.split('\n').filter((line) => LINE.test(line));
    this.#ids = new Set(lines.slice(-maximum));
    this.#lines = lines.length;
    this.#isTorn = text !== '' && !text.endsWith('\n');
    this.#commits = new GroupCommit<string>(
      () => Promise.resolve(),
      (ids) => this.#write(ids),
    );
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Resolves when it is durable. @throws what the disk says. */
  add(id: string): Promise<void> {
    return this.#commits.add(id);
  }

  async close(): Promise<void> {
    await this.#commits.settled();
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#ids.add(id);
    if (this.#lines + ids.length > 2 * this.#maximum) await this.#writeAnew();
    else {
      this.#file ??= await open(this.#path, 'a', 0o600);
      const torn = this.#isTorn ? '\n' : '';
      this.#isTorn = true;
      await this.#file.appendFile(torn + ids.map((id) => `${id}\n`).join(''));
      await this.#file.datasync();
      this.#isTorn = false;
      this.#lines += ids.length;
    }
    for (const id of this.#ids) {
      if (this.#ids.size <= this.#maximum) break;
      this.#ids.delete(id);
    }
  }

  async #writeAnew(): Promise<void> {
    const kept = [...this.#ids].slice(-this.#maximum);
    const fresh = `${this.#path}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      await file.writeFile(kept.map((id) => `${id}\n`).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#file?.close();
    this.#file = undefined;
    await rename(fresh, this.#path);
    await syncFolder(dirname(this.#path));
    this.#lines = kept.length;
    this.#isTorn = false;
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
