/** An incident over a campaign keeps what it is of: members, what they share, its reach and why. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../../src/core/event.ts';
import type { Carried, CarriedQuery } from '../../src/core/report.ts';
import { eventually } from '../eventually.ts';
import { alertIntent, openTestDesk, type TestDesk } from './helper.ts';

const [ANN, BOB, CLEO] = ['ann@example.org', 'bob@example.org', 'cleo@example.org'];
const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE_MS = 60_000;

let open: TestDesk;
let nowMs = NOW;
let asked: CarriedQuery[] = [];
let carried: Carried;

beforeEach(async () => {
  nowMs = NOW;
  asked = [];
  carried = {
    ...{ messages: 40, recipients: 900, left: { messages: 10, recipients: 250 } },
    isCut: false,
  };
  open = await openTestDesk({
    now: () => nowMs,
    countCarried: (query) => {
      asked.push(query);
      return Promise.resolve(carried);
    },
  });
});
afterEach(() => open.close());

/** An incident of each account, with traits of one campaign. */
async function hit(accounts: readonly string[], traits: readonly string[]): Promise<void> {
  const { desk, records } = open;
  const at = new Date(nowMs - MINUTE_MS).toISOString();
  for (const account of accounts) {
    void desk.effects.start(alertIntent({ account, at, reference: `R${account[0] ?? ''}` }));
    await desk.flush();
    const [incident] = await desk.incidents.list({ account, limit: 1 });
    await records.incidents.addTraits(incident?.id ?? '', traits);
  }
}

const openOver = (accounts: readonly string[]) =>
  open.desk.incidents.open({ accounts, summary: 'A wave.', by: 'olga' });

const submission = (clientAddress: string, subject: string): SubmissionEvent => ({
  ...{ v: 1, kind: 'submission', id: 's', at: new Date(nowMs).toISOString(), account: ANN },
  ...{ clientAddress, envelopeSender: ANN, envelopeRecipients: ['x@example.net'] },
  message: { subject },
});

