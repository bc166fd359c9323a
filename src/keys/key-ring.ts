/**
 * Keys in one file of the state folder (mode 0600): a line a key with its id, birth and 32 bytes,
 * newest last, and one key for pseudonyms that must stay equal for years. The newest makes tokens;
 * older ones read until nobody can hold a token of theirs any more.
 */
import { randomBytes, randomInt } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { PrimumError } from '../errors.ts';
import { numberToBase32 } from './base32.ts';

export interface RingKey {
  /** Four characters of base 32. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly bornMs: number;
  readonly secret: Buffer;
}

export interface KeyRing {
  readonly stable: Buffer;
  /** Oldest first; at least one. */
  readonly keys: readonly RingKey[];
}

/** What a key file is, in words. */
export interface KeyRingWords {
  /** What the keys are, such as `trace keys`. */
  readonly name: string;
  /** First line of the file: what is lost with it. */
  readonly head: string;
}

export interface KeyRingOptions {
  readonly path: string;
  readonly words: KeyRingWords;
  /** A key makes tokens for so long. */
  readonly rotateAfterMs: number;
  /** A key reads for so long after its successor came. */
  readonly keepMs: number;
}

const SECRET_BYTES = 32;
export const KEY_ID_DIGITS = 4;
/** A file of this size is not ours: ten keys a year for a century have 100 KiB. */
export const MAX_KEY_FILE_BYTES = 256 * 1024;

/** Reads the ring; makes one where there is none. @throws PrimumError STATE_UNUSABLE */
export function openKeyRing(options: KeyRingOptions, nowMs: number): KeyRing {
  return orUnusable(options, () => {
    const known = readRing(options);
    if (known !== undefined) return known;
    const fresh = { stable: randomBytes(SECRET_BYTES), keys: [newKey([], nowMs)] };
    writeRing(options, fresh);
    return fresh;
  });
}

/** Reads the ring of a program that runs elsewhere. @throws PrimumError STATE_UNUSABLE */
export function requireRing(options: KeyRingOptions): KeyRing {
  return orUnusable(options, () => {
    const known = readRing(options);
    if (known === undefined) {
      throw new Error('there is no such file yet. Start primum once, or name its state folder.');
    }
    return known;
  });
}

function orUnusable<T>({ path, words }: KeyRingOptions, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new PrimumError('STATE_UNUSABLE', `The ${words.name} ${path} cannot be used: ${cause}`, {
      cause: error,
    });
  }
}

export interface Rotation {
  readonly nowMs: number;
  /** Ids of keys that somebody else may have. */
  readonly drop: readonly string[];
}

/**
 * A new key on top; those gone that read long enough or are to be dropped. Durable when it returns.
 */
export function rotateKeyRing(
  options: KeyRingOptions,
  ring: KeyRing,
  { nowMs, drop }: Rotation,
): KeyRing {
  const all = [...ring.keys, newKey(ring.keys, nowMs)];
  const keys = all.filter(({ id }, index) => {
    const successor = all[index + 1];
    if (successor === undefined) return true;
    return nowMs - successor.bornMs < options.keepMs && !drop.includes(id);
  });
  const next = { stable: ring.stable, keys };
  writeRing(options, next);
  return next;
}

export function isRotationDue(options: KeyRingOptions, ring: KeyRing, nowMs: number): boolean {
  return nowMs - newestKey(ring).bornMs >= options.rotateAfterMs;
}

export function newestKey(ring: KeyRing): RingKey {
  const newest = ring.keys.at(-1);
  if (newest === undefined) throw new Error('A key ring has a key.');
  return newest;
}

/** Changes when the file does; undefined while there is none. */
export function stampOf(path: string): string | undefined {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}/${size}/${ino}`;
  } catch {
    return undefined;
  }
}

function newKey(others: readonly RingKey[], nowMs: number): RingKey {
  for (;;) {
    const id = numberToBase32(randomInt(32 ** KEY_ID_DIGITS), KEY_ID_DIGITS);
    const isTaken = others.some((key) => key.id === id);
    if (!isTaken) return { id, bornMs: nowMs, secret: randomBytes(SECRET_BYTES) };
  }
}

/** `undefined` when there is no file. @throws when it is not a key file. */
export function readRing({ path, words }: KeyRingOptions): KeyRing | undefined {
  const notOurs = `it is not a file of ${words.name}. Restore it from a backup.`;
  let text: string;
  try {
    if (statSync(path).size > MAX_KEY_FILE_BYTES) throw new Error(notOurs);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const stable = /^stable ([0-9a-f]{64})$/.exec(lines[0] ?? '')?.[1];
  const keys = lines.slice(1).map(parseKey);
  if (stable === undefined || keys.length === 0 || !keys.every((key) => key !== undefined)) {
    throw new Error(notOurs);
  }
  return { stable: Buffer.from(stable, 'hex'), keys };
}

function parseKey(line: string): RingKey | undefined {
  const match = /^([0-9a-hjkmnp-tv-z]{4}) (\S+) ([0-9a-f]{64})$/.exec(line);
  const [, id = '', born = '', secret = ''] = match ?? [];
  const bornMs = Date.parse(born);
  if (match === null || Number.isNaN(bornMs)) return undefined;
  return { id, bornMs, secret: Buffer.from(secret, 'hex') };
}

/** Whole or not at all: a new file takes the place of the old one. */
function writeRing({ path, words }: KeyRingOptions, ring: KeyRing): void {
  const lines = ring.keys.map(
    ({ id, bornMs, secret }) =>
      `${id} ${new Date(bornMs).toISOString()} ${secret.toString('hex')}\n`,
  );
  const text = `# ${words.head}\nstable ${ring.stable.toString('hex')}\n${lines.join('')}`;
  const fresh = `${path}.new`;
  const file = openSync(fresh, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
