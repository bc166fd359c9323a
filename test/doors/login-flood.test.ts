/** The login while somebody floods it: who is right gets in, and ten failures are ten (ACC-6). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_FAILURES } from '../../src/doors/api/attempts.ts';
import { MAX_LOOKUPS, MAX_REPORTS } from '../../src/doors/api/public/pages.ts';
import { problemOf } from './api-fixture.ts';
import { openDeskFixture, PASSWORD } from './desk-fixture.ts';

let api: Awaited<ReturnType<typeof openDeskFixture>>;
beforeEach(async () => {
  api = await openDeskFixture();
  await api.addUser('olga', 'reviewer');
});
afterEach(() => api.close());

const WRONG = 'a wrong password';
const from = (address: string) => ({ 'x-forwarded-for': address });
const logIn = (address: string, password: string) =>
  api.post('/api/v1/session', { name: 'olga', password }, from(address));
const statusOf = async (address: string, password: string): Promise<number> =>
  (await logIn(address, password)).status;

const count = (statuses: readonly number[], wanted: number): number =>
  statuses.filter((status) => status === wanted).length;

// Each guess costs what a password check costs; a busy machine takes its time.
describe('a flood of the login', { timeout: 120_000 }, () => {
  it('from one /48 over 26 connections keeps nobody else out', async () => {
    const seen: number[] = [];
    let isOver = false;
    let asked = 0;
    const attack = async (): Promise<void> => {
      while (!isOver)
        seen.push(await statusOf(`2001:db8:7:${(asked++ % 65_000).toString(16)}::1`, WRONG));
    };
    const attackers = Array.from({ length: 26 }, attack);
    // From now on there is no place left for the flood itself.
    await expect.poll(() => count(seen, 503)).toBeGreaterThan(0);
    const owner: number[] = [];
    for (let time = 0; time < 3; time++) owner.push(await statusOf('198.51.100.7', PASSWORD));
    isOver = true;
    await Promise.all(attackers);
    expect(owner).toEqual([200, 200, 200]);
  });
});

describe('ten failures', { timeout: 120_000 }, () => {
  it('are ten also at once', async () => {
    const seen: number[] = [];
    while (count(seen, 429) === 0) {
      const asked = Array.from({ length: 20 }, () => statusOf('192.0.2.1', WRONG));
      seen.push(...(await Promise.all(asked)));
    }
    expect(count(seen, 401)).toBe(MAX_FAILURES);
    expect(await statusOf('192.0.2.1', PASSWORD)).toBe(429);
  });

  it('are not made of right passwords, nor of those that found no place', async () => {
    const house = Array.from({ length: 30 }, () => logIn('192.0.2.2', PASSWORD));
    for (const response of await Promise.all(house)) {
      if (response.status === 200) continue;
      // Nobody failed: whoever finds no place comes again in a moment, not in a quarter of an hour.
      expect(response.status).toBe(503);
      expect((await problemOf(response)).detail).toContain('Try again in a moment');
    }
    expect(await statusOf('192.0.2.2', WRONG)).toBe(401);
    expect(await statusOf('192.0.2.2', PASSWORD)).toBe(200);
  });

  it('are of one /64, whose address has zeros in front', async () => {
    for (let attempt = 1; attempt <= MAX_FAILURES; attempt++) {
      expect(await statusOf(`2001:db8::${attempt.toString(16)}`, WRONG)).toBe(401);
    }
    expect(await statusOf('2001:db8::ffff', PASSWORD)).toBe(429);
  });
});

describe('one /64 whose address has zeros in front', () => {
  const address = (n: number) => from(`2001:db8::${n.toString(16)}`);

  it('has one allowance of reports', async () => {
    const report = { category: 'spam', subject: 'shop@example.org', text: 'I never asked for it.' };
    for (let n = 1; n <= MAX_REPORTS; n++) {
      expect((await api.form('/report', report, address(n))).status).toBe(200);
    }
    expect((await api.form('/report', report, address(0xffff))).status).toBe(429);
  });

  it.each(['/case', '/mail'])('has one allowance of references at %s', async (path) => {
    const look = async (n: number): Promise<number> => {
      const url = `${api.baseUrl}${path}?reference=${1000 + n}`;
      return (await fetch(url, { headers: address(n) })).status;
    };
    for (let n = 1; n <= MAX_LOOKUPS; n++) expect(await look(n)).toBe(200);
    expect(await look(0xffff)).toBe(429);
  });
});