describe('an incident over a campaign', () => {
  it('has its members with their incidents, what they share, its reach and its reasons at once', async () => {
    await hit([ANN, BOB], ['text:ab12', 'subject:invoice 9', 'client:thunderbird']);
    await open.desk.locks.lock({
      account: BOB,
      by: 'olga',
      why: 'Phished.',
      unlockOn: 'person',
      reference: 'Rb',
    });
    const made = await openOver([ANN, BOB, CLEO]);
    const [ofAnn] = await open.desk.incidents.list({ account: ANN, limit: 1 });
    expect(made).toMatchObject({
      // A mail program is shared by the innocent.
      shared: ['text:ab12', 'subject:invoice 9', 'address:203.0.113.7'],
      reach: {
        ...{ accounts: 3, locked: 1, messages: 40, recipients: 900, isCut: false },
        left: { messages: 10, recipients: 250 },
      },
      count: 2,
      references: ['Ra', 'Rb'],
      evidence: {
        done: '30 of 40 messages were stopped; 1 of 3 accounts are locked.',
        reasons: [
          {
            text: 'The hourly limit is reached. (the like of 2 accounts)',
            practice: 'SND-1',
          },
        ],
      },
    });
    expect(made.members).toMatchObject([
      { account: ANN, decisions: 1, isLocked: false, incident: { id: ofAnn?.id, reference: 'Ra' } },
      { account: BOB, decisions: 1, isLocked: true, incident: { state: 'open' } },
      { account: CLEO, decisions: 0, isLocked: false },
    ]);
    expect(made.members?.[2]?.incident).toBeUndefined();
    expect(await open.desk.incidents.get(made.id)).toEqual(made);
    // A list says how far it reaches, without each member.
    const [listed] = await open.desk.incidents.list({ limit: 1 });
    expect(listed).toMatchObject({ id: made.id, reach: made.reach });
    expect(listed?.members).toBeUndefined();
  });

  it('counts messages that carry the content, and by the address only where no content is shared', async () => {
    await hit([ANN, BOB], ['subject:invoice 9']);
    await openOver([ANN, BOB]);
    const isOne = asked.at(-1)?.isOne;
    expect(isOne?.(submission('198.51.100.1', 'Invoice 17'))).toBe(true);
    expect(isOne?.(submission('203.0.113.7', 'Minutes'))).toBe(false);
    await hit([CLEO, 'dora@example.org'], []);
    await openOver([CLEO, 'dora@example.org']);
    expect(asked.at(-1)?.isOne(submission('203.0.113.7', 'Minutes'))).toBe(true);
    expect(asked.at(-1)?.isOne(submission('198.51.100.1', 'Minutes'))).toBe(false);
    await openOver(['x@example.org', 'y@example.org']);
    expect(asked.at(-1)?.isOne(submission('198.51.100.1', 'Minutes'))).toBe(true);
  });

  it('is counted anew when an account joins, and no clock of it moves by that', async () => {
    await hit([ANN, BOB], ['text:ab12']);
    const { id, updatedAt } = await openOver([ANN, BOB]);
    await hit([CLEO], ['text:ab12']);
    carried = { ...carried, messages: 55 };
    const joined = await open.desk.incidents.step(id, 'paul', { kind: 'join', account: CLEO });
    expect(joined).toMatchObject({ reach: { accounts: 3, messages: 55 }, count: 3, updatedAt });
    expect(joined?.timeline.map(({ text }) => text)).toEqual([
      'Opened: A wave.',
      `Joined: ${CLEO}.`,
    ]);
  });

  it('is counted again behind whoever looks, once a minute, and that is told', async () => {
    await hit([ANN, BOB], ['text:ab12']);
    const { id } = await openOver([ANN, BOB]);
    carried = { ...carried, messages: 70 };
    await open.desk.incidents.get(id);
    expect(asked).toHaveLength(1);
    nowMs += 2 * MINUTE_MS;
    const told: string[] = [];
    open.desk.follow(({ what, id: about }) => told.push(`${what} ${about}`));
    expect(await open.desk.incidents.get(id)).toMatchObject({ reach: { messages: 40 } });
    await eventually(() => expect(told).toContain(`incident ${id}`));
    expect(await open.desk.incidents.get(id)).toMatchObject({ reach: { messages: 70 } });
    expect(asked).toHaveLength(2);
  });

  it('keeps all of it once it is closed, whatever the journal forgets and the accounts do later', async () => {
    await hit([ANN, BOB], ['text:ab12']);
    const { id } = await openOver([ANN, BOB]);
    carried = { ...carried, messages: 80 };
    nowMs += MINUTE_MS;
    await open.desk.incidents.close({ id, by: 'olga', verdict: 'true', why: 'Phished.' });
    carried = { ...carried, messages: 0, isCut: true };
    nowMs += 40 * 86_400_000;
    const before = asked.length;
    for (const { id: other } of await open.desk.incidents.list({ account: ANN, limit: 9 })) {
      await open.desk.incidents.close({ id: other, by: 'olga', verdict: 'true', why: 'Over.' });
    }
    await hit([ANN], ['text:other']);
    const closed = await open.desk.incidents.get(id);
    expect(closed).toMatchObject({
      ...{ state: 'closed', shared: ['text:ab12', 'address:203.0.113.7'] },
      reach: { messages: 80, isCut: false },
      members: [{ decisions: 1, incident: { state: 'closed' } }, { decisions: 1 }],
    });
    expect(asked).toHaveLength(before);
  });

  it('is like an earlier campaign, and not like its own members', async () => {
    await hit([ANN, BOB], ['text:ab12']);
    const first = await openOver([ANN, BOB]);
    expect(await open.desk.incidents.similar(first.id)).toEqual([]);
    await open.desk.incidents.close({ id: first.id, by: 'olga', verdict: 'true', why: 'Over.' });
    await hit([CLEO, 'dora@example.org'], ['text:ab12']);
    const second = await openOver([CLEO, 'dora@example.org']);
    const similar = await open.desk.incidents.similar(second.id);
    expect(similar.map(({ incident }) => incident.id)).toContain(first.id);
    expect(similar.map(({ incident }) => incident.account)).not.toContain(CLEO);
  });

  it('is the same of sixty open ones, also when it is the oldest', async () => {
    const first = await openOver([ANN, BOB]);
    for (let n = 0; n < 60; n += 1) await openOver([`a${n}@example.org`, `b${n}@example.org`]);
    expect((await openOver([BOB, ANN])).id).toBe(first.id);
  });

  it('stands without a journal: what was counted is then said to be too little', async () => {
    const bare = await openTestDesk({ now: () => nowMs });
    const made = await bare.desk.incidents.open({
      ...{ accounts: [ANN, BOB], summary: 'A wave.', by: 'olga' },
    });
    expect(made.reach).toMatchObject({ accounts: 2, messages: 0, isCut: true });
    await bare.close();
  });
});
