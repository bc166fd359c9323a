/** What a door answers when we cannot judge. */
import { describe, expect, it, vi } from 'vitest';
import { createPlatform } from '../../test/platform.ts';
import { clientText } from '../core/client-text.ts';
import { answerWithin, stanceVerdict } from './stance.ts';

describe('the stance', () => {
  const p = createPlatform();
  const event = p.submission('Ann@Example.org', { credential: 'app:7' });

  it('pass is not answered as anything else and names no reason to be stopped', () => {
    expect(stanceVerdict(event, 'pass')).toMatchObject({
      verdict: 'pass',
      enforced: false,
      account: 'ann@example.org',
      identity: 'ann@example.org/app:7',
      reasons: [{ signal: 'not-judged' }],
    });
  });

  it('defer is enforced, asks the client back soon and has a reference', () => {
    const given = stanceVerdict(event, 'defer');
    expect(given).toMatchObject({ verdict: 'defer', enforced: true, retryAfterSeconds: 60 });
    expect(clientText(given)).toMatch(/Reference [0-9A-Z]{8}$/);
  });
});

describe('an answer in time', () => {
  it('is the value itself where there is no waiting', () => {
    expect(answerWithin(1000, () => 'judged', String)).toBe('judged');
  });

  it('is what the failure makes of it, for a throw and for a rejection', async () => {
    const failed = (error: unknown): string => `by stance: ${String(error)}`;
    const throwing = (): string => {
      throw new Error('disk');
    };
    expect(answerWithin(1000, throwing, failed)).toBe('by stance: Error: disk');
    const rejecting = (): Promise<string> => Promise.reject(new Error('away'));
    expect(await answerWithin(1000, rejecting, failed)).toBe('by stance: Error: away');
  });

  it('is the stance once the time is over, and a later result changes nothing', async () => {
    vi.useFakeTimers();
    try {
      const slow = Promise.withResolvers<string>();
      const failed = vi.fn(() => 'by stance');
      const answer = answerWithin(250, () => slow.promise, failed);
      await vi.advanceTimersByTimeAsync(249);
      expect(failed).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(await answer).toBe('by stance');
      slow.reject(new Error('late'));
      await vi.advanceTimersByTimeAsync(250);
      expect(failed).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
