/** "It was the owner", decided on a held message at the API, makes its context trusted (design 1.6). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readApiToken } from '../../src/client/token-file.ts';
import { until } from '../peers/run.ts';
import { PROCESS_TEST_MS } from './program.ts';
import { ReturnedPlace } from './returned-place.ts';

const p = new ReturnedPlace();
const ANN = 'ann@own.example';
const BOB = 'bob@own.example';

beforeAll(async () => {
  p.configure({
    policy: {
      domains: ['own.example'],
      mode: 'enforce',
      business_hours: { outside_factor: 1 },
      limits: [{ scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'hold' }],
    },
  });
  await p.start();
}, PROCESS_TEST_MS);
afterAll(() => p.place.remove());

async function api(path: string, body?: object): Promise<Response> {
  const token = await readApiToken(p.place.state);
  return fetch(`http://${p.primum?.address('api')}/api/v1${path}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
}

/** The reference of a message of the account that waits. */
async function held(account: string): Promise<string> {
  await p.submit(account, { queueId: `${account.slice(0, 3)}1` });
  await p.submit(account, { queueId: `${account.slice(0, 3)}2` });
  return until(`a held message of ${account}`, async () => {
    const { holds } = (await (await api('/holds')).json()) as {
      holds: { account: string; reference: string }[];
    };
    return holds.find((one) => one.account === account)?.reference;
  });
}

async function isTrusted(account: string): Promise<boolean | undefined> {
  const { report } = await (await p.client()).account(account);
  return report?.identities[0]?.contexts[0]?.trusted;
}

it(
  'trusts the context once the decision stands, and only where somebody said so',
  async () => {
    const decision = { by: 'olga', why: 'He called.', choice: 'release', undoSeconds: 0 };
    const [ofAnn, ofBob] = [await held(ANN), await held(BOB)];
    expect([await isTrusted(ANN), await isTrusted(BOB)]).toEqual([false, false]);
    expect((await api(`/holds/${ofBob}/decision`, decision)).status).toBe(200);
    expect((await api(`/holds/${ofAnn}/decision`, { ...decision, owner: true })).status).toBe(200);
    await until('the context to be trusted', () => isTrusted(ANN));
    expect(await isTrusted(BOB)).toBe(false);
    const told = (await p.place.journal()).filter(({ kind }) => kind === 'confirm');
    expect(told.length).toBeLessThanOrEqual(1);
  },
  PROCESS_TEST_MS,
);
