/** The outbox: at least once, in order, with an end, and never twice for want of disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { PermanentFailure } from '../../src/effects/contract.ts';
import type { Records } from '../../src/store/records/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import {
  alertIntent,
  ANN,
  keptChannel,
  keptConnector,
  lockIntent,
  openTestDesk,
} from './helper.ts';
import type { TestDesk } from './helper.ts';

let folder = '';
let open: TestDesk | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-outbox-'));
});

afterEach(async () => {
  await open?.close();
  open = undefined;
  rmSync(folder, { recursive: true });
});

async function start(...options: Parameters<typeof openTestDesk>): Promise<TestDesk> {
  open = await openTestDesk(...options);
  return open;
}

const unlock = { account: ANN, by: 'eve', why: 'fine' };

test('a connector that fails is tried again with the same key, and the unlock waits for the lock', async () => {
  const crm = keptConnector('crm');
  crm.fail = new Error(`crm knows no ${ANN}`);
  const { desk, said } = await start({ connectors: [crm] });
  void desk.effects.start(lockIntent());
  await desk.locks.unlock(unlock);
  await eventually(() => expect(crm.attempts).toBeGreaterThan(2));
  crm.fail = undefined;
  await eventually(() => expect(crm.ran).toHaveLength(2));
  expect(crm.ran.map(({ action }) => action)).toEqual(['lock', 'unlock']);
  expect(crm.ran[0]?.attempt).toBeGreaterThan(2);
  // The log names no people.
  expect(said.effectsFailed[0]).toEqual({ effect: 'crm', message: 'crm knows no (account)' });
});

test('what cannot succeed is given up at once, audited and logged', async () => {
  const crm = keptConnector('crm');
  crm.fail = new PermanentFailure('The account has control characters.');
  const { desk, records, said } = await start({ connectors: [crm] });
  void desk.effects.start(lockIntent());
  await eventually(() => expect(said.warnings).toHaveLength(1));
  await eventually(async () => expect(await records.outbox.pending()).toBe(0));
  expect(crm.attempts).toBe(1);
  const [audit] = await desk.audit.list({ subject: ANN, limit: 1 });
  expect(audit).toMatchObject({
    action: 'effect.give-up',
    why: 'crm (connector) after 1 attempts: The account has control characters.',
  });
});

test('after its time a job is given up and the next of the account goes on', async () => {
  const crm = keptConnector('crm');
  const run = crm.run.bind(crm);
  crm.run = (change, delivery) =>
    change.action === 'lock' ? Promise.reject(new Error('no')) : run(change, delivery);
  let laterMs = 0;
  const { desk, said } = await start({
    connectors: [crm],
    delivery: { giveUpAfterSeconds: 600 },
    now: () => Date.now() + laterMs,
  });
  void desk.effects.start(lockIntent());
  await desk.locks.unlock(unlock);
  await eventually(() => expect(said.effectsFailed.length).toBeGreaterThan(1));
  expect(said.warnings).toEqual([]);
  laterMs = 601_000;
  await eventually(() => expect(said.warnings).toHaveLength(1));
  await eventually(() => expect(crm.ran).toMatchObject([{ action: 'unlock' }]));
});

test('an attempt that hangs is ended and tried again', async () => {
  const crm = keptConnector('crm');
  let hung = 0;
  const run = crm.run.bind(crm);
  crm.run = (change, delivery) => {
    if (++hung > 1) return run(change, delivery);
    return new Promise((_resolve, reject) => {
      delivery.signal.addEventListener('abort', () => reject(new Error('took too long')));
    });
  };
  const { desk } = await start({ connectors: [crm], delivery: { timeoutSeconds: 0.05 } });
  void desk.effects.start(lockIntent());
  await eventually(() => expect(crm.ran).toHaveLength(1));
});

test('no more jobs are under way than allowed', async () => {
  const crm = keptConnector('crm');
  let underWay = 0;
  let most = 0;
  crm.run = async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay--;
  };
  const { desk, records } = await start({ connectors: [crm], delivery: { concurrency: 3 } });
  for (let n = 0; n < 60; n++) void desk.effects.start(lockIntent({ account: `a${n}@x.org` }));
  await desk.flush();
  await eventually(async () => expect(await records.outbox.pending()).toBe(0));
  expect(most).toBe(3);
});

test('jobs survive a stop; those for what is no longer configured are given up', async () => {
  const path = join(folder, 'records.sqlite');
  const first = await openTestDesk({
    path,
    connectors: [Object.assign(keptConnector('gone'), { fail: new Error('x') })],
    channels: [Object.assign(keptChannel(), { fail: new Error('x') })],
  });
  void first.desk.effects.start(lockIntent());
  await first.desk.flush();
  await first.close();
  const mail = keptChannel();
  const { desk, records } = await start({ path, channels: [mail] });
  expect(desk.locks.find(ANN)).toBeDefined();
  await eventually(() => expect(mail.sent).toHaveLength(1));
  await eventually(async () => expect(await records.outbox.pending()).toBe(0));
  const [audit] = await desk.audit.list({ limit: 1 });
  expect(audit?.why).toContain('gone is not in the configuration any more');
});

test('what was delivered is not delivered again while the records cannot be written', async () => {
  const records = await openSqliteRecords({ path: ':memory:' });
  const crm = keptConnector('crm');
  const mail = keptChannel();
  let refusals = 0;
  const outbox = {
    ...records.outbox,
    done: (...[key, tick]: Parameters<Records['outbox']['done']>) =>
      ++refusals <= 3 ? Promise.reject(new Error('disk full')) : records.outbox.done(key, tick),
  };
  const options = { records: { ...records, outbox }, connectors: [crm], channels: [mail] };
  const { desk } = await start(options);
  void desk.effects.start(lockIntent());
  void desk.effects.start(alertIntent());
  await desk.flush();
  await eventually(async () => expect(await records.outbox.pending()).toBe(0));
  expect(crm.ran).toHaveLength(1);
  expect(mail.sent).toHaveLength(1);
});
