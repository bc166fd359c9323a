/** "Was this you?": the question to an owner, its link, and what an answer does (issue 5, 1.6). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_QUESTIONS_A_DAY, QUESTION_MS } from '../../src/desk/questions.ts';
import { MAX_QUESTION_TRIES } from '../../src/doors/api/public/was-this-you.ts';
import { openFixture, NOW, problemOf, VERDICT } from './api-fixture.ts';
import { keptChannel, openTestDesk } from '../desk/helper.ts';
import { PAGES } from './desk-fixture.ts';

const ANN = 'ann@example.org';
let api: Awaited<ReturnType<typeof openFixture>>;

beforeEach(async () => {
  api = await openFixture({ publicPages: PAGES });
});
afterEach(() => api.close());

const ask = (body: object = {}) =>
  api.fetch('/api/v1/questions', {
    method: 'POST',
    body: JSON.stringify({ by: 'olga', account: ANN, reference: VERDICT.reference, ...body }),
  });

async function link(): Promise<string> {
  const { path } = (await (await ask()).json()) as { path: string };
  return path;
}

const answer = (path: string, choice: string) =>
  fetch(`${api.baseUrl}/you`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ q: path.split('q=')[1] ?? '', answer: choice }),
  });

describe('what a reviewer says of a context', () => {
  it.each([
    [{ mine: true, lock: false }, { mine: true }],
    [{ mine: false }, { mine: false }],
    [
      { mine: false, lock: false },
      { mine: false, lock: false },
    ],
  ])('%j becomes a confirm event, and is audited', async (body, event) => {
    const said = { by: 'olga', why: 'Looked.', context: '5f1c', ...body };
    const path = `/api/v1/accounts/${ANN}/confirm`;
    const answer = await api.fetch(path, { method: 'POST', body: JSON.stringify(said) });
    expect(answer.status).toBe(200);
    expect(api.taken).toEqual([
      expect.objectContaining({ kind: 'confirm', account: ANN, context: '5f1c', ...event }),
    ]);
    expect('lock' in (api.taken[0] ?? {})).toBe('lock' in event);
    const [entry] = await api.desk.audit.list({ subject: ANN, limit: 1 });
    expect(entry?.action).toBe(body.mine ? 'context.trust' : 'context.refuse');
  });
});

describe('the link of "was this you?"', () => {
  it('shows what it is about, without script, and looking answers nothing', async () => {
    const path = await link();
    for (let look = 0; look < 3; look++) {
      const page = await fetch(`${api.baseUrl}${path}`);
      const text = await page.text();
      expect(page.status).toBe(200);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(text).not.toContain('<script');
      for (const fact of [ANN, '2026-11-21 01:30 UTC', '203.0.113.9']) expect(text).toContain(fact);
    }
    expect(api.taken).toEqual([]);
  });

  it.each([
    ['mine', true],
    ['not-mine', false],
  ])('%s becomes a confirm event, bound to account, context and message', async (choice, mine) => {
    const path = await link();
    expect((await answer(path, choice)).status).toBe(200);
    expect(api.taken).toMatchObject([
      { kind: 'confirm', account: ANN, mine, context: '5f1c', submission: 'e1' },
    ]);
  });

  it('works once, whoever answers second', async () => {
    const path = await link();
    const [first, second] = await Promise.all([answer(path, 'mine'), answer(path, 'not-mine')]);
    expect([first.status, second.status].sort()).toEqual([200, 404]);
    expect((await answer(path, 'mine')).status).toBe(404);
    expect((await fetch(`${api.baseUrl}${path}`)).status).toBe(404);
    expect(api.taken).toHaveLength(1);
  });

  it.each([
    ['another id', (path: string) => path.replace(/q=.{4}/, 'q=AAAA')],
    ['another hash', (path: string) => `${path.slice(0, -4)}AAAA`],
    ['less of it', (path: string) => path.slice(0, -1)],
    ['nothing', () => '/you'],
  ])('is not believed with %s', async (_, change) => {
    const path = change(await link());
    expect((await fetch(`${api.baseUrl}${path}`)).status).toBe(404);
    expect((await answer(path, 'mine')).status).toBe(404);
    expect(api.taken).toEqual([]);
  });

  it('does nothing for an answer that is none', async () => {
    const path = await link();
    expect((await answer(path, 'perhaps')).status).toBe(400);
    expect((await fetch(`${api.baseUrl}${path}`)).status).toBe(200);
  });

  it('is not found by trying: a network has so many tries in an hour', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n <= MAX_QUESTION_TRIES; n++) {
      statuses.add((await fetch(`${api.baseUrl}/you?q=${'A'.repeat(40)}`)).status);
    }
    expect([...statuses]).toEqual([404, 429]);
  });

  it('is given to whoever asked only where no address of the owner is known, and both are audited', async () => {
    const made: unknown = await (await ask()).json();
    const { path, isSent } = made as { path: string; isSent: boolean };
    expect(isSent).toBe(false);
    expect(path).toMatch(/^\/you\?q=.{40}$/);
    await answer(path, 'mine');
    const entries = await api.desk.audit.list({ subject: ANN, limit: 5 });
    expect(entries.map(({ action, by }) => [action, by])).toEqual([
      ['owner.answer', 'the owner, by link'],
      ['owner.ask', 'olga'],
    ]);
    expect(api.log()).not.toContain(path.slice(-20));
  });

  it('refuses a decision that is about somebody else', async () => {
    const { detail } = await problemOf(await ask({ account: 'bob@example.org' }));
    expect(detail).toContain('No decision about bob@example.org has the reference');
  });

  it.each([
    ['an account that nobody knows', { account: 'ghost@example.org' }, 'Nothing is known of'],
    ['a context of somebody else', { context: '0d9eace6d2fc' }, 'was not used from 0d9eace6d2fc'],
  ])('is made for nobody: %s', async (_, body, says) => {
    const request = { by: 'olga', account: ANN, ...body };
    const response = await api.fetch('/api/v1/questions', {
      method: 'POST',
      body: JSON.stringify(request),
    });
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toContain(says);
    expect(await api.desk.audit.list({ limit: 5 })).toEqual([]);
  });

  it('does not ask one owner more often than he would answer with care', async () => {
    for (let n = 0; n < MAX_QUESTIONS_A_DAY; n++) expect((await ask()).status).toBe(200);
    expect((await problemOf(await ask())).detail).toContain('was asked several times today');
  });
});

describe('a question at the desk', () => {
  const about = { account: ANN, at: '2026-11-21T01:30:00.000Z' };
  const request = {
    ...{ account: ANN, context: '5f1c', submission: '', incident: '', about, by: 'olga' },
    ...{ reference: 'R1', ownerAddress: 'ann.private@example.net' },
    mailOf: (path: string) => ({
      subject: 'Was this you?',
      words: ['Look:', `https://mail.example.org${path}`],
    }),
  };

  it('goes to the address outside of the account, and nobody else gets the link', async () => {
    const sent: { address: string; text: string }[] = [];
    const channel = {
      ...keptChannel(),
      sendTo: (address: string, { text }: { text: string }) => {
        sent.push({ address, text });
        return Promise.resolve();
      },
    };
    const { desk, close } = await openTestDesk({ channels: [channel] });
    expect(await desk.questions.ask(request)).toMatchObject({ ok: true, isSent: true, path: '' });
    await expect.poll(() => sent.length).toBe(1);
    expect(sent[0]?.address).toBe('ann.private@example.net');
    const token = /q=(\S+)/.exec(sent[0]?.text ?? '')?.[1] ?? '';
    expect(await desk.questions.find(token)).toMatchObject({ account: ANN, context: '5f1c' });
    await close();
  });

  it('ends after two days', async () => {
    let nowMs = NOW;
    const { desk, close } = await openTestDesk({ now: () => nowMs });
    const asked = await desk.questions.ask({ ...request, ownerAddress: '' });
    const token = asked.ok ? (asked.path.split('q=')[1] ?? '') : '';
    nowMs += QUESTION_MS - 1;
    expect(await desk.questions.find(token)).toBeDefined();
    nowMs += 1;
    expect(await desk.questions.find(token)).toBeUndefined();
    expect(await desk.questions.answer(token, true)).toBeUndefined();
    await close();
  });

  it('notes question and answer in its incident', async () => {
    const { desk, close } = await openTestDesk();
    const { id } = await desk.incidents.open({ accounts: [ANN], summary: 'Odd use.', by: 'olga' });
    const asked = await desk.questions.ask({ ...request, incident: id, ownerAddress: '' });
    await desk.questions.answer(asked.ok ? (asked.path.split('q=')[1] ?? '') : '', false);
    const texts = (await desk.incidents.get(id))?.timeline.map(({ text }) => text);
    expect(texts?.slice(1)).toEqual([
      'The owner is asked whether it was him, by a link that the desk hands over.',
      'The owner says that it was not him.',
    ]);
    await close();
  });
});
