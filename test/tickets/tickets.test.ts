/** Incidents and cases become tickets of other systems: one each, told everything once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDesk, type OpenDesk } from '../../src/desk/desk.ts';
import type { TicketTarget } from '../../src/desk/ticket-target.ts';
import { MAX_TICKETS_AN_HOUR } from '../../src/desk/tickets.ts';
import { createTicketHook } from '../../src/effects/tickets/webhook/webhook.ts';
import { createTicketMail } from '../../src/effects/tickets/email/email.ts';
import type { TicketSystem } from '../../src/effects/tickets/contract.ts';
import { signBody } from '../../src/effects/webhook.ts';
import type { Records } from '../../src/store/records/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { until } from '../peers/run.ts';
import { ANN, listen } from '../desk/helper.ts';
import { openSmtpSink, openWebServer } from '../desk/servers.ts';
import { openRequestTracker, openZammad, TOKEN, type StandIn } from './stand-ins.ts';
import { SYSTEMS } from './systems.ts';

const folder = mkdtempSync(join(tmpdir(), 'primum-tickets-'));
const tokenFile = join(folder, 'token');
const texts = {
  title: '{about}: {summary}',
  body: '{account}\n{text}\n{link}',
  comment: '{text} - {by}',
};
let records: Records;
let aheadMs = 0;

beforeAll(() => writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 }));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  aheadMs = 0;
  records = await openSqliteRecords({ path: ':memory:' });
  return () => records.close();
});

const target = (system: TicketSystem): TicketTarget => ({
  system,
  wants: ['incident', 'case'],
  texts,
});

const KINDS = [
  {
    kind: 'Zammad',
    open: openZammad,
    connect: ({ url }: StandIn) => SYSTEMS.zammad({ url, tokenFile }),
  },
  {
    kind: 'Request Tracker',
    open: openRequestTracker,
    connect: ({ url }: StandIn) => SYSTEMS.rt({ url, tokenFile }),
  },
];

async function start(tickets: readonly TicketTarget[], given: Records = records) {
  const { said, telemetry } = listen();
  const desk = await openDesk({
    ...{ records: given, telemetry, tickets, channels: [], connectors: [] },
    alerts: { apiUrl: 'https://primum.example.org' },
    delivery: { firstRetrySeconds: 0.05, maxRetrySeconds: 0.1 },
    now: () => Date.now() + aheadMs,
  });
  return { desk, said };
}

/** All that happened was read from the audit log, where `name` reads it, and is told. */
async function settled(desk: OpenDesk, name?: string): Promise<void> {
  await until('the outbox to be empty', async () => {
    const [newest] = await desk.audit.list({ limit: 1 });
    const read =
      name === undefined ? undefined : await records.settings.get(`tickets read: ${name}`);
    const isRead = name === undefined || read === String(newest?.id ?? 0);
    return isRead && (await desk.pendingJobs()) === 0;
  });
}

const opening = { accounts: [ANN], summary: 'Sends to 390 new domains.', by: 'olga' };

/** Before the first look there is nothing to tell. */
async function ready(desk: OpenDesk, name: string): Promise<void> {
  await until(
    'the first look',
    async () => (await records.settings.get(`tickets read: ${name}`)) !== undefined,
  );
  expect(await desk.pendingJobs()).toBe(0);
}

