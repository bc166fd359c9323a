/**
 * Begins the next few of a row of works before they are asked for, so that their waits for the disk lie
 * beside each other. They are given in order; what was begun and is not wanted any more is ended.
 */
export interface Ending {
  close(): Promise<void>;
}

export async function* lookAhead<T, W extends Ending>(
  items: readonly T[],
  begin: (item: T, index: number) => Promise<W>,
  most: number,
): AsyncGenerator<readonly [T, Promise<W>], void, void> {
  const begun: Promise<W>[] = [];
  let next = 0;
  const fill = (): void => {
    while (begun.length < most && next < items.length) {
      const work = begin(items[next] as T, next);
      // Who asks for it hears of its failure; nobody else has to.
      work.catch(() => undefined);
      begun.push(work);
      next += 1;
    }
  };
  try {
    for (const item of items) {
      fill();
      const work = begun.shift();
      if (work === undefined) return;
      try {
        yield [item, work];
      } finally {
        await end(work);
      }
    }
  } finally {
    await Promise.all(begun.map(end));
  }
}

/** One that failed holds nothing. */
async function end(work: Promise<Ending>): Promise<void> {
  const begun = await work.catch(() => undefined);
  await begun?.close().catch(() => undefined);
}
