/** ACC-11 and ACC-12: a lock holds at once and everywhere; it ends only when the cause is gone. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import type { Records } from '../../src/store/records/contract.ts';
import { PrimumError } from '../../src/errors.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import {
  alertIntent,
  ANN,
  keptChannel,
  keptConnector,
  lockIntent,
  openTestDesk,
  passwordIntent,
} from './helper.ts';
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

const byEve = { by: 'eve', why: 'the owner called' };

describe('a lock', () => {
  test('ACC-11: is in force when start returns, in any letter case, before anything is written', async () => {
    const { desk } = await start();
    void desk.effects.start(lockIntent({ account: 'Ann@Example.ORG' }));
    expect(desk.locks.find('ANN@example.org')).toMatchObject({ account: ANN, by: 'ladder' });
    expect(desk.locks.find('bob@example.org')).toBeUndefined();
    expect(desk.locks.list()).toHaveLength(1);
  });

  test('ACC-11: is written with its audit row, its incident and its jobs', async () => {
    const kick = keptConnector('kick', true);
    const crm = keptConnector('crm');
    const mail = keptChannel();
    const { desk } = await start({ channels: [mail], connectors: [kick, crm] });
    void desk.effects.start(lockIntent());
    await desk.flush();
    const { incident } = desk.locks.find(ANN)!;
    expect(await desk.incidents.get(incident)).toMatchObject({ account: ANN, cause: 'lock' });
    const [audit] = await desk.audit.list({ subject: ANN, limit: 1 });
    expect(audit).toMatchObject({ action: 'lock', by: 'ladder', why: 'The password is stolen.' });
    await eventually(() => {
      expect(kick.ran).toMatchObject([{ action: 'lock', account: ANN }]);
      expect(crm.ran).toMatchObject([{ action: 'lock', account: ANN, reference: 'REF1' }]);
      expect(mail.sent).toHaveLength(1);
    });
    expect(mail.sent[0]?.subject).toContain('locked');
  });

  test('ACC-11: belongs to the incident of the same decision, and both make one message', async () => {
    const mail = keptChannel();
    const { desk } = await start({ channels: [mail] });
    void desk.effects.start(lockIntent());
    void desk.effects.start(alertIntent());
    await desk.flush();
    const incidents = await desk.incidents.list({ account: ANN, limit: 10 });
    expect(incidents).toHaveLength(1);
    expect(desk.locks.find(ANN)?.incident).toBe(incidents[0]?.id);
    await eventually(() => expect(mail.sent).toHaveLength(1));
    expect(mail.sent[0]?.text).toContain('Messages are held. Locked by ladder');
    await eventually(async () => expect(await open!.records.outbox.pending()).toBe(0));
    expect(mail.sent).toHaveLength(1);
  });

  test('by a person keeps who and why; locking again is the same lock with the new reason', async () => {
    const { desk } = await start();
    const first = await desk.locks.lock({ account: ANN, ...byEve, unlockOn: 'person' });
    const again = await desk.locks.lock({
      account: ANN,
      by: 'max',
      why: 'again',
      unlockOn: 'person',
      reference: 'REF9',
    });
    expect(again).toEqual({ ...first, by: 'max', why: 'again', reference: 'REF9' });
    expect(desk.locks.list()).toEqual([again]);
    const audit = await desk.audit.list({ subject: ANN, limit: 10 });
    expect(audit.filter((row) => row.action === 'lock').map((row) => row.by)).toEqual([
      'max',
      'eve',
    ]);
  });

  test('and its end are told to the listener, whose trouble keeps nothing from being written', async () => {
    const told: string[] = [];
    const { desk } = await start({
      onLockChange: ({ action, account, by }) => {
        told.push(`${action} ${account} ${by}`);
        throw new Error('listener');
      },
    });
    void desk.effects.start(lockIntent());
    await eventually(async () => expect(await open!.records.locks.all()).toHaveLength(1));
    await desk.locks.unlock({ account: ANN, ...byEve });
    expect(told).toEqual([`lock ${ANN} ladder`, `unlock ${ANN} eve`]);
  });

  test('ACC-12: ends everywhere when a person ticks the last item of its checklist', async () => {
    const told: string[] = [];
    const crm = keptConnector('crm');
    const { desk } = await start({
      connectors: [crm],
      onLockChange: ({ action, by }) => void told.push(`${action} ${by}`),
    });
    void desk.effects.start(lockIntent());
    await desk.flush();
    const { incident } = desk.locks.find(ANN)!;
    const { checklist } = (await desk.incidents.get(incident))!;
    for (const { item } of checklist) {
      expect(desk.locks.find(ANN)).toBeDefined();
      expect(await desk.incidents.tick(incident, 'eve', item)).toBe(true);
    }
    expect(desk.locks.find(ANN)).toBeUndefined();
    expect(told).toEqual(['lock ladder', 'unlock eve']);
    await eventually(() => {
      expect(crm.ran.map(({ action }) => action)).toEqual(['lock', 'unlock']);
    });
  });

  test('of the ladder never makes a lock of a person easier to lift', async () => {
    const { desk } = await start();
    const lock = await desk.locks.lock({ account: ANN, ...byEve, unlockOn: 'person' });
    void desk.effects.start(lockIntent({ unlockOn: 'password' }));
    expect(desk.locks.find(ANN)).toBe(lock);
  });

  test('of many accounts at once is written in few transactions', async () => {
    const records = await openSqliteRecords({ path: ':memory:' });
    const save = vi.spyOn(records.locks, 'save');
    const { desk } = await start({ records });
    for (let n = 0; n < 1000; n++) void desk.effects.start(lockIntent({ account: `a${n}@x.org` }));
    await desk.flush();
    expect(desk.locks.list()).toHaveLength(1000);
    expect(await records.locks.all()).toHaveLength(1000);
    expect(save.mock.calls.length).toBeLessThanOrEqual(20);
  });
});

describe('an unlock', () => {
  test('of an account that was never locked is false and leaves no audit row', async () => {
    const { desk } = await start();
    expect(await desk.locks.unlock({ account: 'bob@example.org', ...byEve })).toBe(false);
    expect(await desk.audit.list({ limit: 10 })).toEqual([]);
  });

  test('is in force when it resolves, audited, and told to the connectors after the lock', async () => {
    const crm = keptConnector('crm');
    const { desk } = await start({ connectors: [crm] });
    void desk.effects.start(lockIntent());
    expect(await desk.locks.unlock({ account: 'ANN@example.org', ...byEve })).toBe(true);
    expect(desk.locks.find(ANN)).toBeUndefined();
    const [audit] = await desk.audit.list({ subject: ANN, limit: 1 });
    expect(audit).toMatchObject({ action: 'unlock', ...byEve });
    await eventually(() => {
      expect(crm.ran.map(({ action }) => action)).toEqual(['lock', 'unlock']);
    });
  });

  test('leaves a lock in force that was started while it was written', async () => {
    const { desk } = await start();
    await desk.locks.lock({ account: ANN, ...byEve, unlockOn: 'password' });
    const unlocking = desk.locks.unlock({ account: ANN, ...byEve });
    await Promise.resolve();
    const again = desk.locks.lock({ account: ANN, by: 'max', why: 'no', unlockOn: 'person' });
    await Promise.all([unlocking, again]);
    expect(desk.locks.find(ANN)).toMatchObject({ by: 'max' });
    expect(await open!.records.locks.all()).toMatchObject([{ by: 'max' }]);
  });
});

describe('a changed password', () => {
  test('ACC-12: lifts a lock that waits for nothing else, by whoever changed it', async () => {
    const { desk } = await start();
    void desk.effects.start(lockIntent());
    await desk.flush();
    const { incident } = desk.locks.find(ANN)!;
    void desk.effects.start(passwordIntent('ANN@example.org'));
    await desk.flush();
    expect(desk.locks.find(ANN)).toBeUndefined();
    expect(await open!.records.locks.all()).toEqual([]);
    const [audit] = await desk.audit.list({ subject: ANN, limit: 1 });
    expect(audit).toMatchObject({ action: 'unlock', by: 'owner login' });
    expect((await desk.incidents.get(incident))?.checklist).toMatchObject([
      { item: 'password', by: 'owner login' },
    ]);
  });

  test('ACC-12: whoever starts it may wait until the lifted lock is durable', async () => {
    const { desk } = await start();
    void desk.effects.start(lockIntent());
    await desk.flush();
    await desk.effects.start(passwordIntent('ANN@example.org'));
    expect(await open!.records.locks.all()).toEqual([]);
    expect(desk.locks.find(ANN)).toBeUndefined();
  });

  test('ACC-12: does not lift a lock that waits for a person, but ticks the item', async () => {
    const { desk } = await start();
    const { incident } = await desk.locks.lock({ account: ANN, ...byEve, unlockOn: 'person' });
    void desk.effects.start(passwordIntent(ANN, new Date().toISOString()));
    await desk.flush();
    expect(desk.locks.find(ANN)).toBeDefined();
    const checklist = (await desk.incidents.get(incident))?.checklist;
    expect(checklist?.map((entry) => [entry.item, entry.doneAt !== undefined])).toEqual([
      ['password', true],
      ['forwards', false],
    ]);
  });

  test('ACC-12: lifts the lock only once the live sessions are ended', async () => {
    const kick = keptConnector('kick', true);
    kick.fail = new Error('Dovecot does not answer');
    const { desk } = await start({ connectors: [kick] });
    void desk.effects.start(lockIntent());
    void desk.effects.start(passwordIntent());
    await desk.flush();
    await eventually(() => expect(kick.attempts).toBeGreaterThan(0));
    expect(desk.locks.find(ANN)).toBeDefined();
    kick.fail = undefined;
    await eventually(() => expect(desk.locks.find(ANN)).toBeUndefined());
    expect(kick.ran).toHaveLength(1);
  });

  test('ACC-12: that is dated before the lock does not lift it', async () => {
    const { desk } = await start();
    const lockedAt = '2026-03-01T10:00:01.000Z';
    void desk.effects.start(lockIntent({ at: lockedAt }));
    void desk.effects.start(passwordIntent());
    await desk.flush();
    expect(desk.locks.find(ANN)).toMatchObject({ at: lockedAt });
    const { incident } = desk.locks.find(ANN)!;
    expect((await desk.incidents.get(incident))?.checklist).toEqual([{ item: 'password' }]);
    void desk.effects.start(passwordIntent(ANN, lockedAt));
    await desk.flush();
    expect(desk.locks.find(ANN)).toBeUndefined();
  });

  test('is in the audit log at the time of recording, whatever time it is dated', async () => {
    const { desk } = await start();
    const before = new Date().toISOString();
    void desk.effects.start(lockIntent());
    void desk.effects.start(passwordIntent());
    await desk.flush();
    const entries = await desk.audit.list({ limit: 10 });
    expect(entries.map(({ action }) => action)).toEqual([
      'unlock',
      'checklist.password',
      'lock',
      'incident.open',
    ]);
    for (const { at } of entries) expect(at >= before).toBe(true);
  });

  test('ACC-12: of an account without a lock or incident changes nothing', async () => {
    const { desk } = await start();
    void desk.effects.start(passwordIntent());
    await desk.flush();
    expect(await desk.audit.list({ limit: 10 })).toEqual([]);
  });

  test('ACC-12: is asked for again by the next lock', async () => {
    const { desk } = await start();
    void desk.effects.start(lockIntent());
    void desk.effects.start(passwordIntent());
    await desk.flush();
    expect(desk.locks.find(ANN)).toBeUndefined();
    void desk.effects.start(lockIntent({ reference: 'REF3' }));
    await desk.flush();
    const { incident } = desk.locks.find(ANN)!;
    expect((await desk.incidents.get(incident))?.checklist).toEqual([{ item: 'password' }]);
  });
});

describe('while the records fail', () => {
  /** Records whose locks cannot be written for a while. */
  async function failing(): Promise<{ readonly records: Records; isDown: boolean }> {
    const real = await openSqliteRecords({ path: ':memory:' });
    const state = { isDown: true, records: real };
    const guard = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
      return (...args: A): Promise<R> =>
        state.isDown
          ? Promise.reject(new PrimumError('STORE_UNAVAILABLE', 'No space.'))
          : call(...args);
    };
    const locks: Records['locks'] = {
      all: () => real.locks.all(),
      save: guard((drafts) => real.locks.save(drafts)),
      lift: guard((request) => real.locks.lift(request)),
      tick: guard((request) => real.locks.tick(request)),
    };
    return Object.assign(state, { records: { ...real, locks } });
  }

  test('a lock holds, it is said once, and it becomes durable when they work again', async () => {
    const store = await failing();
    const { desk, said } = await start({ records: store.records });
    void desk.effects.start(lockIntent());
    void desk.effects.start(lockIntent({ account: 'bob@example.org' }));
    await expect(desk.flush()).rejects.toThrow('No space.');
    await expect(desk.flush()).rejects.toThrow('No space.');
    expect(desk.locks.find(ANN)).toBeDefined();
    expect(said.storeFailed).toHaveLength(1);
    store.isDown = false;
    await eventually(async () => expect(await store.records.locks.all()).toHaveLength(2));
    expect(said.storeWorks).toBe(1);
  });

  test('a person hears that the lock is in force but not durable; an unlock is refused', async () => {
    const store = await failing();
    const { desk } = await start({ records: store.records });
    await expect(
      desk.locks.lock({ account: ANN, ...byEve, unlockOn: 'person' }),
    ).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('in force but not on disk') as string,
    });
    await expect(desk.locks.unlock({ account: ANN, ...byEve })).rejects.toThrow('No space.');
    expect(desk.locks.find(ANN)).toBeDefined();
    store.isDown = false;
    expect(await desk.locks.unlock({ account: ANN, ...byEve })).toBe(true);
    expect(desk.locks.find(ANN)).toBeUndefined();
  });

  test('a changed password waits with its lock and lifts it later', async () => {
    const store = await failing();
    const { desk } = await start({ records: store.records });
    void desk.effects.start(lockIntent());
    void desk.effects.start(passwordIntent());
    await expect(desk.flush()).rejects.toThrow('No space.');
    expect(desk.locks.find(ANN)).toBeDefined();
    store.isDown = false;
    await desk.flush();
    expect(desk.locks.find(ANN)).toBeUndefined();
  });

  test('ACC-12: a lock that came after the changed password stays', async () => {
    const store = await failing();
    const { desk } = await start({ records: store.records });
    void desk.effects.start(lockIntent());
    void desk.effects.start(passwordIntent());
    const again = desk.locks.lock({ account: ANN, ...byEve, unlockOn: 'password' });
    await expect(again).rejects.toThrow('in force');
    store.isDown = false;
    await desk.flush();
    expect(desk.locks.find(ANN)).toMatchObject({ by: 'eve' });
  });

  test('a stop says that locks are lost', async () => {
    const store = await failing();
    const { desk, said } = await start({ records: store.records });
    void desk.effects.start(lockIntent());
    await desk.close();
    expect(said.warnings).toMatchObject([expect.stringContaining('1 locks are lost')]);
  });
});
