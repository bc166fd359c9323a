/** SIGHUP and `primum reload`: what the schema calls reloadable is in force, and nothing is dropped. */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../src/config/schema.ts';
import { until } from '../peers/run.ts';
import { PolicyClient } from './policy-client.ts';
import { Place, PROCESS_TEST_MS, type RunningPrimum } from './program.ts';

const ANN = 'ann@example.org';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

function limit(most: number): SettingsInput['policy'] {
  return {
    mode: 'enforce',
    business_hours: { outside_factor: 1 },
    limits: [
      { scope: 'account', count: 'recipients', window: '1h', limit: most, action: 'throttle' },
    ],
  };
}

async function hangUp(primum: RunningPrimum, outcome: 'reloaded' | 'reload-refused') {
  const before = primum.said(outcome).length;
  primum.signal('SIGHUP');
  return until(outcome, () => primum.said(outcome)[before]);
}

describe('SIGHUP', { timeout: PROCESS_TEST_MS }, () => {
  it('brings a lowered limit into force for the next request of a connection that stays open', async () => {
    place.configure({ policy: limit(100) });
    const primum = await place.start();
    const postfix = await PolicyClient.open(primum.address('policy'));
    for (const name of ['a', 'b', 'c']) {
      expect(await postfix.send(ANN, `${name}@dest.test`)).toBe('DUNNO');
    }
    place.configure({ policy: limit(3) });
    await hangUp(primum, 'reloaded');
    expect(await postfix.send(ANN, 'd@dest.test')).toMatch(/4\.7\.1 .*Sending is limited/);
    place.configure({ policy: limit(100) });
    await hangUp(primum, 'reloaded');
    expect(await postfix.send(ANN, 'e@dest.test')).toBe('DUNNO');
    postfix.close();
  });

  it('says who is stopped from now on when observing becomes enforcing, and what lists them', async () => {
    const places = { maximum: 1, action: 'hold' } as const;
    place.configure({ policy: { mode: 'observe', places } });
    const primum = await place.start();
    const client = await primum.client();
    await client.sendEvents(
      ['192.0.2.1', '198.51.100.1', '203.0.113.1'].map((clientAddress) => ({
        v: 1,
        kind: 'login',
        id: clientAddress,
        at: new Date().toISOString(),
        account: ANN,
        service: 'imap',
        ok: true,
        clientAddress,
      })),
    );
    place.configure({ policy: { mode: 'enforce', places } });
    expect((await hangUp(primum, 'reloaded')).msg).toMatch(
      /in force\. 1 account is above observe and stopped from now on: 0 on throttle, 1 on hold, 0 on lock\. "primum rungs" lists them\.$/,
    );
    const { accounts } = await client.rungs();
    expect(accounts).toMatchObject([{ account: ANN, rung: 'hold' }]);
    expect(accounts[0]?.why).toMatch(/^Used from \d networks/);
    expect((await hangUp(primum, 'reloaded')).msg).toMatch(/in force\.$/);
  });

  it('keeps the old configuration when the new one is bad, and says where, why and what to do', async () => {
    place.configure({ policy: limit(1) });
    const primum = await place.start();
    const postfix = await PolicyClient.open(primum.address('policy'));
    await postfix.send(ANN, 'a@dest.test');
    writeFileSync(place.configFile, 'policy:\n  mode: enforced\n');
    const { msg, level } = await hangUp(primum, 'reload-refused');
    expect(msg).toMatch(/old one stays in force: \S*primum\.yaml:2: policy\.mode: .*enforce/);
    expect([level, msg.includes('\n')]).toEqual([50, false]);
    const error = (await primum.client()).reload('olga').catch((e: unknown) => e);
    expect(String(await error)).toContain('policy.mode');
    expect(await postfix.send(ANN, 'b@dest.test')).toMatch(/4\.7\.1/);
    postfix.close();
  });

  it('names what waits for a restart, until there is one', async () => {
    place.configure();
    const primum = await place.start();
    place.configure({ mta_name: 'mx9' });
    const waits = /Restart for: mta_name\.$/;
    expect((await hangUp(primum, 'reloaded')).msg).toMatch(waits);
    expect((await (await primum.client()).reload('olga')).changes).toMatch(waits);
    // The answer may be here before the line in the log.
    await until('the second', () => primum.said('reloaded').length === 2);
    place.configure();
    expect((await hangUp(primum, 'reloaded')).msg).toMatch(/in force\.$/);
  });

  it('changes the level of the log', async () => {
    place.configure();
    const primum = await place.start();
    const client = await primum.client();
    place.configure({ log: { level: 'error' } });
    await client.reload('olga');
    writeFileSync(place.configFile, 'log: { level: loud }\n');
    await hangUp(primum, 'reload-refused');
    expect(primum.said('reloaded')).toEqual([]);
    place.configure();
    await client.reload('olga');
    await until('a line of the old level', () => primum.said('reloaded').length === 1);
  });

  it('deletes journal files that a shorter retention does not keep', async () => {
    place.configure({ journal: { retention: '3650d' } });
    const first = await place.start();
    first.signal('SIGTERM');
    await first.ended;
    // The first holds nothing younger than the beginning of the second, the second nobody knows.
    const old = join(place.state, 'journal/journal-20200101T000000000Z.ndjson');
    for (const file of [old, old.replace('0101', '0102')]) writeFileSync(file, '{}\n');
    const primum = await place.start();
    await until('the compressed file', () => existsSync(`${old}.zst`));
    place.configure({ journal: { retention: '30d' } });
    await hangUp(primum, 'reloaded');
    await until('its end', () => !existsSync(`${old}.zst`));
  });
});

describe('the systems outside after a reload', { timeout: PROCESS_TEST_MS }, () => {
  let web: Server;
  const asked: string[] = [];

  beforeEach(async () => {
    asked.length = 0;
    web = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      request.resume().on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
  });

  afterEach(() => web.close());

  it('ACC-11, SND-2: a new connector hears of the next lock, a new channel of the next alert', async () => {
    place.configure();
    const primum = await place.start();
    const client = await primum.client();
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    expect((await client.testAlerts('olga')).outcomes).toEqual([]);
    writeFileSync(join(place.folder, 'secret'), 'a secret of some length\n', { mode: 0o600 });
    place.configure({
      alerts: {
        webhooks: [{ name: 'chat', url: `${url}/chat`, secret_file: join(place.folder, 'secret') }],
      },
      accounts: { connectors: [{ name: 'panel', http: { url: `${url}/{account}/{action}` } }] },
    });
    await hangUp(primum, 'reloaded');
    expect((await client.testAlerts('olga')).outcomes).toEqual([
      { channel: 'chat', outcome: 'Sent.' },
    ]);
    await client.lock('ann', { by: 'olga', why: 'a test' });
    await until('the call', () => asked.includes('POST /ann/lock'));

    place.configure();
    await hangUp(primum, 'reloaded');
    expect((await client.testAlerts('olga')).outcomes).toEqual([]);
    expect(asked.filter((line) => line === 'POST /chat')).toHaveLength(1);
  });
});
