/** The desk's work over HTTP: review, incidents, cases, overview, live changes, exports. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as schemas from '../../src/doors/api/schemas/desk.ts';
import { incident as incidentSchema } from '../../src/doors/api/schemas/output.ts';
import { alertIntent, holdIntent } from '../desk/helper.ts';
import { NOW, problemOf, TOKEN } from './api-fixture.ts';
import { openDeskFixture } from './desk-fixture.ts';

let api: Awaited<ReturnType<typeof openDeskFixture>>;
const bearer = { authorization: `Bearer ${TOKEN}` };

beforeEach(async () => {
  api = await openDeskFixture();
});
afterEach(() => api.close());

const send = (path: string, body: object, headers: Record<string, string> = {}) =>
  api.post(`/api/v1${path}`, body, { ...bearer, ...headers });
const read = async (path: string): Promise<unknown> => (await api.fetch(`/api/v1${path}`)).json();

async function held(): Promise<string> {
  void api.desk.effects.start(holdIntent({ reference: 'H0LD' }));
  await api.desk.flush();
  return (await api.desk.holds.list({ limit: 1 }))[0]?.id ?? '';
}

describe('the review of held messages (CON-3)', () => {
  it('lets one of two win, and tells the other who was first', async () => {
    const id = await held();
    const decide = (by: string, choice: string) =>
      send(`/holds/${id}/decision`, { by, why: 'Reviewed.', choice });
    const answers = await Promise.all([decide('olga', 'release'), decide('paul', 'delete')]);
    const codes = answers.map(({ status }) => status).sort();
    expect(codes).toEqual([200, 409]);
    const lost = answers.find(({ status }) => status === 409);
    const winner = (await api.desk.holds.get(id))?.by;
    expect(lost && (await problemOf(lost)).detail).toContain(`${winner ?? ''} decided to `);
  });

  it('can be taken back until the agent is asked, and not after', async () => {
    const id = await held();
    const decision = { by: 'olga', why: 'Fine.', choice: 'release' };
    await send(`/holds/${id}/decision`, decision);
    expect(await (await send(`/holds/${id}/undo`, { by: 'paul' })).json()).toMatchObject({
      state: 'held',
      by: '',
    });
    await send(`/holds/${id}/decision`, { ...decision, undoSeconds: 0 });
    const late = await send(`/holds/${id}/undo`, { by: 'paul' });
    expect(late.status).toBe(409);
    const actions = (await api.desk.audit.list({ limit: 9 })).map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(['hold', 'hold.release', 'hold.undo', 'hold.release']),
    );
  });

  it('notes whose it was once that stands', async () => {
    const id = await held();
    const decision = { by: 'olga', why: 'He called.', choice: 'release', owner: true };
    await send(`/holds/${id}/decision`, { ...decision, undoSeconds: 0 });
    expect(api.taken).toMatchObject([
      { kind: 'confirm', account: 'ann@example.org', submission: 'e1', mine: true, by: 'olga' },
    ]);
  });
});

describe('incidents (FBK-6, FBK-7)', () => {
  it('are opened by people too, about one account or a campaign', async () => {
    const body = {
      by: 'olga',
      accounts: ['Ann@example.org', 'bob@example.org'],
      summary: 'A wave.',
    };
    const made = incidentSchema.parse(await (await send('/incidents', body)).json());
    expect(made).toMatchObject({ account: '', owner: 'olga', state: 'open', verdict: '' });
    expect(made.accounts).toEqual(['ann@example.org', 'bob@example.org']);
    const joined = await send(`/incidents/${made.id}/steps`, {
      by: 'paul',
      step: { kind: 'join', account: 'CLEO@example.org' },
    });
    expect(incidentSchema.parse(await joined.json()).accounts).toContain('cleo@example.org');
  });

  it('keep when they were first acted on, and how they ended', async () => {
    void api.desk.effects.start(alertIntent({ at: new Date(NOW - 600_000).toISOString() }));
    await api.desk.flush();
    const [open] = await api.desk.incidents.list({ limit: 1 });
    const id = open?.id ?? '';
    expect(open?.firstActionAt).toBeUndefined();
    await send(`/incidents/${id}/steps`, { by: 'olga', step: { kind: 'take' } });
    await send(`/incidents/${id}/close`, { by: 'olga', verdict: 'true', why: 'Phished.' });
    const overview = schemas.overview.parse(await read('/overview'));
    expect(overview.clocks).toMatchObject({
      opened: 1,
      firstAction: { count: 1, median: 600, worst: 600 },
      close: { count: 1, median: 600, worst: 600 },
      verdicts: { true: 1 },
    });
    const csv = await (await api.fetch('/api/v1/export/clocks.csv')).text();
    expect(csv.split('\r\n')[1]).toContain('true,600,600');
    const late = await send(`/incidents/${id}/steps`, { by: 'olga', step: { kind: 'take' } });
    expect(late.status).toBe(409);
    expect((await problemOf(late)).detail).toBe(
      'The incident about ann@example.org was closed by olga at 2026-11-21 01:38:10 UTC.',
    );
  });

  it('are closed once by two at once, and the second is told who was first and when', async () => {
    void api.desk.effects.start(alertIntent());
    await api.desk.flush();
    const [open] = await api.desk.incidents.list({ limit: 1 });
    const close = (by: string, verdict: string) =>
      send(`/incidents/${open?.id ?? ''}/close`, { by, verdict, why: 'Looked.' });
    const answers = await Promise.all([close('olga', 'true'), close('paul', 'false alarm')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const lost = answers.find(({ status }) => status !== 200);
    const closed = await api.desk.incidents.get(open?.id ?? '');
    const winner = closed?.timeline.at(-1)?.by ?? '';
    expect(lost && (await problemOf(lost)).detail).toBe(
      `The incident about ann@example.org was closed by ${winner} at 2026-11-21 01:38:10 UTC.`,
    );
    // The clocks are those of the first, and stay.
    expect(closed).toMatchObject({
      ...{ closedAt: new Date(NOW).toISOString(), firstActionAt: new Date(NOW).toISOString() },
      verdict: winner === 'olga' ? 'true' : 'false alarm',
    });
    expect(closed?.timeline.filter(({ text }) => text.startsWith('Closed'))).toHaveLength(1);
  });

  // The account is held and not locked: see api-fixture.ts.
  // prettier-ignore
  const findings = [
    ['false alarm', ['release']],
    ['unclear',     []],
    ['true',        []],
  ] as const;
  it.each(findings)(
    'that end as %s let the account start anew: %j (ACC-12)',
    async (verdict, kinds) => {
      void api.desk.effects.start(alertIntent());
      await api.desk.flush();
      const [open] = await api.desk.incidents.list({ limit: 1 });
      await send(`/incidents/${open?.id ?? ''}/close`, { by: 'olga', verdict, why: 'Looked.' });
      expect(api.taken.map(({ kind }) => kind)).toEqual(kinds);
    },
  );

  it.each(['false alarm', 'true'] as const)(
    'that end as %s name the accounts that stay locked',
    async (verdict) => {
      void api.desk.effects.start(alertIntent());
      await api.desk.flush();
      const lock = { by: 'olga', why: 'Looks stolen.' };
      const locked = await api.fetch('/api/v1/locks/ann@example.org', {
        method: 'PUT',
        body: JSON.stringify(lock),
      });
      expect(locked.status).toBe(200);
      const [open] = await api.desk.incidents.list({ limit: 1 });
      const body = { by: 'olga', verdict, why: 'Looked.' };
      const answer = await send(`/incidents/${open?.id ?? ''}/close`, body);
      expect(await answer.json()).toEqual({ done: true, locked: ['ann@example.org'], members: 0 });
      expect(api.taken.map(({ kind }) => kind)).not.toContain('release');
    },
  );

  it('are found again by what they share, with how they ended', async () => {
    const one = { cause: 'a', reference: '8F2K9A1B' };
    void api.desk.effects.start(alertIntent(one));
    await api.desk.flush();
    const [first] = await api.desk.incidents.list({ limit: 1 });
    await send(`/incidents/${first?.id ?? ''}/close`, {
      by: 'o',
      verdict: 'true',
      why: 'Phished.',
    });
    void api.desk.effects.start(alertIntent({ ...one, account: 'bob@example.org' }));
    await api.desk.flush();
    const [second] = await api.desk.incidents.list({ limit: 1 });
    const { similar } = schemas.similarList.parse(
      await read(`/incidents/${second?.id ?? ''}/similar`),
    );
    expect(similar.map(({ incident }) => [incident.id, incident.verdict])).toEqual([
      [first?.id, 'true'],
    ]);
    expect(similar[0]?.shared).toEqual(
      expect.arrayContaining(['address:203.0.113.7', 'network:Example ISP', 'signal:limits']),
    );
  });
});

describe('cases (FBK-5)', () => {
  it('go from the report over the account and incident to the finding, each step noted', async () => {
    const report = { by: 'olga', source: 'letter', subject: 'spam', text: 'It came from you.' };
    const made = schemas.caseView.parse(await (await send('/cases', report)).json());
    const step = (body: object) =>
      send(`/cases/${made.reference}/steps`, { by: 'olga', step: body });
    expect((await step({ kind: 'link', incident: 'i0nothing' })).status).toBe(422);
    await step({ kind: 'link', account: 'Ann@Example.org' });
    await step({ kind: 'answer', text: 'We have stopped it.' });
    const odd = await step({ kind: 'close', finding: 'abuse', text: 'Locked.' });
    expect((await problemOf(odd)).detail).toContain(
      'is none of dealt with, no abuse, not ours, nothing to be done; take one of them',
    );
    const closed = await step({ kind: 'close', finding: 'not ours', text: 'A forged sender.' });
    expect(schemas.caseView.parse(await closed.json())).toMatchObject({
      state: 'closed',
      account: 'ann@example.org',
      finding: 'not ours',
      timeline: expect.arrayContaining([
        expect.objectContaining({ text: 'Closed as not ours: A forged sender.' }),
      ]) as object[],
      firstActionAt: expect.any(String) as string,
    });
    const late = await step({ kind: 'note', text: 'x' });
    expect(late.status).toBe(409);
    expect((await problemOf(late)).detail).toBe(
      `The case ${made.reference} was closed by olga at 2026-11-21 01:38:10 UTC. Open a new one.`,
    );
    expect((await send('/cases', { ...report, incident: 'i0nothing' })).status).toBe(422);
    const audit = (await api.desk.audit.list({ limit: 9 })).map(({ action }) => action);
    expect(audit).toEqual(['case.close', 'case.answer', 'case.link', 'case.open']);
  });
});

describe('the overview', () => {
  it('holds today against the same hours of other days, and names what waits longest', async () => {
    await held();
    api.desk.figures.count('submissions', 12);
    const { figures, open, oldest } = schemas.overview.parse(await read('/overview'));
    expect(figures['submissions']?.at(-1)).toMatchObject({ value: 12 });
    expect(figures['submissions']).toHaveLength(24);
    expect(open).toEqual({ holds: 1, incidents: 1, cases: 0, locks: 0, lonelyLocks: 0 });
    // The ticket of a held message is not a second thing to do.
    expect(oldest.map(({ what }) => what)).toEqual(['hold']);
  });
});

describe('a change sent twice with one Idempotency-Key', () => {
  it('is made once, and another change with that key is refused', async () => {
    const key = { 'idempotency-key': 'k1' };
    const body = { by: 'olga', subject: 'spam', text: 'x' };
    const first = await send('/cases', body, key);
    const again = await send('/cases', body, key);
    expect(await again.json()).toEqual(await first.json());
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await api.desk.cases.countOpen()).toBe(1);
    expect((await send('/cases', { ...body, text: 'y' }, key)).status).toBe(422);
    expect((await send('/cases', body, { 'idempotency-key': 'k'.repeat(201) })).status).toBe(400);
  });
});

describe('live changes', () => {
  it('are told as they happen', async () => {
    const response = await fetch(`${api.baseUrl}/api/v1/changes`, { headers: bearer });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    await api.desk.locks.lock({
      ...{ account: 'ann@example.org', by: 'olga', why: 'x', unlockOn: 'person' },
    });
    let text = '';
    while (!text.includes('event: changes')) text += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    expect(text).toContain('"what":"lock"');
  });
});
