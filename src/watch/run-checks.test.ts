/** A check has its time: when that is over its sessions are closed, and it asks nobody on. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { hostAt, planOf } from '../../test/watch/plan.ts';
import { relay } from './checks/relay.ts';
import { tls } from './checks/tls.ts';
import type { Check, Tools } from './contract.ts';
import { openTools } from './open-tools.ts';
import { runTasks } from './run-checks.ts';

let server: Server | undefined;
let sessions: Promise<unknown>[] = [];
afterEach(() => {
  sessions = [];
  server?.close();
});

/** Answers with `250 ok` but for some commands; the sessions after the first may get no answer. */
async function listen(replies: Readonly<Record<string, string>>, answered = Infinity) {
  server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    sessions.push(new Promise((closed) => socket.once('close', closed)));
    const isAnswered = sessions.length <= answered;
    socket.write('220 mx.house.test ESMTP\r\n');
    socket.on('data', (bytes) => {
      const verb = /^[A-Z]+/.exec(bytes.toString('latin1'))?.[0] ?? 'none';
      const reply = replies[verb] ?? '250 ok';
      if (isAnswered && reply !== '') socket.write(`${reply}\r\n`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function endOf(check: Check, port: number) {
  const plan = planOf({
    hosts: [hostAt(port)],
    domains: ['house.test'],
    relay: { sourceAddresses: ['127.0.0.9'], trustedNetworks: [] },
    // No session would end by itself while this test runs.
    smtpTimeoutMs: 600_000,
  });
  let work: Promise<unknown> = Promise.resolve();
  let given: Tools | undefined;
  const watched: Check = {
    ...check,
    run(target, tools) {
      given = tools;
      const run = check.run(target, tools);
      work = run;
      return run;
    },
  };
  const tasks = [{ check: watched, target: 'mx.house.test' }];
  const found = await runTasks(tasks, openTools(plan), { parallel: 1, timeoutMs: 300 });
  await work.catch(() => undefined);
  await Promise.all(sessions);
  return { found, given };
}

it('a host that falls silent is not asked on with the tricks that are left', async () => {
  const { found } = await endOf(relay, await listen({}, 1));
  expect(found[0]).toMatchObject({
    state: 'unknown',
    evidence: ['It could not be found out: no end within 0.3 s.'],
  });
  expect(sessions.length).toBeLessThanOrEqual(2);
});

it('a host that falls silent in the middle of TLS is let go, too', async () => {
  const replies = { EHLO: '250-mx.house.test\r\n250 STARTTLS', STARTTLS: '220 go ahead', none: '' };
  const { found } = await endOf(tls, await listen(replies));
  expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['unknown']));
});

it('afterwards neither a session nor a question to DNS begins', async () => {
  const { given } = await endOf(relay, await listen({}, 1));
  const over = { kind: 'failed', why: 'the time of the check is over' };
  expect(await given?.dns.ask('house.test', 'MX')).toEqual(over);
  expect(await given?.dns.askAt('127.0.0.1', 'house.test', 'MX')).toEqual(over);
  expect(given?.dns.asked).toBe(0);
  const session = given?.dialogue({ address: '127.0.0.1', port: 25 });
  await expect(session).rejects.toThrow('the time of the check is over');
});

it('a look that does not end is waited for before the next one at the same host begins', async () => {
  const looks: PromiseWithResolvers<readonly []>[] = [];
  const stubborn: Check = {
    ...{ id: 'stubborn', practices: ['OWN-4'], targets: () => [] },
    run: () => {
      const look = Promise.withResolvers<readonly []>();
      looks.push(look);
      return look.promise;
    },
  };
  const task = { check: stubborn, target: 'mx.house.test' };
  const look = async () => {
    const found = await runTasks([task], openTools(planOf()), { parallel: 1, timeoutMs: 10 });
    return found.map(({ state, evidence }) => `${state}: ${evidence[0] ?? ''}`);
  };
  const [why] = ['It could not be found out'];
  expect(await look()).toEqual([`unknown: ${why}: no end within 0.01 s.`]);
  expect(await look()).toEqual([`unknown: ${why}: the look before it has not ended yet.`]);
  expect(looks).toHaveLength(1);
  looks[0]?.resolve([]);
  await eventually(async () => {
    await look();
    expect(looks).toHaveLength(2);
  });
});
