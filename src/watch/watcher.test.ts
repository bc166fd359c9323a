import { describe, expect, it } from 'vitest';
import { planOf } from '../../test/watch/plan.ts';
import type { Check, FindingState } from './contract.ts';
import { openHistory, type Blind, type Change } from './history.ts';
import { openTools } from './open-tools.ts';
import { createWatcher } from './watcher.ts';

const HOUR_MS = 3_600_000;

/** One check of two domains whose states a test sets; the clock stands until it is moved. */
function watch(states: Record<string, FindingState>, random = () => 0.5, copies = 1) {
  const looks: string[] = [];
  const changes: Change[] = [];
  const blind: Blind[] = [];
  const clock = { now: Date.UTC(2026, 10, 28) };
  const check: Check = {
    id: 'made',
    practices: ['OWN-8'],
    targets: ({ domains }) => domains,
    run: (target) => {
      looks.push(target);
      const state = states[target];
      if (state === undefined) return Promise.reject(new Error('the network is away'));
      return Promise.resolve([{ practice: 'OWN-8', state, evidence: [`${target} ${state}`] }]);
    },
  };
  const plan = planOf({ domains: Object.keys(states) });
  const watcher = createWatcher({
    plan,
    checks: Array.from({ length: copies }, () => check),
    history: openHistory(undefined),
    everyMs: 6 * HOUR_MS,
    confirmAfterMs: 5 * 60_000,
    openTools: () => openTools(plan),
    now: () => clock.now,
    random,
    changed: (more) => changes.push(...more),
    blind: (more) => blind.push(...more),
    failed: (error) => {
      throw error;
    },
  });
  const next = async (): Promise<void> => {
    clock.now = watcher.nextAt();
    await watcher.tick();
  };
  return { watcher, looks, changes, blind, clock, next };
}

describe('OWN-1 to OWN-13: looking on a schedule', () => {
  it('looks at everything, and again when its time is over', async () => {
    const { watcher, looks, clock, next } = watch({ 'a.test': 'pass', 'b.test': 'pass' });
    await next();
    expect(looks).toEqual(['a.test', 'b.test']);
    expect(watcher.nextAt() - clock.now).toBe(6 * HOUR_MS);
  });

  it('looks again soon before it alerts, and alerts once', async () => {
    const { watcher, changes, clock, next } = watch({ 'a.test': 'fail' });
    await next();
    expect(changes).toEqual([]);
    expect(watcher.nextAt() - clock.now).toBe(5 * 60_000);
    await next();
    await next();
    expect(changes.map(({ finding }) => finding.state)).toEqual(['fail']);
  });

  it('goes on when a check breaks', async () => {
    const states: Record<string, FindingState> = { 'a.test': 'pass', 'b.test': 'pass' };
    const { looks, changes, next } = watch(states);
    delete states['a.test'];
    await next();
    await next();
    expect(looks.length).toBe(4);
    expect(changes).toEqual([]);
  });

  it('looks at all of a domain together, always, so that its records are asked for once', async () => {
    let turn = 0;
    const random = (): number => (turn += 0.37) % 1;
    const { watcher, looks, next } = watch({ 'a.test': 'pass', 'b.test': 'pass' }, random, 3);
    expect(watcher.tasks).toBe(6);
    for (let round = 0; round < 6; round += 1) {
      await next();
      expect(new Set(looks.splice(0)).size).toBe(1);
    }
  });

  it('keeps to its round after it looked twice', async () => {
    const { watcher, looks, clock, next } = watch({ 'a.test': 'fail', 'b.test': 'pass' });
    await next();
    const first = clock.now;
    await next();
    expect(looks.splice(0)).toEqual(['a.test', 'b.test', 'a.test']);
    await next();
    expect(looks).toEqual(['a.test', 'b.test']);
    expect(clock.now - first).toBe(6 * HOUR_MS);
    expect(watcher.nextAt() - clock.now).toBe(6 * HOUR_MS);
  });

  it('tells once of what it could not look at for a day, and what waits for its first look', async () => {
    const states: Record<string, FindingState> = { 'a.test': 'pass', 'b.test': 'pass' };
    const { watcher, blind, changes, next } = watch(states);
    expect(watcher.waiting().map(({ target }) => target)).toEqual(['a.test', 'b.test']);
    await next();
    expect(watcher.waiting()).toEqual([]);
    delete states['a.test'];
    for (let round = 0; round < 6; round += 1) await next();
    expect(blind.map(({ finding, was }) => [finding.target, was])).toEqual([['a.test', 'pass']]);
    expect(changes).toEqual([]);
  });

  it('takes nothing in after it was closed, and does not wait for what hangs', async () => {
    const { watcher, changes, clock } = watch({ 'a.test': 'fail' });
    for (let turn = 0; turn < 2; turn += 1) {
      clock.now = watcher.nextAt();
      const looking = watcher.tick();
      if (turn === 1) watcher.close();
      await looking;
    }
    expect(changes).toEqual([]);
  });
});
