/**
 * Keyed 64-bit hash: SipHash-2-4 (Aumasson and Bernstein, 2012) on 32-bit halves, so that standing
 * state is not a readable address book. A pure function of key and text.
 */

export interface KeyedHash {
  /** 16 lower-case hexadecimal digits. */
  hex(text: string): string;
  /** The low 32 bits, unsigned. */
  low(text: string): number;
  /** Both halves, unsigned: [high, low]. The array is reused by the next call. */
  halves(text: string): Uint32Array;
}

const encoder = new TextEncoder();

/** @param key 16 bytes. */
export function createKeyedHash(key: Uint8Array): KeyedHash {
  if (key.length !== 16) throw new RangeError('A hash key has 16 bytes.');
  const view = new DataView(key.buffer, key.byteOffset, 16);
  const k0l = view.getUint32(0, true);
  const k0h = view.getUint32(4, true);
  const k1l = view.getUint32(8, true);
  const k1h = view.getUint32(12, true);
  let buffer = new Uint8Array(512);
  const result = new Uint32Array(2);

  const halves = (text: string): Uint32Array => {
    if (text.length * 3 > buffer.length) buffer = new Uint8Array(text.length * 3);
    const { written } = encoder.encodeInto(text, buffer);
    sipHash([k0l, k0h, k1l, k1h], buffer, written, result);
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

/** Writes [high, low] of SipHash-2-4 of the first `length` bytes. */
export function sipHash(key: Key, bytes: Uint8Array, length: number, out: Uint32Array): void {
  // Lanes v0..v3 as low and high halves; "somepseudorandomlygeneratedbytes".
  const v = new Int32Array(8);
  v[0] = key[0] ^ 0x70736575;
  v[1] = key[1] ^ 0x736f6d65;
  v[2] = key[2] ^ 0x6e646f6d;
  v[3] = key[3] ^ 0x646f7261;
  v[4] = key[0] ^ 0x6e657261;
  v[5] = key[1] ^ 0x6c796765;
  v[6] = key[2] ^ 0x79746573;
  v[7] = key[3] ^ 0x74656462;
  const whole = length - (length % 8);
  for (let at = 0; at < whole; at += 8) {
    absorb(v, word(bytes, at, length), word(bytes, at + 4, length));
  }
  const last = word(bytes, whole + 4, length) | (length << 24);
  absorb(v, word(bytes, whole, length), last);
  v[4] ^= 0xff;
  for (let round = 0; round < 4; round++) mix(v);
  out[1] = v[0] ^ v[2] ^ v[4] ^ v[6];
  out[0] = v[1] ^ v[3] ^ v[5] ^ v[7];
}

function word(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < 4 && at + i < length; i++) value |= (bytes[at + i] ?? 0) << (8 * i);
  return value;
}

function absorb(v: Int32Array, low: number, high: number): void {
  v[6] = (v[6] ?? 0) ^ low;
  v[7] = (v[7] ?? 0) ^ high;
  mix(v);
  mix(v);
  v[0] = (v[0] ?? 0) ^ low;
  v[1] = (v[1] ?? 0) ^ high;
}

/** One SipRound. */
function mix(v: Int32Array): void {
  let [a = 0, A = 0, b = 0, B = 0, c = 0, C = 0, d = 0, D = 0] = v;
  let sum: number;
  let t: number;
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
  v[0] = a;
  v[1] = A;
  v[2] = b;
  v[3] = B;
  v[4] = c;
  v[5] = C;
  v[6] = d;
  v[7] = D;
}