describe.each(KINDS)('$kind', ({ open, connect }) => {
  let there: StandIn;
  let system: TicketSystem;
  beforeEach(async () => {
    there = await open();
    system = connect(there);
    return () => there.close();
  });

  it('has one ticket for an incident, and each later change as a comment on it', async () => {
    const { desk } = await start([target(system)]);
    await ready(desk, system.name);
    const { id } = await desk.incidents.open(opening);
    await until('the ticket', () => there.tickets.length > 0);
    await desk.incidents.step(id, 'olga', { kind: 'note', text: 'The owner is on the telephone.' });
    await desk.incidents.close({ id, by: 'olga', verdict: 'true', why: 'Password changed.' });
    await until('both comments', () => (there.tickets[0]?.comments.length ?? 0) >= 2);
    await settled(desk, system.name);
    expect(there.tickets).toHaveLength(1);
    const [ticket] = there.tickets;
    expect(ticket?.title).toBe(`Incident: Sends to 390 new domains. [primum ${id}]`);
    expect(ticket?.text).toContain(`${ANN}\n`);
    expect(ticket?.text).toContain(`https://primum.example.org/console/#/incidents/${id}`);
    expect(ticket?.comments.map(({ text }) => text)).toEqual([
      'The owner is on the telephone. - olga',
      'Closed as abuse: Password changed. - olga',
    ]);
    // A lock is an incident of its own.
    await desk.locks.lock({
      account: ANN,
      by: 'olga',
      why: 'Stolen password.',
      unlockOn: 'person',
    });
    await settled(desk, system.name);
    expect(there.tickets).toHaveLength(2);
    expect(there.tickets[1]?.comments.map(({ text: said }) => said)).toEqual([
      'lock: Stolen password. - olga',
    ]);
    await desk.close();
  });

  it('has one for a case, with what the reporter wrote as text', async () => {
    const { desk } = await start([target(system)]);
    await ready(desk, system.name);
    const text = 'Look: <script>alert(1)</script> {account}\u0000';
    await desk.cases.open({ source: 'web', category: 'spam', subject: 'a\nb', text, by: 'form' });
    await until('the ticket', () => there.tickets.length > 0);
    await settled(desk, system.name);
    expect(there.tickets[0]?.title).toMatch(/^Case: a b \[primum c\w+\]$/);
    expect(there.tickets[0]?.text).toContain('<script>alert(1)</script> {account} \n');
    await desk.close();
  });

  it('gets nothing twice when a crash came between send and note', async () => {
    const dying: Records = {
      ...records,
      tickets: { ...records.tickets, note: () => Promise.reject(new Error('killed')) },
      outbox: { ...records.outbox, retry: () => new Promise(() => undefined) },
    };
    const first = await start([target(system)], dying);
    await ready(first.desk, system.name);
    const { id } = await first.desk.incidents.open(opening);
    await until('the ticket', () => there.tickets.length === 1);
    // It is there, and nothing on record says so.
    expect(await records.tickets.link(system.name, id)).toMatchObject({ ticket: '' });
    const second = await start([target(system)]);
    await until(
      'the note',
      async () => (await records.tickets.link(system.name, id))?.ticket !== '',
    );
    const forgetful: Records = {
      ...records,
      outbox: { ...records.outbox, done: () => new Promise(() => undefined) },
    };
    await settled(second.desk, system.name);
    await second.desk.close();
    const third = await start([target(system)], forgetful);
    await third.desk.incidents.step(id, 'olga', { kind: 'note', text: 'Told once.' });
    await until('the comment', () => there.tickets[0]?.comments.length === 1);
    const fourth = await start([target(system)]);
    await settled(fourth.desk, system.name);
    expect(there.tickets).toHaveLength(1);
    expect(there.tickets[0]?.comments).toHaveLength(1);
    await fourth.desk.close();
  });

  it('gets nothing twice when its answer was lost', async () => {
    there.loseAnswers = 1;
    const { desk, said } = await start([target(system)]);
    await ready(desk, system.name);
    const { id } = await desk.incidents.open(opening);
    await until('the loss', () => said.effectsFailed.length > 0);
    // A search may not know it at once; time passes.
    aheadMs = 600_000;
    await settled(desk, system.name);
    there.loseAnswers = 1;
    await desk.incidents.step(id, 'olga', { kind: 'note', text: 'Told once.' });
    await until('the comment', () => there.tickets[0]?.comments.length === 1);
    aheadMs = 1_200_000;
    await settled(desk, system.name);
    expect(there.tickets).toHaveLength(1);
    expect(there.tickets[0]?.comments).toHaveLength(1);
    await desk.close();
  });

  it('is asked again until it is there again, and then has everything in order', async () => {
    there.failWith = 503;
    const { desk, said } = await start([target(system)]);
    await ready(desk, system.name);
    const { id } = await desk.incidents.open(opening);
    for (const text of ['one', 'two', 'three']) {
      await desk.incidents.step(id, 'olga', { kind: 'note', text });
    }
    await until('some failures', () => said.effectsFailed.length > 2);
    expect(said.effectsFailed[0]?.message).toContain('503');
    there.failWith = 0;
    aheadMs = 600_000;
    await until('the comments', () => there.tickets[0]?.comments.length === 3);
    await settled(desk, system.name);
    expect(there.tickets).toHaveLength(1);
    expect(there.tickets[0]?.comments.map(({ text }) => text)).toEqual([
      'one - olga',
      'two - olga',
      'three - olga',
    ]);
    await desk.close();
  });
});

