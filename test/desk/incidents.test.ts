/** Incidents and their alerts: one for an account and cause, whatever the flood (SND-2). */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import { MAX_WAITING } from '../../src/desk/incident-counter.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { alertIntent, ANN, AT, holdIntent, keptChannel, openTestDesk } from './helper.ts';
import type { TestDesk } from './helper.ts';

let open: TestDesk | undefined;

afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(...options: Parameters<typeof openTestDesk>): Promise<TestDesk> {
  open = await openTestDesk(...options);
  return open;
}

describe('incidents', () => {
  test('a flood of one cause is one incident, counted in few writes, and one message', async () => {
    const records = await openSqliteRecords({ path: ':memory:' });
    const add = vi.spyOn(records.incidents, 'add');
    const mail = keptChannel();
    const { desk } = await start({ records, channels: [mail] });
    for (let n = 0; n < 10_000; n++) void desk.effects.start(alertIntent({ reference: `R${n}` }));
    await desk.flush();
    for (let n = 0; n < 10_000; n++) void desk.effects.start(alertIntent({ reference: `S${n}` }));
    await desk.flush();
    expect(add.mock.calls.length).toBeLessThanOrEqual(4);
    const incidents = await desk.incidents.list({ limit: 10 });
    expect(incidents).toMatchObject([{ count: 20_000, openedAt: AT, account: ANN }]);
    expect(incidents[0]?.references).toHaveLength(20);
    expect(incidents[0]?.references.at(-1)).toBe('S9999');
    await eventually(() => expect(mail.sent).toHaveLength(1));
    await eventually(async () => expect(await records.outbox.pending()).toBe(0));
    expect(mail.sent).toHaveLength(1);
  });

  test('a first decision is written without waiting for the next full second', async () => {
    const { desk } = await start();
    void desk.effects.start(alertIntent());
    await eventually(async () => expect(await desk.incidents.list({ limit: 1 })).toHaveLength(1));
  });

  test('more accounts at once than may wait are shed, and it is said', async () => {
    const { desk, said } = await start();
    for (let n = 0; n < MAX_WAITING + 7; n++) {
      void desk.effects.start(alertIntent({ account: `a${n}@example.org` }));
    }
    await desk.flush();
    expect(await open!.records.incidents.list({ limit: 1000 })).toHaveLength(1000);
    expect(said.warnings).toMatchObject([expect.stringMatching(/^7 decisions were not counted/)]);
  });

  test('closing says who, what was found and why, in timeline and audit log', async () => {
    const { desk } = await start();
    void desk.effects.start(alertIntent());
    await desk.flush();
    const [incident] = await desk.incidents.list({ limit: 1 });
    const request = {
      id: incident!.id,
      by: 'eve',
      verdict: 'false alarm' as const,
      why: 'A fair.',
    };
    expect(await desk.incidents.close(request)).toMatchObject({ incident: { account: ANN } });
    expect(await desk.incidents.close(request)).toBeUndefined();
    const closed = await desk.incidents.get(incident!.id);
    expect(closed).toMatchObject({ state: 'closed' });
    expect(closed?.timeline.at(-1)).toMatchObject({
      by: 'eve',
      text: 'Closed as a false alarm: A fair.',
    });
    const [audit] = await desk.audit.list({ subject: ANN, limit: 1 });
    expect(audit).toMatchObject({ action: 'incident.close', by: 'eve' });
  });
});

