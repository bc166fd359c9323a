/**
 * The process that the kill test ends: locks, unlocks, list entries, alerts and audit rows at full
 * speed. Prints one line for each acknowledgement. Arguments: the records' path, a file for what was
 * delivered, the round.
 */
import { appendFileSync, writeSync } from 'node:fs';
import { openDesk } from '../../src/desk/desk.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { alertIntent, listen } from './helper.ts';

const [, , path = '', delivered = '', round = ''] = process.argv;

// Written with one system call each, so that a line is there whole once the call returned.
const acknowledge = (line: string): void => void writeSync(1, `${line}\n`);
const deliver = (line: string): void => appendFileSync(delivered, `${line}\n`);

const records = await openSqliteRecords({ path });
const desk = await openDesk({
  records,
  telemetry: listen().telemetry,
  alerts: { groupSeconds: 0 },
  channels: [
    {
      name: 'mail',
      send: ({ data }) => {
        const incidents = data['incidents'] as readonly { readonly account: string }[];
        for (const { account } of incidents) deliver(`alert ${account}`);
        return Promise.resolve();
      },
    },
  ],
  connectors: [
    {
      name: 'crm',
      on: ['lock', 'unlock'],
      endsSessions: false,
      run: ({ action, account }) => {
        deliver(`${action} ${account}`);
        return Promise.resolve();
      },
    },
  ],
});

async function locks(): Promise<never> {
  for (let n = 0; ; n++) {
    const account = `lock-${round}-${n}@example.org`;
    await desk.locks.lock({ account, by: 'eve', why: 'kill test', unlockOn: 'person' });
    acknowledge(`lock ${account}`);
    if (n % 2 === 0) continue;
    await desk.locks.unlock({ account, by: 'eve', why: 'kill test' });
    acknowledge(`unlock ${account}`);
  }
}

async function lists(): Promise<never> {
  for (let n = 0; ; n++) {
    const login = `list-${round}-${n}`;
    const entry = { list: 'deny' as const, reason: 'x', expiresAt: Date.now() + 3.6e6, by: 'eve' };
    await desk.lists.add({ ...entry, key: { login } });
    acknowledge(`list ${login}`);
  }
}

async function alerts(): Promise<never> {
  for (let n = 0; ; n++) {
    const account = `alert-${round}-${n}@example.org`;
    void desk.effects.start(alertIntent({ account }));
    await desk.flush();
    acknowledge(`alert ${account}`);
  }
}

async function audits(): Promise<never> {
  for (let n = 0; ; n++) {
    const subject = `audit-${round}-${n}`;
    const at = new Date().toISOString();
    await desk.audit.add({ at, by: 'eve', action: 'test', subject, why: 'kill test' });
    acknowledge(`audit ${subject}`);
  }
}

await Promise.all([locks(), lists(), alerts(), audits()]);
