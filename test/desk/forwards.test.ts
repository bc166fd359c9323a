/** FWD-2: a forward that is off is off at once and stays off; its owner hears of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { Intent } from '../../src/core/intent.ts';
import type { AlertMessage } from '../../src/effects/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { alertIntent, AT, keptChannel, openTestDesk, type TestDesk } from './helper.ts';

const BOB = 'bob@example.org';
const FAR = 'bob@far.test';
const byEve = { by: 'eve', why: 'the owner called' };

let open: TestDesk | undefined;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-forwards-'));
});
afterEach(async () => {
  await open?.close();
  open = undefined;
  rmSync(folder, { recursive: true });
});

async function start(...options: Parameters<typeof openTestDesk>): Promise<TestDesk['desk']> {
  open = await openTestDesk(...options);
  return open.desk;
}

function off(changes: Partial<Extract<Intent, { kind: 'forward-off' }>> = {}): Intent {
  const why = 'The forward is dead.';
  return {
    ...{ kind: 'forward-off', account: BOB, to: FAR, isWhole: true, at: AT },
    ...{ by: 'primum', why, reference: 'REF1' },
    ...changes,
  };
}

describe('a forward that is off', () => {
  test('is off when start returns, in any letter case, before anything is written', async () => {
    const desk = await start();
    void desk.effects.start(off({ account: 'Bob@Example.ORG', to: 'BOB@far.test' }));
    expect(desk.forwards.isOff('BOB@example.org', 'bob@FAR.test')).toBe(true);
    expect(desk.forwards.keepsAll(BOB)).toBe(true);
    expect(desk.forwards.isOff(BOB, 'bob@other.test')).toBe(false);
    expect(desk.forwards.isOff('ann@example.org', FAR)).toBe(false);
  });

  test('is off for one address only, where the account forwards to others too', async () => {
    const desk = await start();
    void desk.effects.start(off({ isWhole: false }));
    expect(desk.forwards.isOff(BOB, FAR)).toBe(true);
    expect(desk.forwards.keepsAll(BOB)).toBe(false);
  });

  test('is in the audit log, and off after a restart', async () => {
    const path = join(folder, 'records.sqlite');
    const desk = await start({ path });
    void desk.effects.start(off());
    await desk.flush();
    expect(await desk.audit.list({ subject: BOB, limit: 9 })).toMatchObject([
      { action: 'forward.off', by: 'primum', why: `${FAR}: The forward is dead.` },
    ]);
    await open?.close();
    const again = await start({ path });
    expect(again.forwards.list()).toMatchObject([{ account: BOB, to: FAR, isWhole: true }]);
    expect(again.forwards.isOff(BOB, FAR)).toBe(true);
  });

  test('by a person is every forward of the account, whatever address is set later', async () => {
    const desk = await start();
    await desk.forwards.off({ account: 'Bob@example.org', ...byEve });
    expect(desk.forwards.isOff(BOB, 'anybody@anywhere.test')).toBe(true);
    expect(desk.forwards.keepsAll(BOB)).toBe(true);
    await desk.forwards.off({ account: 'ann@example.org', to: FAR, ...byEve });
    expect(desk.forwards.keepsAll('ann@example.org')).toBe(false);
  });

  test('goes on again by a person, durably, and whoever counts failures hears of it', async () => {
    const told: string[] = [];
    const path = join(folder, 'records.sqlite');
    const desk = await start({ path, onForwardOn: (account) => void told.push(account) });
    void desk.effects.start(off());
    expect(await desk.forwards.on({ account: BOB, to: 'bob@other.test', ...byEve })).toBe(0);
    expect(told).toEqual([]);
    expect(await desk.forwards.on({ account: BOB, ...byEve })).toBe(1);
    expect(told).toEqual([BOB]);
    expect(desk.forwards.isOff(BOB, FAR)).toBe(false);
    expect(await desk.audit.list({ subject: BOB, limit: 1 })).toMatchObject([
      { action: 'forward.on', by: 'eve' },
    ]);
    await open?.close();
    expect((await start({ path })).forwards.list()).toEqual([]);
  });

  test('stays off while the records fail, is written later, and does not go on before', async () => {
    const records = await openSqliteRecords({ path: ':memory:' });
    let isAway = true;
    const real = records.forwards;
    const away = () => Promise.reject(new Error('away'));
    const forwards = {
      ...real,
      put: (rows: Parameters<typeof real.put>[0]) => (isAway ? away() : real.put(rows)),
      remove: (...given: Parameters<typeof real.remove>) =>
        isAway ? away() : real.remove(...given),
    };
    const desk = await start({ records: { ...records, forwards } });
    void desk.effects.start(off());
    await expect(desk.flush()).rejects.toThrow('away');
    await expect(desk.forwards.on({ account: BOB, ...byEve })).rejects.toThrow('away');
    expect(desk.forwards.isOff(BOB, FAR)).toBe(true);
    isAway = false;
    await desk.flush();
    expect(await records.forwards.all()).toHaveLength(1);
  });
});

describe('the owner of a forward that went off', () => {
  const owner = {
    address: BOB,
    subject: 'The forward of your mail is off',
    words: ['Correct it.'],
  };

  test('is told by mail in plain words, once for an incident', async () => {
    const sent: { address: string; message: AlertMessage }[] = [];
    const mail = {
      ...keptChannel(),
      sendTo: (address: string, message: AlertMessage) => {
        sent.push({ address, message });
        return Promise.resolve();
      },
    };
    const holds = { contact: 'postmaster@example.org' };
    const desk = await start({ channels: [keptChannel('hook'), mail], holds });
    void desk.effects.start(alertIntent({ account: BOB, cause: 'forward:day', owner }));
    await desk.flush();
    void desk.effects.start(alertIntent({ account: BOB, cause: 'forward:day', owner }));
    await desk.flush();
    await eventually(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({
      address: BOB,
      message: {
        subject: 'The forward of your mail is off',
        text: 'Correct it.\n\nQuestions: ask postmaster@example.org and name the reference REF1.\n',
      },
    });
  });

  test('is not written to where no channel can: the alert of the desk stands all the same', async () => {
    const hook = keptChannel('hook');
    const desk = await start({ channels: [hook], alerts: { groupSeconds: 0 } });
    void desk.effects.start(alertIntent({ account: BOB, cause: 'forward:day', owner }));
    await desk.flush();
    await eventually(() => expect(hook.sent).toHaveLength(1));
    expect(open?.said.effectsFailed).toEqual([]);
  });
});
