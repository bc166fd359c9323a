import { describe, expect, it } from 'vitest';
import {
  AT_ONCE,
  FairQueue,
  KEPT_PLACES,
  MAX_KNOWN,
  MAX_WAITING,
  MAX_WAITING_OF_KNOWN,
  MAX_WAITING_OF_STRANGER,
} from './fair-queue.ts';

/** A queue whose work ends when it is told to; `began` has who was served, in order. */
function openQueue() {
  const queue = new FairQueue();
  const began: string[] = [];
  const refused: string[] = [];
  const running: (() => void)[] = [];
  return {
    queue,
    began,
    refused,
    ask: async (network: string, times = 1): Promise<void> => {
      for (let count = 0; count < times; count++) {
        void queue
          .run(network, () => {
            began.push(network);
            return new Promise<true>((resolve) => running.push(() => resolve(true)));
          })
          .then((done) => done ?? refused.push(network));
      }
      await settled();
    },
    finish: async (times = 1): Promise<void> => {
      for (let count = 0; count < times; count++) {
        running.shift()?.();
        await settled();
      }
    },
  };
}

/** All that follows from what was done has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue of costly work', () => {
  it('does two things at once, and the rest in turn', async () => {
    const { ask, began, finish } = openQueue();
    await ask('a', AT_ONCE + 1);
    expect(began).toHaveLength(AT_ONCE);
    await finish();
    expect(began).toHaveLength(AT_ONCE + 1);
  });

  it('lets one network have two waiting places, however often it asks', async () => {
    const { ask, refused, began, finish } = openQueue();
    await ask('flood', 200);
    expect(refused).toHaveLength(200 - AT_ONCE - MAX_WAITING_OF_STRANGER);
    await ask('owner');
    expect(refused).not.toContain('owner');
    await finish(2);
    expect(began.slice(AT_ONCE)).toEqual(['flood', 'owner']);
  });

  it('serves by turns of networks, not by who came first', async () => {
    const { ask, began, finish } = openQueue();
    await ask('a', 4);
    await ask('b', 2);
    await ask('c');
    await finish(5);
    expect(began.slice(AT_ONCE)).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('keeps places for known networks when strangers of many networks take all others', async () => {
    const { ask, queue, refused, finish, began } = openQueue();
    queue.remember('office');
    for (let network = 0; network < 100; network++) await ask(`bot${network}`);
    expect(refused).toHaveLength(100 - AT_ONCE - (MAX_WAITING - KEPT_PLACES));
    await ask('office', 20);
    expect(refused.filter((one) => one === 'office')).toHaveLength(20 - MAX_WAITING_OF_KNOWN);
    await finish(MAX_WAITING - KEPT_PLACES + 1);
    expect(began).toContain('office');
    // Whoever was served has left his place to the next.
    await ask('late');
    expect(refused).not.toContain('late');
  });

  it('frees its places when work fails', async () => {
    const { queue, ask, began, finish } = openQueue();
    await expect(queue.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await ask('a', AT_ONCE);
    expect(began).toHaveLength(AT_ONCE);
    await finish(AT_ONCE);
    await ask('b', AT_ONCE);
    expect(began).toHaveLength(2 * AT_ONCE);
  });

  it('forgets the network it has seen longest ago when it knows too many', async () => {
    const { queue, ask, refused } = openQueue();
    queue.remember('old');
    queue.remember('kept');
    for (let network = 2; network < MAX_KNOWN; network++) queue.remember(`n${network}`);
    queue.remember('kept');
    queue.remember('one more');
    await ask('x', AT_ONCE);
    await ask('old', 3);
    await ask('kept', 3);
    expect(refused).toEqual(['old']);
  });
});
