/** What whoever comes second, or too early, or last, is told over the API. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdIntent } from '../desk/helper.ts';
import { problemOf, TOKEN } from './api-fixture.ts';
import { openDeskFixture } from './desk-fixture.ts';

let api: Awaited<ReturnType<typeof openDeskFixture>>;
const bearer = { authorization: `Bearer ${TOKEN}` };

beforeEach(async () => {
  api = await openDeskFixture();
});
afterEach(() => api.close());

const send = (path: string, body: object) => api.post(`/api/v1${path}`, body, bearer);
const refused = async (answer: Response) => {
  const { status, detail } = await problemOf(answer);
  return `${status} ${detail}`;
};

async function held(changes: Parameters<typeof holdIntent>[0] = {}): Promise<string> {
  void api.desk.effects.start(holdIntent({ reference: 'H01', ...changes }));
  await api.desk.flush();
  return (await api.desk.holds.list({ limit: 1 }))[0]?.id ?? '';
}

describe('a held message that somebody else decided on', () => {
  it('is called by its reference, with who decided and whether that can be taken back', async () => {
    const id = await held();
    const decision = { by: 'olga', why: 'Fine.', choice: 'release' };
    await send(`/holds/${id}/decision`, { ...decision, undoSeconds: 60 });
    const second = await send(`/holds/${id}/decision`, { ...decision, by: 'paul' });
    expect(await refused(second)).toBe(
      '409 The message H01 is decided on already. olga decided to release it. It can still be taken back.',
    );
    await send(`/holds/${id}/undo`, { by: 'olga' });
    await send(`/holds/${id}/decision`, { ...decision, undoSeconds: 0 });
    expect(await refused(await send(`/holds/${id}/release`, { by: 'paul', why: 'x' }))).toBe(
      '409 The message H01 is decided on already. olga decided to release it. The agent is at it.',
    );
    expect(await refused(await send(`/holds/${id}/undo`, { by: 'paul' }))).toBe(
      '409 The message H01 cannot be taken back any more.',
    );
  });

  it('that cannot go back says so by its reference while it waits, and who was first after', async () => {
    const id = await held({ envelopeSender: 'ann@elsewhere.test' });
    const back = () => send(`/holds/${id}/decision`, { by: 'paul', why: 'x', choice: 'return' });
    expect(await refused(await back())).toMatch(
      /^422 The sender of the message H01 is not of your/,
    );
    await send(`/holds/${id}/decision`, { by: 'olga', why: 'Fine.', choice: 'release' });
    expect(await refused(await back())).toMatch(
      /^409 The message H01 is decided on already\. olga decided to release it\./,
    );
  });

  it('that nobody knows is called as it was asked for', async () => {
    expect(await refused(await send('/holds/H99/release', { by: 'paul', why: 'x' }))).toBe(
      '404 There is no held message H99.',
    );
  });
});

describe('those that wait for a decision', () => {
  it('are given oldest first, without what is decided or lets itself go', async () => {
    const releaseAt = '2126-01-01T00:00:00.000Z';
    for (const reference of ['H01', 'H02', 'H03', 'H04']) {
      const slowed = reference === 'H02' ? { releaseAt } : {};
      void api.desk.effects.start(holdIntent({ reference, queueId: reference, ...slowed }));
      await api.desk.flush();
    }
    const decision = { by: 'olga', why: 'Fine.', choice: 'release', undoSeconds: 60 };
    await send('/holds/H03/decision', decision);
    const answer = await api.fetch('/api/v1/holds?state=waiting&limit=1');
    const all = await api.fetch('/api/v1/holds?state=waiting');
    const names = async (from: Response) =>
      ((await from.json()) as { holds: { reference: string }[] }).holds.map((one) => one.reference);
    expect(await names(answer)).toEqual(['H01']);
    expect(await names(all)).toEqual(['H01', 'H04']);
  });
});

describe('a message whose mail host has no agent', () => {
  it('is answered with what to start there, and not as a mistake of the daemon', async () => {
    const id = await held();
    vi.spyOn(api.desk.holds, 'show').mockResolvedValue(undefined);
    const ask = () => api.fetch(`/api/v1/holds/${id}/message`);
    expect(await refused(await ask())).toBe(
      '503 The agent on mx1.example.org was not heard since the start. Start "primum agent" there, or set agent.embedded where the queue is on this host.',
    );
    await api.desk.agents.tasks('mx1.example.org');
    expect(await refused(await ask())).toContain('The agent on mx1.example.org does not answer.');
    expect(api.log()).not.toContain('could not do');
  });
});

describe('the only admin', () => {
  it('may remove himself: his session ends, and the token of the host invites the next', async () => {
    await api.addUser('olga', 'admin');
    const olga = await api.logIn('olga');
    const url = `${api.baseUrl}/api/v1/users`;
    const gone = await fetch(`${url}/olga`, {
      method: 'DELETE',
      headers: { ...api.as(olga), 'content-type': 'application/json' },
      body: JSON.stringify({ by: 'me' }),
    });
    expect(gone.status).toBe(200);
    expect((await fetch(url, { headers: api.as(olga) })).status).toBe(401);
    const [last] = await api.desk.audit.list({ limit: 1 });
    expect(last).toMatchObject({ by: 'olga', action: 'user.remove', subject: 'olga' });
    expect((await send('/users', { by: 'root', name: 'paul', role: 'admin' })).status).toBe(200);
  });
});

describe('a name that a stranger has chosen by a failed login', () => {
  it('is told whole, however long and whatever stands in it, and refused when it is longer', async () => {
    const names = [
      '"><img src=x onerror=window.hit=1>@example.org',
      `${'w'.repeat(294)}@example.org`,
    ];
    for (const account of names) {
      await api.desk.locks.lock({ account, by: 'olga', why: 'Guessed.', unlockOn: 'person' });
      const answer = await api.fetch(`/api/v1/accounts/${encodeURIComponent(account)}`);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(await answer.json()).toMatchObject({ account, lock: { account } });
    }
    const long = `/api/v1/accounts/${'w'.repeat(2_000)}@example.org`;
    expect(await refused(await api.fetch(long))).toContain('is longer than 512 characters');
  });
});
