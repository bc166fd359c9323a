/** Campaigns over the API: one incident over one campaign, named wherever somebody may look. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { campaignList, campaignView } from '../../src/doors/api/schemas/campaign.ts';
import { similarList } from '../../src/doors/api/schemas/desk.ts';
import { incident as incidentSchema, incidentList } from '../../src/doors/api/schemas/output.ts';
import { alertIntent } from '../desk/helper.ts';
import { NOW, problemOf, TOKEN } from './api-fixture.ts';
import { openDeskFixture } from './desk-fixture.ts';

const [ANN, BOB, CLEO] = ['ann@example.org', 'bob@example.org', 'cleo@example.org'];

let api: Awaited<ReturnType<typeof openDeskFixture>>;

beforeEach(async () => {
  api = await openDeskFixture();
});
afterEach(() => api.close());

const read = async (path: string): Promise<unknown> => (await api.fetch(`/api/v1${path}`)).json();

const open = async (accounts: readonly string[], by = 'olga') => {
  const body = { by, accounts, summary: 'A wave.' };
  const response = await api.post('/api/v1/incidents', body, { authorization: `Bearer ${TOKEN}` });
  return incidentSchema.parse(await response.json());
};

/** An incident of each, from the same address. */
async function hit(...accounts: readonly string[]): Promise<void> {
  const at = new Date(NOW - 60_000).toISOString();
  for (const account of accounts) void api.desk.effects.start(alertIntent({ account, at }));
  await api.desk.flush();
}

const campaigns = async () => campaignList.parse(await read('/campaigns')).campaigns;

describe('an incident over a campaign', () => {
  it('is opened once, also by two at the same moment', async () => {
    const both = await Promise.all([open([ANN, BOB]), open([BOB, ANN], 'paul')]);
    expect(both[1].id).toBe(both[0].id);
    expect(both[1]).toMatchObject({ owner: 'olga', timeline: [{ text: 'Opened: A wave.' }] });
    expect(await api.desk.incidents.countOpen()).toBe(1);
  });

  it('is joined by the accounts that came meanwhile, with who and when', async () => {
    const first = await open([ANN, BOB]);
    const grown = await open([ANN, BOB, CLEO], 'paul');
    expect(grown).toMatchObject({ id: first.id, accounts: [ANN, BOB, CLEO] });
    expect(grown.timeline.at(-1)).toMatchObject({ by: 'paul', text: `Joined: ${CLEO}.` });
    // A part of it is still the same matter.
    expect((await open([CLEO, BOB])).id).toBe(first.id);
    const audit = await api.desk.audit.list({ limit: 9 });
    expect(audit.map(({ action, by }) => [action, by])).toEqual([
      ['incident.join', 'paul'],
      ['incident.open', 'olga'],
    ]);
  });

  it('is listed with a few of its names and how many there are; by itself it has them all', async () => {
    const names = Array.from({ length: 400 }, (_, n) => `one${n}@example.org`);
    const opened = await open(names);
    expect(opened).toMatchObject({ accounts: names, accountCount: 400 });
    const text = JSON.stringify(await read('/incidents'));
    expect(text.length).toBeLessThan(2_000);
    expect(incidentList.parse(JSON.parse(text)).incidents).toMatchObject([
      { id: opened.id, accounts: names.slice(0, 5), accountCount: 400 },
    ]);
    const whole = incidentSchema.parse(await read(`/incidents/${opened.id}`));
    expect(whole).toMatchObject({ accounts: names, accountCount: 400 });
    const csv = await (await api.fetch('/api/v1/export/incidents.csv')).text();
    const [head = '', row = ''] = csv.split('\r\n');
    expect(row.split(',')[head.split(',').indexOf('accountCount')]).toBe('400');
    expect(row).toContain(names.join(' '));
  });

  it('is among those like another with a few of its names only', async () => {
    const traits = ['link:evil.example'];
    const names = Array.from({ length: 50 }, (_, n) => `one${n}@example.org`);
    const [like, own] = [await open(names), await open([ANN])];
    for (const { id } of [like, own]) await api.records.incidents.addTraits(id, traits);
    const { similar } = similarList.parse(await read(`/incidents/${own.id}/similar`));
    expect(similar).toMatchObject([{ incident: { id: like.id, accountCount: 50 } }]);
    expect(similar[0]?.incident.accounts).toHaveLength(5);
  });

  it('is another one for another campaign, for one account, and once the first is closed', async () => {
    const first = await open([ANN, BOB]);
    const other = await open([BOB, CLEO]);
    const alone = await open([ANN]);
    await api.desk.incidents.close({ id: first.id, by: 'olga', verdict: 'true', why: 'Over.' });
    const later = await open([ANN, BOB]);
    expect(new Set([first, other, alone, later].map(({ id }) => id)).size).toBe(4);
  });

  it('closes the incidents of its accounts with it unless somebody says no, and says how many', async () => {
    const authorization = { authorization: `Bearer ${TOKEN}` };
    const close = async (id: string, more = {}) => {
      const body = { by: 'olga', verdict: 'true', why: 'Phished.', ...more };
      return (await api.post(`/api/v1/incidents/${id}/close`, body, authorization)).json();
    };
    await hit(ANN, BOB);
    const first = await open([ANN, BOB]);
    expect(await close(first.id, { members: false })).toEqual({
      ...{ done: true, locked: [], members: 0 },
    });
    const again = await open([ANN, BOB]);
    expect(await close(again.id)).toEqual({ done: true, locked: [], members: 2 });
    expect(await api.desk.incidents.countOpen()).toBe(0);
  });

  it('is named by the campaign and by the incidents of its accounts while it is open', async () => {
    await hit(ANN, BOB);
    expect((await campaigns())[0]).toMatchObject({ accounts: [ANN, BOB] });
    expect((await campaigns())[0]?.incident).toBeUndefined();
    const { id } = await open([ANN, BOB]);
    expect((await campaigns())[0]?.incident).toBe(id);
    const [ofAnn] = await api.desk.incidents.list({ account: ANN, limit: 1 });
    expect(ofAnn?.campaign).toBe(id);
    expect(incidentSchema.parse(await read(`/incidents/${ofAnn?.id ?? ''}`)).campaign).toBe(id);
    // The campaign grows: it is still the same, though nobody has joined the newcomer yet.
    await hit(CLEO);
    expect((await campaigns())[0]).toMatchObject({ accounts: [ANN, BOB, CLEO], incident: id });
    await api.desk.incidents.close({ id, by: 'olga', verdict: 'true', why: 'Over.' });
    expect((await campaigns())[0]?.incident).toBeUndefined();
    expect((await api.desk.incidents.get(ofAnn?.id ?? ''))?.campaign).toBeUndefined();
  });
});

