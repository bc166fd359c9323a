/** Works begun ahead: in order, no more at once than is allowed, and none left open. */
import { describe, expect, it } from 'vitest';
import { lookAhead } from './look-ahead.ts';

function works(failing: readonly number[] = []) {
  const seen = { begun: [] as number[], open: 0, most: 0 };
  const begin = (item: number) => {
    seen.begun.push(item);
    if (failing.includes(item)) return Promise.reject(new Error(`no ${item}`));
    seen.open += 1;
    seen.most = Math.max(seen.most, seen.open);
    const close = (): Promise<void> => {
      seen.open -= 1;
      return Promise.resolve();
    };
    return Promise.resolve({ item, close });
  };
  return { seen, begin };
}

const TEN = Array.from({ length: 10 }, (_, i) => i);

describe('works that are begun ahead', () => {
  it('come in order, so many at once and no more, and are all ended', async () => {
    const { seen, begin } = works();
    const got: number[] = [];
    for await (const [, work] of lookAhead(TEN, begin, 3)) got.push((await work).item);
    expect(got).toEqual(TEN);
    expect(seen).toMatchObject({ open: 0, most: 3 });
  });

  it('are ended, and no more are begun, once who asks has enough', async () => {
    const { seen, begin } = works();
    for await (const [item, work] of lookAhead(TEN, begin, 4)) {
      await work;
      if (item === 1) break;
    }
    expect(seen).toMatchObject({ begun: [0, 1, 2, 3, 4], open: 0 });
  });

  it('fail where they are asked for, and the others go on', async () => {
    const { seen, begin } = works([1, 7]);
    const got: unknown[] = [];
    for await (const [, work] of lookAhead(TEN.slice(0, 4), begin, 4)) {
      got.push(await work.then(({ item }) => item).catch((error: unknown) => String(error)));
    }
    expect(got).toEqual([0, 'Error: no 1', 2, 3]);
    // One that failed and was never asked for is nobody's trouble.
    for await (const [item] of lookAhead(TEN, begin, 8)) if (item === 0) break;
    expect(seen.open).toBe(0);
  });
});
