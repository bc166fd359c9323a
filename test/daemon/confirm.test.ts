/** "It was the owner", decided on a held message at the API, makes its context trusted (design 1.6). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readApiToken } from '../../src/client/token-file.ts';
import { until } from '../peers/run.ts';
import { PROCESS_TEST_MS } from './program.ts';
import { bounce } from './returned-messages.ts';
import { MTA, ReturnedPlace } from './returned-place.ts';

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

/** A message of the account comes back, the next one waits: its reference. */
async function held(account: string): Promise<string> {
  await p.submit(account, { queueId: `${account.slice(0, 3)}1` });
  await p.bringAndSettle(bounce({ madeBy: MTA, token: await p.tokenOf(account) }));
  await p.submit(account, { queueId: `${account.slice(0, 3)}2` });
  return until(`a held message of ${account}`, async () => {
    const { holds } = (await (await api('/holds')).json()) as {
      holds: { account: string; reference: string }[];
    };
    return holds.find((one) => one.account === account)?.reference;
  });
}

it(
  'takes back what its context had gathered, and only where somebody said so',
  async () => {
    const decision = { by: 'olga', why: 'He called.', choice: 'release', undoSeconds: 0 };
    const [ofAnn, ofBob] = [await held(ANN), await held(BOB)];
    const scoreOf = async (account: string) => (await p.outcomesOf(account)).score;
    expect(await scoreOf(ANN)).toBeGreaterThan(0.5);
    expect((await api(`/holds/${ofBob}/decision`, decision)).status).toBe(200);
    expect((await api(`/holds/${ofAnn}/decision`, { ...decision, owner: true })).status).toBe(200);
    await until('the evidence to be taken back', async () => (await scoreOf(ANN)) < 0.1);
    expect(await scoreOf(BOB)).toBeGreaterThan(0.5);
    const { report } = await (await p.client()).account(ANN);
    expect(report?.identities[0]?.contexts[0]?.trusted).toBe(true);
  },
  PROCESS_TEST_MS,
);