describe('a campaign over many accounts', () => {
  const NAMES = Array.from(
    { length: 60 },
    (_, n) => `one${String(n).padStart(2, '0')}@example.org`,
  );

  it('is listed with a few of its names and incidents and how many there are', async () => {
    await hit(...NAMES);
    const text = JSON.stringify(await read('/campaigns'));
    expect(text.length).toBeLessThan(3_000);
    const { campaigns: found } = campaignList.parse(JSON.parse(text));
    expect(found).toMatchObject([
      { accounts: NAMES.slice(0, 5), accountCount: 60, incidentCount: 60, isCut: false },
    ]);
    expect(found[0]?.incidents).toHaveLength(5);
  });

  it('has all of them by itself, asked for by what it shares, as its CSV has', async () => {
    await hit(...NAMES);
    const [{ shared: [trait = ''] } = { shared: [] }] = await campaigns();
    const one = campaignView.parse(await read(`/campaigns/${encodeURIComponent(trait)}`));
    expect(one).toMatchObject({ accounts: NAMES, accountCount: 60, incidentCount: 60 });
    expect(one.incidents.map(({ account }) => account).toSorted()).toEqual(NAMES);
    // What the button opens is over all of them.
    expect((await open(one.accounts)).accountCount).toBe(60);
    const csv = await (await api.fetch('/api/v1/export/campaigns.csv')).text();
    const [head = '', row = ''] = csv.split('\r\n');
    const cells = row.split(',');
    expect(cells[head.split(',').indexOf('accountCount')]).toBe('60');
    expect(cells[head.split(',').indexOf('accounts')]).toBe(NAMES.join(' '));
    expect(cells[head.split(',').indexOf('incidents')]).toBe('60');
  });

  it('that is over, or was none, is not found, and it is said what to do', async () => {
    await hit(...NAMES.slice(0, 2));
    const [{ shared: [trait = ''] } = { shared: [] }] = await campaigns();
    const gone = await api.fetch('/api/v1/campaigns/link%3Anowhere.example');
    expect(gone.status).toBe(404);
    expect((await problemOf(gone)).detail).toBe(
      'No campaign of the last 30 days shares link:nowhere.example. Read the list of campaigns again.',
    );
    const long = await api.fetch(`/api/v1/campaigns/${'a'.repeat(201)}`);
    expect((await problemOf(long)).status).toBe(400);
    expect((await api.fetch(`/api/v1/campaigns/${encodeURIComponent(trait)}?days=91`)).status).toBe(
      400,
    );
  });
});

describe('an account of which only the records tell', () => {
  const ask = async (account: string): Promise<number> =>
    (await api.fetch(`/api/v1/accounts/${account}`)).status;

  it.each([
    ['an incident that is closed', 'incident'],
    ['a forward that is off', 'forward'],
    ['a case', 'case'],
    ['something in the audit log', 'audit'],
  ])('has its page: %s names it, and leads to no nothing', async (_, what) => {
    const account = 'ghost@example.org';
    expect(await ask(account)).toBe(404);
    const { desk } = api;
    if (what === 'incident') {
      await hit(account);
      const [open = { id: '' }] = await desk.incidents.list({ account, limit: 1 });
      await desk.incidents.close({ id: open.id, by: 'olga', verdict: 'true', why: 'Over.' });
    }
    if (what === 'forward') await desk.forwards.off({ account, by: 'olga', why: 'Dead.' });
    if (what === 'case') {
      await desk.cases.open({
        ...{ source: 'person', category: 'spam', subject: 's', text: 't', by: 'olga', account },
      });
    }
    if (what === 'audit') {
      const at = new Date(NOW).toISOString();
      await desk.audit.add({ at, by: 'olga', action: 'unlock', subject: account, why: 'Over.' });
    }
    expect(await read(`/accounts/${account}`)).toMatchObject({ report: null, incidents: [] });
  });
});
