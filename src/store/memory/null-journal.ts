/** A journal that keeps nothing: for judging that is looked at otherwise, or not at all. */
import type { Journal } from '../journal.ts';

export const NULL_JOURNAL: Journal = {
  append: () => undefined,
  find: () => Promise.resolve(undefined),
  findBy: () => Promise.resolve(undefined),
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
  stats: () => ({ appended: 0, dropped: 0, queuedBytes: 0 }),
};