describe('alerts', () => {
  test('SND-2: one message shows the whole picture of the account', async () => {
    const mail = keptChannel();
    const alerts = { apiUrl: 'https://primum.example/' };
    const { desk } = await start({ channels: [mail], alerts });
    void desk.effects.start(alertIntent());
    await eventually(() => expect(mail.sent).toHaveLength(1));
    const [incident] = await desk.incidents.list({ limit: 1 });
    expect(mail.sent[0]?.text).toBe(
      [
        'Account:    ann@example.org (customer example.org)',
        'What:       212 recipients in an hour; the limit is 200. (SND-1)',
        `Since:      ${AT}`,
        'How much:   1 decision',
        'Figure:     Recipients in the last hour: 212 (usual: 12)',
        'From:       203.0.113.7, NL, Example ISP',
        'Why:        The hourly limit is reached. (SND-1)',
        'Done:       Messages are held.',
        `Look:       "primum incidents ${incident!.id}" shows it; "primum explain REF1" its newest decision. Programs read it at https://primum.example/api/v1/incidents/${incident!.id} with the API's token.`,
        '',
      ].join('\n'),
    );
  });

  test('SND-2: after the first, accounts with the same cause share one message', async () => {
    const mail = keptChannel();
    const { desk } = await start({ channels: [mail], alerts: { groupSeconds: 4 } });
    void desk.effects.start(alertIntent());
    await desk.flush();
    for (const name of ['bob', 'cat', 'dan']) {
      void desk.effects.start(alertIntent({ account: `${name}@example.org` }));
    }
    await desk.flush();
    await eventually(() => expect(mail.sent).toHaveLength(2));
    expect(mail.sent.map(({ data }) => data['accounts'])).toEqual([1, 3]);
    expect(mail.sent[1]?.subject).toMatch(/^\[Primum\] 3 accounts: /);
  });

  test('ACC-6: sources of guesses are one incident and one message, which lists them', async () => {
    const mail = keptChannel();
    const { desk } = await start({ channels: [mail] });
    const shutOut = (n: number) => {
      const source = `203.0.113.${n} CN Network 5`;
      void desk.effects.start(alertIntent({ account: '', cause: 'source-shut-out', source }));
    };
    for (let n = 1; n <= 30; n++) shutOut(n);
    await desk.flush();
    for (let n = 25; n <= 43; n++) shutOut(n);
    await desk.flush();
    const incidents = await desk.incidents.list({ limit: 10 });
    expect(incidents).toMatchObject([{ account: '', count: 49, sources: { total: 43 } }]);
    expect(incidents[0]?.sources?.names).toHaveLength(20);
    await eventually(() => expect(mail.sent).toHaveLength(1));
    const text = mail.sent[0]?.text;
    expect(text).toContain('203.0.113.42 CN Network 5; 203.0.113.43 CN Network 5; and 23 more');
    expect(text).not.toContain('Account:');
    expect(mail.sent[0]?.subject).toBe('[Primum] 212 recipients in an hour; the limit is 200.');
  });

  test('SND-2: a held message whose limit is alerted has no alert of its own', async () => {
    const mail = keptChannel();
    const { desk } = await start({ channels: [mail], alerts: { groupSeconds: 0 } });
    const limit = alertIntent({ reference: 'R1' });
    void desk.effects.start(limit);
    void desk.effects.start(
      holdIntent({ reference: 'R1', cause: 'limit:account:recipients:3600' }),
    );
    await desk.flush();
    const [incident, ...others] = await desk.incidents.list({ limit: 10 });
    expect([incident?.cause, others]).toEqual(['limit:account:recipients:3600', []]);
    expect(await desk.holds.list({ limit: 10 })).toMatchObject([{ incident: incident?.id }]);
    void desk.effects.start(holdIntent({ queueId: 'q2', reference: 'R2' }));
    await desk.flush();
    await eventually(() => expect(mail.sent).toHaveLength(2));
    expect(mail.sent.map(({ data }) => data['cause'])).toEqual([
      'limit:account:recipients:3600',
      'hold',
    ]);
  });

  test('SND-2: an incident that goes on is told again with what happened since', async () => {
    const mail = keptChannel();
    const alerts = { repeatAfterSeconds: 1, groupSeconds: 0 };
    const { desk } = await start({ channels: [mail], alerts });
    void desk.effects.start(alertIntent());
    await eventually(() => expect(mail.sent).toHaveLength(1));
    for (let n = 0; n < 5; n++) void desk.effects.start(alertIntent());
    await eventually(() => expect(mail.sent).toHaveLength(2));
    expect(mail.sent[1]?.text).toMatch(/6 decisions, 5 of them since the last alert at /);
    await eventually(async () => expect(await open!.records.outbox.pending()).toBe(0));
    expect(mail.sent).toHaveLength(2);
  });

  test('a test alert says for every channel what came of it, and is audited', async () => {
    const mail = keptChannel('mail');
    const hook = keptChannel('hook');
    hook.fail = new Error('hook.example answered 500');
    const { desk } = await start({ channels: [mail, hook] });
    expect(await desk.testAlerts('eve')).toEqual([
      { channel: 'mail', outcome: 'Sent.' },
      { channel: 'hook', outcome: 'Failed: hook.example answered 500' },
    ]);
    expect(await desk.audit.list({ limit: 1 })).toMatchObject([
      { action: 'alerts.test', by: 'eve' },
    ]);
  });
});
