/**
 * What each seed gave, kept in a folder: a run of hours can be interrupted, and several processes
 * can share its seeds. Only what was measured in the same way is taken again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { SeedFound, SeedOptions } from './seed.ts';

interface Kept {
  readonly options: SeedOptions;
  readonly found: SeedFound;
}

export interface Keeping {
  /** @throws Error when the file was measured in another way. */
  read(seed: number, options: SeedOptions): SeedFound | undefined;
  write(seed: number, options: SeedOptions, found: SeedFound): void;
}

/** @param folder made when it is not there; `undefined` keeps nothing */
export function openKeeping(folder: string | undefined): Keeping {
  if (folder === undefined) return { read: () => undefined, write: () => undefined };
  mkdirSync(folder, { recursive: true });
  const fileOf = (seed: number): string => join(folder, `seed-${seed}.v8`);
  return {
    read: (seed, options) => {
      const file = fileOf(seed);
      if (!existsSync(file)) return undefined;
      const kept = deserialize(readFileSync(file)) as Kept;
      if (isDeepStrictEqual(kept.options, deserialize(serialize(options)))) return kept.found;
      throw new Error(`${file} was measured with other options: name another folder to keep in.`);
    },
    write: (seed, options, found) => {
      const plain = {
        ...found,
        runs: found.runs.map((run) => ({ ...run, tally: { ...run.tally } })),
        peers: found.peers.map((peer) => ({ ...peer, tally: { ...peer.tally } })),
      };
      const file = fileOf(seed);
      writeFileSync(`${file}.new`, serialize({ options, found: plain } satisfies Kept));
      renameSync(`${file}.new`, file);
    },
  };
}
