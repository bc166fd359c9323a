import { afterEach, describe, expect, it } from 'vitest';
import { ago, daemonNow, setClock } from './format.ts';

const DAY_MS = 86_400_000;

afterEach(() => setClock(new Date().toUTCString()));

describe('ages', () => {
  it("are counted by the daemon's clock, wherever the browser's stands", () => {
    const behind = Math.floor(Date.now() / 1000) * 1000 - 3 * DAY_MS;
    setClock(new Date(behind).toUTCString());
    expect(ago(new Date(daemonNow()).toISOString())).toBe('0 s ago');
    expect(ago(new Date(behind - 2 * DAY_MS).toISOString())).toBe('2 days ago');
  });

  it.each([null, '', 'yesterday'])('keep the clock they had where an answer says %j', (date) => {
    const behind = Date.now() - 3 * DAY_MS;
    setClock(new Date(behind).toUTCString());
    setClock(date);
    expect(daemonNow()).toBeLessThan(behind + DAY_MS);
  });
});
