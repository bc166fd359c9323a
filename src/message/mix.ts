/**
 * Spreads 32 bits: the finaliser of MurmurHash3 (Appleby). Signed, for the engine keeps 32-bit
 * integers cheaper than larger numbers.
 */
export function mix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
