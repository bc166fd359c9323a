/**
 * What each seed gave, kept in a folder: a run of hours can be interrupted, and several processes
 * can share its seeds. Only what was measured in the same way, by the same model, is taken again.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MODEL } from '../../src/core/detection/hypotheses.ts';
import type { Counted } from '../../src/scoring/result.ts';
import type { SeedFound, SeedOptions } from './seed.ts';

export interface Keeping {
  /** @throws Error when the file was measured in another way. */
  read(seed: number, options: SeedOptions): SeedFound | undefined;
  write(seed: number, options: SeedOptions, found: SeedFound): void;
}

/** @param folder made when it is not there; `undefined` keeps nothing */
export function openKeeping(folder: string | undefined): Keeping {
  if (folder === undefined) return { read: () => undefined, write: () => undefined };
  mkdirSync(folder, { recursive: true });
  const fileOf = (seed: number): string => join(folder, `seed-${seed}.json.gz`);
  return {
    read: (seed, options) => {
      const file = fileOf(seed);
      if (!existsSync(file)) return undefined;
      const kept = parse(gunzipSync(readFileSync(file)).toString()) as Kept;
      if (isDeepStrictEqual(kept.how, parse(format(howOf(options))))) return kept.found;
      throw new Error(
        `${file} was measured in another way or by another model: name another folder to keep in.`,
      );
    },
    write: (seed, options, found) => {
      const kept: Kept = { how: howOf(options), found: condensed(found) };
      const file = fileOf(seed);
      writeFileSync(`${file}.new`, gzipSync(format(kept), { level: 9 }));
      renameSync(`${file}.new`, file);
    },
  };
}

interface Kept {
  readonly how: object;
  readonly found: SeedFound;
}

/** Not where the real material was, but what it was. */
function howOf({ streams, texts, ...options }: SeedOptions): object {
  return {
    model: MODEL,
    ...options,
    ...(streams !== undefined && { streams: materialOf(streams) }),
    ...(texts !== undefined && { texts: materialOf(texts) }),
  };
}

/** Names and sizes of a folder's files stand for the folder. */
function materialOf(folder: string): string {
  const hash = createHash('sha256');
  let files = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const found = statSync(join(folder, name));
    if (!found.isFile()) continue;
    files += 1;
    hash.update(`${relative(folder, join(folder, name)).replaceAll(sep, '/')} ${found.size}\n`);
  }
  return `${files} files, ${hash.digest('hex')}`;
}

function condensed(found: SeedFound): SeedFound {
  return {
    ...found,
    runs: found.runs.map((run) => ({ ...run, tally: countedOf(run.tally) })),
    peers: found.peers.map((peer) => ({ ...peer, tally: countedOf(peer.tally) })),
  };
}

function countedOf(tally: Counted): Counted {
  const { counts, cases, identities, delaysSeconds, falseHoldsByClass, lastMs } = tally;
  return { counts, cases, identities, delaysSeconds, falseHoldsByClass, lastMs };
}

/** JSON has no maps, sets and infinite numbers. */
function format(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (one instanceof Map) return { '#map': [...one] };
    if (one instanceof Set) return { '#set': [...one] };
    return one === Infinity || one === -Infinity ? { '#number': String(one) } : one;
  });
}

function parse(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one;
    if ('#map' in one) return new Map(one['#map'] as [unknown, unknown][]);
    if ('#set' in one) return new Set(one['#set'] as unknown[]);
    return '#number' in one ? Number(one['#number']) : one;
  });
}
