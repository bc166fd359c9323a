/** What agents tell of their mail logs: for their own host only, within bounds, on record or not. */
import { afterEach, expect, it } from 'vitest';
import { MAX_LOGGED } from '../../src/agent/contract.ts';
import type { LoggedEvent } from '../../src/agent/contract.ts';
import { openClient } from '../../src/client/client.ts';
import { sinkOver } from '../../src/daemon/run-agent.ts';
import { MAX_WORD_LENGTH } from '../../src/doors/api/schemas/event.ts';
import { openFixture, problemOf, TOKEN } from './api-fixture.ts';
import type { ApiFixture } from './api-fixture.ts';

const AGENT = 'A'.repeat(43);

let api: ApiFixture | undefined;
let told: { readonly mta: string; readonly events: readonly LoggedEvent[] }[] = [];

afterEach(async () => {
  await api?.close();
  told = [];
});

async function open(logged?: (mta: string, events: readonly LoggedEvent[]) => Promise<void>) {
  const agentTokens = new Map([['mx1.example.org', AGENT]]);
  const take = (mta: string, events: readonly LoggedEvent[]): Promise<void> => {
    told.push({ mta, events });
    return Promise.resolve();
  };
  api = await openFixture({ agentTokens, parts: { logged: logged ?? take } });
  const baseUrl = api.baseUrl;
  return openClient({ baseUrl, token: AGENT });
}

const delivery = (over: object = {}): LoggedEvent => ({
  v: 1,
  kind: 'delivery',
  id: 'log-1',
  at: '2026-11-20T08:00:00.000Z',
  recipient: 'bob@y.example',
  result: 'bounced',
  ...over,
});

it('are taken with the name of the host whose token it is', async () => {
  const client = await open();
  const event = delivery({ mta: 'mx2.example.org' });
  await client.agentEvents([event]);
  expect(told).toEqual([{ mta: 'mx1.example.org', events: [event] }]);
});

it("need the token of an agent: that of people's tools is refused", async () => {
  await open();
  const people = openClient({ baseUrl: api?.baseUrl ?? '', token: TOKEN });
  await expect(people.agentEvents([delivery()])).rejects.toMatchObject({ status: 401 });
  expect(told).toEqual([]);
});

it.each<[string, object]>([
  ['another kind', { kind: 'unlock', account: 'a', by: 'b', why: 'c' }],
  ['a missing result', { result: undefined }],
  ['a time that is none', { at: 'yesterday' }],
  ['a recipient over the bound', { recipient: 'x'.repeat(MAX_WORD_LENGTH + 1) }],
])('of %s are refused, all of them', async (_, over) => {
  const client = await open();
  const events = [delivery(), delivery({ id: 'log-2', ...over })];
  await expect(client.agentEvents(events)).rejects.toMatchObject({ status: 400 });
  expect(told).toEqual([]);
});

it('have a bound of how many come at once', async () => {
  const client = await open();
  const many = Array.from({ length: MAX_LOGGED + 1 }, (_, n) => delivery({ id: `log-${n}` }));
  await expect(client.agentEvents(many)).rejects.toMatchObject({ status: 400 });
  await client.agentEvents(many.slice(1));
  expect(told.map(({ events }) => events.length)).toEqual([MAX_LOGGED]);
});

it('are refused by a daemon that takes none', async () => {
  const agentTokens = new Map([['mx1.example.org', AGENT]]);
  api = await openFixture({ agentTokens });
  const response = await api.fetch('/api/v1/agent/events', {
    method: 'POST',
    body: '{"events":[]}',
    headers: { authorization: `Bearer ${AGENT}`, 'content-type': 'application/json' },
  });
  expect(response.status).toBe(404);
  expect((await problemOf(response)).detail).toBe('This daemon takes no mail log.');
});

it('that the daemon could not put on record are an error, so that the agent tells them again', async () => {
  const client = await open(() => Promise.reject(new Error('the disk is full')));
  await expect(client.agentEvents([delivery()])).rejects.toMatchObject({ status: 500 });
});

it('of which one is refused are told without it, and that is said', async () => {
  const client = await open();
  const warnings: string[] = [];
  const sink = sinkOver(client, { warn: (message) => void warnings.push(message) });
  const events = Array.from({ length: 9 }, (_, n) =>
    delivery({ id: `log-${n}`, ...(n === 4 ? { at: 'never' } : {}) }),
  );
  await sink.logged('mx1.example.org', events);
  const ids = told.flatMap((batch) => batch.events.map(({ id }) => id));
  expect(ids).toEqual(events.map(({ id }) => id).filter((id) => id !== 'log-4'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('The daemon did not take an event of the mail log');
});
