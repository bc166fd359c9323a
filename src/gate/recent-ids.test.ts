/** Ids seen lately: each counts once, and memory stays bounded. */
import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../test/platform.ts';
import { createRecentIds } from './recent-ids.ts';
import type { Verdict } from '../core/verdict.ts';

const verdict = (kind: Verdict['verdict']): Verdict => ({
  ...(createPlatform().submit('ann@example.org') satisfies Verdict),
  verdict: kind,
});

describe('recent ids', () => {
  it('remember at least their size and forget what is twice as old', () => {
    const recent = createRecentIds(100);
    for (let i = 0; i < 300; i++) {
      recent.add(`e${i}`);
      for (let back = 0; back <= Math.min(i, 99); back += 33) {
        expect(recent.has(`e${i - back}`)).toBe(true);
      }
    }
    expect(recent.has('e0')).toBe(false);
    expect(recent.has('e99')).toBe(false);
  });

  it('keep the verdict of what was stopped, and only that an event passed', () => {
    const recent = createRecentIds(10);
    recent.add('held', verdict('hold'));
    recent.add('passed', verdict('pass'));
    expect(recent.verdictOf('held')?.verdict).toBe('hold');
    expect(recent.has('passed')).toBe(true);
    expect(recent.verdictOf('passed')).toBeUndefined();
  });

  it('keep a verdict when its generation turns', () => {
    const recent = createRecentIds(2);
    recent.add('held', verdict('hold'));
    recent.add('other');
    recent.add('third');
    expect(recent.verdictOf('held')?.verdict).toBe('hold');
  });
});
