/** What is gathered is what was written, whatever the pieces. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_BYTES, Blocks } from './blocks.ts';

test('pieces of any size come out in order, in blocks of one size', () => {
  const sizes = fc.array(fc.oneof(fc.nat(200), fc.nat(3 * BLOCK_BYTES)), { maxLength: 40 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const blocks = new Blocks();
      const given = lengths.map((length, index) => Buffer.alloc(length, index + 1));
      const full = given.flatMap((piece) => blocks.add(piece));
      expect(full.every((block) => block.length === BLOCK_BYTES)).toBe(true);
      const rest = blocks.rest();
      expect(rest.length).toBeLessThan(BLOCK_BYTES);
      expect(Buffer.concat([...full, rest]).equals(Buffer.concat(given))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('what was written may be changed by its owner afterwards', () => {
  const blocks = new Blocks();
  const piece = Buffer.from('first');
  blocks.add(piece);
  piece.fill(0);
  expect(blocks.rest().toString()).toBe('first');
});