it('a search that is behind makes no second ticket: it is waited for', async () => {
  const there = await openZammad();
  const system = KINDS[0]?.connect(there);
  if (system === undefined) throw new Error('no system');
  there.isIndexed = () => false;
  there.loseAnswers = 1;
  const { desk, said } = await start([target(system)]);
  await ready(desk, 'zammad');
  await desk.incidents.open(opening);
  await until('the wait', () =>
    said.effectsFailed.some(({ message }) => message.includes('its search')),
  );
  there.isIndexed = () => true;
  await settled(desk, system.name);
  expect(there.tickets).toHaveLength(1);
  await desk.close();
  await there.close();
});

it('a flood of incidents makes so many tickets an hour, and loses none', async () => {
  const opened = new Set<string>();
  const system: TicketSystem = {
    ...{ name: 'zammad', settleMs: 0 },
    find: () => Promise.resolve(undefined),
    open: ({ id }) => Promise.resolve(opened.add(id)).then(() => id),
    hasComment: () => Promise.resolve(false),
    comment: () => Promise.resolve(),
  };
  const { desk } = await start([target(system)]);
  await ready(desk, 'zammad');
  const flood = 2 * MAX_TICKETS_AN_HOUR + 150;
  for (let n = 0; n < flood; n++) await desk.incidents.open({ ...opening, summary: `No ${n}` });
  await until('the bound', () => opened.size >= MAX_TICKETS_AN_HOUR);
  await settled(desk);
  // One look takes a batch whole.
  expect(opened.size).toBeLessThanOrEqual(2 * MAX_TICKETS_AN_HOUR);
  for (let hour = 1; hour <= 3; hour++) {
    aheadMs = hour * 3_700_000;
    await desk.incidents.open({ ...opening, summary: `Hour ${hour}` });
    await until('more', () => opened.size >= Math.min(flood, (hour + 1) * MAX_TICKETS_AN_HOUR));
    await settled(desk);
  }
  expect(opened.size).toBeGreaterThanOrEqual(flood);
  await desk.close();
});

it('mail opens a ticket and answers it, with names that a repetition shares', async () => {
  const sink = await openSmtpSink();
  const smtp = { host: '127.0.0.1', port: sink.port, tls: 'never' as const };
  const system = createTicketMail({
    ...{ name: 'mail', from: 'primum@example.org', to: ['tickets@example.org'], via: { smtp } },
  });
  const { desk } = await start([target(system)]);
  await ready(desk, 'mail');
  const { id } = await desk.incidents.open(opening);
  await desk.incidents.step(id, 'olga', { kind: 'note', text: 'More of it.' });
  await until('two mails', () => sink.mails.length === 2);
  await settled(desk, system.name);
  const [first = '', second = ''] = sink.mails.map(({ content }) => content);
  expect(first).toContain(`Message-ID: <primum.${id}@example.org>`);
  expect(second).toContain(`In-Reply-To: <primum.${id}@example.org>`);
  expect(second).toMatch(/Message-ID: <primum\.[\w-]{36}@example\.org>/);
  expect(second).toContain('More of it. - olga');
  await desk.close();
  await sink.close();
});

it('a webhook is signed, and names a repetition by its key', async () => {
  const web = await openWebServer();
  const system = createTicketHook({
    ...{ name: 'hook', url: web.url, secretFile: tokenFile, headers: {}, timeoutMs: 5000 },
  });
  let failures = 1;
  web.answer = (response) => void response.writeHead(failures-- > 0 ? 500 : 204).end();
  const { desk } = await start([target(system)]);
  await ready(desk, 'hook');
  const { id } = await desk.incidents.open(opening);
  await until('the repetition', () => web.requests.length === 2);
  await settled(desk, system.name);
  for (const { headers, body } of web.requests) {
    expect(headers['idempotency-key']).toBe(`open-${id}`);
    expect(headers['x-primum-signature']).toBe(signBody(TOKEN, body));
    expect(JSON.parse(body)).toMatchObject({ what: 'open', ticket: id });
  }
  await desk.close();
  await web.close();
});
