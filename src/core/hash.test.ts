import { describe, expect, it } from 'vitest';
import { createKeyedHash, sipHash } from './hash.ts';

describe('keyed hash', () => {
  it('gives the values of the SipHash paper and its reference vectors', () => {
    // Key 00..0f; message 00..(n-1); vectors_sip64 of the reference implementation, byte order as printed.
    const key = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c] as const;
    const expected: readonly (readonly [number, string])[] = [
      [0, '310e0edd47db6f72'],
      [1, 'fd67dc93c539f874'],
      [2, '5a4fa9d909806c0d'],
      [8, '6224939a79f5f593'],
      [15, 'e545be4961ca29a1'],
    ];
    const out = new Uint32Array(2);
    for (const [length, hex] of expected) {
      sipHash(
        key,
        Uint8Array.from({ length }, (_, i) => i),
        length,
        out,
      );
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setUint32(0, out[1]!, true);
      new DataView(bytes.buffer).setUint32(4, out[0]!, true);
      expect(Buffer.from(bytes).toString('hex'), `length ${length}`).toBe(hex);
    }
  });

  it('depends on the key and on every letter', () => {
    const a = createKeyedHash(new Uint8Array(16));
    const b = createKeyedHash(new Uint8Array(16).fill(1));
    expect(a.hex('ann@example.org')).not.toBe(b.hex('ann@example.org'));
    expect(a.hex('ann@example.org')).not.toBe(a.hex('bnn@example.org'));
    expect(a.hex('x'.repeat(5000))).toMatch(/^[0-9a-f]{16}$/);
  });

  it('refuses a key of the wrong length', () => {
    expect(() => createKeyedHash(new Uint8Array(8))).toThrow('16 bytes');
  });
});
