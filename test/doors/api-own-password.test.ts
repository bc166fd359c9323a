/** CON-8 over the API: the hook for login servers other than Dovecot. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createOwnPasswordKeeper } from '../../src/own-password/keeper.ts';
import { NOW, openFixture, problemOf } from './api-fixture.ts';
import type { ApiFixture } from './api-fixture.ts';

let api: ApiFixture | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

const digest = (login: string, password: string) =>
  createHash('sha256').update(`salt${login}\0${password}`).digest('hex');

async function open() {
  const warnings: string[] = [];
  const keeper = createOwnPasswordKeeper({
    mechanism: 'sha256',
    nonce: 'salt',
    now: () => NOW,
    warn: (message) => warnings.push(message),
  });
  api = await openFixture({ parts: { ownPassword: keeper } });
  return { api, keeper, warnings };
}

const post = (fixture: ApiFixture, body: unknown) =>
  fixture.fetch('/api/v1/own-password', { method: 'POST', body: JSON.stringify(body) });

describe('CON-8: POST /api/v1/own-password', () => {
  it('teaches a password that worked', async () => {
    const { api, keeper } = await open();
    const account = 'Ann@Example.org';
    const taught = await post(api, { account, digest: digest('ann@example.org', 'hunter22') });
    expect(await taught.json()).toEqual({ done: true });
    expect(keeper.isAmong('ann@example.org', ['it', 'is', 'hunter22.'])).toBe(true);
    expect(keeper.isAmong('ann@example.org', ['it', 'is', 'hunter23.'])).toBe(false);
  });

  it('takes the login apart from the account', async () => {
    const { api, keeper } = await open();
    await post(api, { account: 'ann@x', login: 'ANN', digest: digest('ANN', 'hunter22') });
    expect(keeper.isAmong('ann@x', ['hunter22'])).toBe(true);
  });

  it.each([
    ['twelve bits', '0bba'],
    ['no hexadecimal', 'z'.repeat(64)],
    ['far too long', '0'.repeat(130)],
  ])('refuses a digest that is %s', async (_, digest) => {
    const { api, keeper } = await open();
    const response = await post(api, { account: 'ann@x', digest });
    expect((await problemOf(response)).detail).toContain('not a whole digest');
    expect(keeper.size).toBe(0);
  });

  it('says so where own passwords are not looked for', async () => {
    api = await openFixture();
    const response = await post(api, { account: 'ann@x', digest: digest('ann@x', 'hunter22') });
    const problem = await problemOf(response);
    expect(problem.status).toBe(404);
    expect(problem.detail).toContain('own_password.enabled');
  });
});
