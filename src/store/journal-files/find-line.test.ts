import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findInSegment } from './find-line.ts';

function readerOf(bytes: Buffer, chunk: number): () => AsyncGenerator<Uint8Array> {
  return async function* () {
    for (let at = 0; at < bytes.length; at += chunk) {
      yield await Promise.resolve(bytes.subarray(at, at + chunk));
    }
  };
}

describe('finding a line in a segment', () => {
  it('looks at each line with one of the texts once, newest first, within any bound of memory', async () => {
    const words = fc.array(fc.constantFrom('ann', 'bob', 'annbob', 'é', ''), { maxLength: 60 });
    const sizes = fc.record({ chunk: fc.integer({ min: 1, max: 200 }), bound: fc.nat(400) });
    await fc.assert(
      fc.asyncProperty(words, sizes, async (names, { chunk, bound }) => {
        const lines = names.map((name, i) => JSON.stringify({ i, name }));
        const seen: unknown[] = [];
        const found = await findInSegment(readerOf(Buffer.from(lines.join('\n')), chunk), {
          match: (line) => seen.push(line) === 0,
          texts: ['ann', 'é'],
          candidateBytes: bound,
        });
        expect(found).toBeUndefined();
        const expected = lines
          .filter((line) => line.includes('ann') || line.includes('é'))
          .map((line) => JSON.parse(line) as unknown);
        expect(seen).toEqual(expected.reverse());
      }),
    );
  });
});
