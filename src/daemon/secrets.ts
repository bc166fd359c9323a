/** The daemon's own keys, made at the first start. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrimumError } from '../errors.ts';

const HASH_KEY_BYTES = 16;

/**
 * Key of the hashes in standing state. A lost key makes what is known unreadable, so it stands
 * beside it. @throws PrimumError STATE_UNUSABLE
 */
export function hashKey(stateFolder: string): Uint8Array {
  const path = join(stateFolder, 'hash-key');
  try {
    return readKey(path) ?? writeKey(path);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new PrimumError('STATE_UNUSABLE', `The key ${path} cannot be used: ${cause}`, {
      cause: error,
    });
  }
}

/**
 * Another key from that one, for a use of its own: equal at every start and on nobody else's
 * machine. @throws PrimumError STATE_UNUSABLE
 */
export function deriveKey(stateFolder: string, use: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', hashKey(stateFolder), '', `primum ${use}`, bytes));
}

function readKey(path: string): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const key = Buffer.from(text, 'hex');
  if (key.length !== HASH_KEY_BYTES) {
    throw new Error('it does not hold 32 hexadecimal digits. Restore it from a backup.');
  }
  return key;
}

function writeKey(path: string): Uint8Array {
  const key = randomBytes(HASH_KEY_BYTES);
  writeFileSync(path, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}
