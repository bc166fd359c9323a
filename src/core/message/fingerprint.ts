/**
 * MinHash fingerprints of texts (Broder, 1997): the share of equal rows of two fingerprints is about
 * the share of word sequences the texts have in common. Near duplicates are found by locality
 * sensitive hashing: two rows make a band, and texts with an equal band are compared.
 */
import { FINGERPRINT_ROWS } from './derived.ts';

export type Fingerprint = Uint32Array;

/** Equal rows of 32 from which two texts are one (detection design 1.2). */
export const NEAR_DUPLICATE_ROWS = 20;

/**
 * Bands of two rows: of two texts with 20 equal rows of 32, 98 in 100 share a band; with 24, all but
 * one in 700. A campaign sends more than two messages.
 */
export const BANDS = 8;
const ROWS_OF_BAND = 2;
const BAND_STEP = FINGERPRINT_ROWS / BANDS;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i += 1) VALUES[ALPHABET.charCodeAt(i)] = i;
const BYTES = FINGERPRINT_ROWS * 4;
/** One fingerprint as character codes, used again for the next. */
const CODES = new Array<number>(Math.ceil((BYTES * 8) / 6)).fill(0);
/** Letter codes by value. */
const LETTERS = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));

/** The fingerprint of several blocks: the minimum row by row. */
export function mergeMinima(blocks: readonly (readonly number[])[]): Fingerprint {
  const rows = new Uint32Array(FINGERPRINT_ROWS).fill(0xffffffff);
  for (let b = 0; b < blocks.length; b += 1) {
    const minima = blocks[b] as readonly number[];
    for (let i = 0; i < FINGERPRINT_ROWS; i += 1) {
      const value = minima[i] as number;
      if (value < (rows[i] as number)) rows[i] = value;
    }
  }
  return rows;
}

export function equalRows(a: Fingerprint, b: Fingerprint): number {
  let equal = 0;
  for (let i = 0; i < FINGERPRINT_ROWS; i += 1) if (a[i] === b[i]) equal += 1;
  return equal;
}

/** Distinct runs of words in a text, by how small its minima are: a fifth more or less. */
export function runsIn(rows: Fingerprint): number {
  let sum = 0;
  for (let i = 0; i < FINGERPRINT_ROWS; i += 1) sum += (rows[i] as number) + 1;
  return (FINGERPRINT_ROWS * 2 ** 32) / sum - 1;
}

/** Rows little-endian, base64url without padding (RFC 4648 section 5). */
export function formatFingerprint(rows: Fingerprint): string {
  let at = 0;
  let held = 0;
  let bits = 0;
  for (let byte = 0; byte < BYTES; byte += 1) {
    held = (held << 8) | (((rows[byte >> 2] as number) >>> (8 * (byte & 3))) & 0xff);
    for (bits += 8; bits >= 6; bits -= 6) {
      CODES[at++] = LETTERS[(held >>> (bits - 6)) & 63] as number;
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) CODES[at] = LETTERS[(held << (6 - bits)) & 63] as number;
  return String.fromCharCode(...CODES);
}

/** `undefined` for a text that is no fingerprint. */
export function parseFingerprint(text: string): Fingerprint | undefined {
  if (text.length !== Math.ceil((BYTES * 8) / 6)) return undefined;
  const rows = new Uint32Array(FINGERPRINT_ROWS);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i += 1) {
    const value = VALUES[text.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    rows[at >> 2] = (rows[at >> 2] as number) | ((held >>> bits) << (8 * (at & 3)));
    held &= (1 << bits) - 1;
    at += 1;
  }
  return rows;
}

/** One 32-bit hash a band. */
export function bandsOf(rows: Fingerprint): Uint32Array {
  const bands = new Uint32Array(BANDS);
  for (let band = 0; band < BANDS; band += 1) {
    let hash = band + 1;
    for (let i = 0; i < ROWS_OF_BAND; i += 1) {
      hash = mix(hash ^ (rows[band * BAND_STEP + i] as number));
    }
    bands[band] = hash;
  }
  return bands;
}

/** One 32-bit hash of all rows. */
export function hashOf(rows: Fingerprint): number {
  let hash = 0;
  for (const row of rows) hash = mix(hash ^ row);
  return hash;
}

/** The finaliser of MurmurHash3 (Appleby, public domain): every bit of input moves every other. */
export function mix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
