import { describe, expect, it } from 'vitest';
import { Attempts, MAX_FAILURES, MAX_FAILURES_OF_SITE } from './attempts.ts';

const NOW = Date.UTC(2026, 10, 21);

/** Statuses of attempts, 401 for one that failed. */
async function statusOf(attempts: Attempts, client: string, isRight = false): Promise<number> {
  try {
    const answer = await attempts.run(
      client,
      () => Promise.resolve(isRight),
      (one) => !one,
    );
    return answer ? 200 : 401;
  } catch (error) {
    return (error as { statusCode: number }).statusCode;
  }
}

describe('attempts to log in (ACC-6)', () => {
  it('end for a /48 whose every /64 has its ten, and for no other', async () => {
    const attempts = new Attempts(() => NOW);
    for (let n = 0; n < MAX_FAILURES_OF_SITE; n++) {
      expect(await statusOf(attempts, `2001:db8:7:${n.toString(16)}::1`)).toBe(401);
    }
    expect(await statusOf(attempts, '2001:db8:7:fff0::1', true)).toBe(429);
    expect(await statusOf(attempts, '2001:db8:8::1', true)).toBe(200);
  });

  it('begin as often as they may fail, and a right one gives its place back', async () => {
    const attempts = new Attempts(() => NOW);
    const { promise: asked, resolve: answer } = Promise.withResolvers<boolean>();
    const running = Array.from({ length: MAX_FAILURES }, () =>
      attempts.run(
        '192.0.2.1',
        () => asked,
        (one) => !one,
      ),
    );
    expect(await statusOf(attempts, '192.0.2.1')).toBe(503);
    expect(await statusOf(attempts, '192.0.2.2')).toBe(401);
    answer(true);
    await Promise.all(running);
    for (let n = 0; n < MAX_FAILURES; n++) expect(await statusOf(attempts, '192.0.2.1')).toBe(401);
    expect(await statusOf(attempts, '192.0.2.1', true)).toBe(429);
  });

  it('that could not be made count as none', async () => {
    const attempts = new Attempts(() => NOW);
    const broken = (): Promise<boolean> => Promise.reject(new Error('The store is away.'));
    for (let n = 0; n <= MAX_FAILURES; n++) {
      await expect(attempts.run('192.0.2.1', broken, () => true)).rejects.toThrow('away');
    }
    expect(await statusOf(attempts, '192.0.2.1', true)).toBe(200);
  });

  it('may be made again after a quarter of an hour', async () => {
    let now = NOW;
    const attempts = new Attempts(() => now);
    for (let n = 0; n < MAX_FAILURES; n++) await statusOf(attempts, '192.0.2.1');
    expect(await statusOf(attempts, '192.0.2.1', true)).toBe(429);
    now += 900_000;
    expect(await statusOf(attempts, '192.0.2.1', true)).toBe(200);
  });
});
