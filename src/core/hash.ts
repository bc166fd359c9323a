/**
 * Keyed 64-bit hash: SipHash-2-4 (Aumasson and Bernstein, 2012) on 32-bit halves, so that standing
 * state is not a readable address book. A pure function of key and text.
 */
import { writeText } from './write-text.ts';

export interface KeyedHash {
  /** 16 lower-case hexadecimal digits. */
  hex(text: string): string;
  /** The low 32 bits, unsigned. */
  low(text: string): number;
  /** Both halves, unsigned: [high, low]. The array is reused by the next call. */
  halves(text: string): Uint32Array;
}

/** @param key 16 bytes. */
export function createKeyedHash(key: Uint8Array): KeyedHash {
  if (key.length !== 16) throw new RangeError('A hash key has 16 bytes.');
  const view = new DataView(key.buffer, key.byteOffset, 16);
  const k0l = view.getUint32(0, true);
  const k0h = view.getUint32(4, true);
  const k1l = view.getUint32(8, true);
  const k1h = view.getUint32(12, true);
  const lanes: Key = [k0l, k0h, k1l, k1h];
  let buffer = new Uint8Array(512);
  const result = new Uint32Array(2);

  const halves = (text: string): Uint32Array => {
    if (text.length * 3 > buffer.length) buffer = new Uint8Array(text.length * 3);
    sipHash(lanes, buffer, writeText(text, buffer, 0), result);
    return result;
  };
  return {
    halves,
    low: (text) => halves(text)[1] ?? 0,
    hex: (text) => {
      const [high = 0, low = 0] = halves(text);
      return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
    },
  };
}

type Key = readonly [k0l: number, k0h: number, k1l: number, k1h: number];

/**
 * Writes [high, low] of SipHash-2-4 of the first `length` bytes. Lanes v0..v3 are the low halves
 * a..d and the high halves A..D in local variables: in an array they take four times as long.
 */
export function sipHash(key: Key, bytes: Uint8Array, length: number, out: Uint32Array): void {
  // "somepseudorandomlygeneratedbytes"
  let a = key[0] ^ 0x70736575;
  let A = key[1] ^ 0x736f6d65;
  let b = key[2] ^ 0x6e646f6d;
  let B = key[3] ^ 0x646f7261;
  let c = key[0] ^ 0x6e657261;
  let C = key[1] ^ 0x6c796765;
  let d = key[2] ^ 0x79746573;
  let D = key[3] ^ 0x74656462;
  let sum = 0;
  let t = 0;
  // Whole words, then the last one with the length in it, then the finish.
  const words = length >>> 3;
  for (let word = 0; word <= words + 1; word++) {
    const isFinish = word > words;
    const low = isFinish ? 0 : half(bytes, word * 8, length);
    const high = isFinish
      ? 0
      : half(bytes, word * 8 + 4, length) | (word === words ? length << 24 : 0);
    d ^= low;
    D ^= high;
    if (isFinish) c ^= 0xff;
    for (let round = isFinish ? 4 : 2; round > 0; round--) {
      // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
      sum = (a >>> 0) + (b >>> 0);
      A = (A + B + (sum > 0xffffffff ? 1 : 0)) | 0;
      a = sum | 0;
      t = b;
      b = ((b << 13) | (B >>> 19)) ^ a;
      B = ((B << 13) | (t >>> 19)) ^ A;
      t = a;
      a = A;
      A = t;
      // v2 += v3; v3 <<<= 16; v3 ^= v2
      sum = (c >>> 0) + (d >>> 0);
      C = (C + D + (sum > 0xffffffff ? 1 : 0)) | 0;
      c = sum | 0;
      t = d;
      d = ((d << 16) | (D >>> 16)) ^ c;
      D = ((D << 16) | (t >>> 16)) ^ C;
      // v0 += v3; v3 <<<= 21; v3 ^= v0
      sum = (a >>> 0) + (d >>> 0);
      A = (A + D + (sum > 0xffffffff ? 1 : 0)) | 0;
      a = sum | 0;
      t = d;
      d = ((d << 21) | (D >>> 11)) ^ a;
      D = ((D << 21) | (t >>> 11)) ^ A;
      // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
      sum = (c >>> 0) + (b >>> 0);
      C = (C + B + (sum > 0xffffffff ? 1 : 0)) | 0;
      c = sum | 0;
      t = b;
      b = ((b << 17) | (B >>> 15)) ^ c;
      B = ((B << 17) | (t >>> 15)) ^ C;
      t = c;
      c = C;
      C = t;
    }
    a ^= low;
    A ^= high;
  }
  out[1] = a ^ b ^ c ^ d;
  out[0] = A ^ B ^ C ^ D;
}

/** Four bytes, little-endian; beyond `length` they are zero. */
function half(bytes: Uint8Array, at: number, length: number): number {
  if (at + 4 <= length) {
    return (
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    );
  }
  let value = 0;
  for (let i = 0; at + i < length; i++) value |= (bytes[at + i] as number) << (8 * i);
  return value;
}
