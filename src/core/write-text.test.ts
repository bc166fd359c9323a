import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeText } from './write-text.ts';

describe('a text written as UTF-8', () => {
  it('has the bytes that the encoder gives, at its place', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '@', '\n', 'é', '€', '😀', '\ud800') });
    fc.assert(
      fc.property(text, fc.nat(3), (said, at) => {
        const into = new Uint8Array(at + said.length * 3 + 1).fill(7);
        const expected = new TextEncoder().encode(said);
        expect(writeText(said, into, at)).toBe(expected.length);
        expect(into.subarray(at, at + expected.length)).toEqual(expected);
        expect([...into.subarray(0, at), into.at(-1)].every((byte) => byte === 7)).toBe(true);
      }),
    );
  });
});
