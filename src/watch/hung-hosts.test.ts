/** A host that hangs is given up after some dialogues in a row, and asked again later. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostAt, planOf } from '../../test/watch/plan.ts';
import { recipients } from './checks/recipients.ts';
import { createHungHosts, GIVEN_UP_MS, MAX_HUNG } from './hung-hosts.ts';
import { openTools } from './open-tools.ts';
import { runTasks } from './run-checks.ts';

describe('a host that hung', () => {
  it('is given up after so many in a row, for so long', () => {
    let now = 0;
    const hosts = createHungHosts(() => now);
    hosts.hung('a');
    hosts.answered('a');
    hosts.hung('a');
    expect(hosts.isGivenUp('a')).toBe(false);
    hosts.hung('a');
    expect([hosts.isGivenUp('a'), hosts.isGivenUp('b')]).toEqual([true, false]);
    now = GIVEN_UP_MS + 1;
    expect(hosts.isGivenUp('a')).toBe(false);
  });
});

describe('OWN-10, FBK-4: a hundred domains at one MX that hangs', () => {
  let server: Server;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  it('are unknown after few connections, and that is said', async () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const domains = Array.from({ length: 100 }, (_, at) => `d${at}.house.test`);
    const plan = planOf({ hosts: [hostAt(port)], domains, smtpTimeoutMs: 100 });
    const tools = openTools(plan, () => 0);
    const ask = () => Promise.resolve({ kind: 'found', records: ['10 mx.house.test'] } as const);
    const tasks = domains.map((target) => ({ check: recipients, target }));
    const found = await runTasks(tasks, { ...tools, dns: { ...tools.dns, ask } }, { parallel: 8 });
    expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['unknown']));
    // Four at once are under way when the second hangs.
    expect(sockets.length).toBeLessThan(MAX_HUNG + 4);
    expect(found.at(-1)?.evidence.join()).toContain('hung 2 times in a row');
  });
});
