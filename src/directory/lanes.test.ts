/** What waits for a lane. */
import { describe, expect, test } from 'vitest';
import { createLanes } from './lanes.ts';

const never = new AbortController().signal;

describe('lanes', () => {
  test('run no more than their number at once, and all in the end', async () => {
    const lanes = createLanes(3);
    let [running, most, done] = [0, 0, 0];
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done += 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => lanes.run(work, never)));
    expect({ most, done }).toEqual({ most: 3, done: 20 });
  });

  test('are given back by work that fails', async () => {
    const lanes = createLanes(1);
    await expect(lanes.run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(await lanes.run(() => Promise.resolve(5), never)).toBe(5);
  });

  test('are not taken by work whose time is over', async () => {
    const lanes = createLanes(1);
    const stop = new AbortController();
    let finish: () => void = () => undefined;
    const first = lanes.run(() => new Promise<void>((resolve) => (finish = resolve)), never);
    let ran = false;
    const late = lanes.run(() => Promise.resolve((ran = true)), stop.signal);
    stop.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    finish();
    await first;
    expect(await lanes.run(() => Promise.resolve(5), never)).toBe(5);
    expect(ran).toBe(false);
    await expect(lanes.run(() => Promise.resolve(1), stop.signal)).rejects.toThrow('too late');
  });
});
