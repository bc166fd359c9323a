import { afterEach, describe, expect, it } from 'vitest';
import { ago, daemonNow, setClock, when } from './format.ts';

const DAY_MS = 86_400_000;

afterEach(() => setClock(new Date().toUTCString()));

describe('times', () => {
  it('have a year where it is another than now', () => {
    const now = Date.parse('2026-06-15T12:00:00.000Z');
    expect(when('2026-06-14T12:00:00.000Z', now)).not.toContain('2026');
    expect(when('2025-06-14T12:00:00.000Z', now)).toContain('2025');
    expect(when('never', now)).toBe('');
  });
});

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
