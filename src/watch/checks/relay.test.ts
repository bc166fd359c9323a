/** OWN-4: what a host allows to an address that it trusts says nothing of strangers. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostAt, planOf } from '../../../test/watch/plan.ts';
import { loadPractices } from '../../practices/catalogue.ts';
import { openTools } from '../open-tools.ts';
import { networksIn } from '../postconf.ts';
import { TRICKS } from '../relay-tricks.ts';
import { relay } from './relay.ts';

let server: Server;
let port = 0;

/** Takes everything: an open relay. */
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 mx.house.test ESMTP\r\n');
    socket.on('data', () => socket.write('250 ok\r\n'));
  });
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => void server.close());

async function look(sourceAddresses: readonly string[], trustedNetworks: readonly string[] = []) {
  const plan = planOf({
    hosts: [hostAt(port)],
    domains: ['house.test'],
    relay: { sourceAddresses, trustedNetworks },
  });
  const [found] = await relay.run('mx.house.test', openTools(plan));
  return found;
}

it.each([
  ['in trusted_networks', ['127.0.0.9'], ['127.0.0.0/28']],
  ["the host's own address", ['127.0.0.1'], []],
])('a source that is %s makes it unknown, not open', async (_, sources, trusted) => {
  const found = await look(sources, trusted);
  expect(found?.state).toBe('unknown');
  expect(found?.evidence[0]).toContain('an address that it may trust');
});

it('no source at all makes what is taken unknown, with what to set', async () => {
  // A machine that the host trusts and the configuration does not know of looks just so.
  const plan = planOf({ hosts: [], domains: ['house.test'], networks: [] });
  const hosts = [{ ...hostAt(port), addresses: ['127.0.0.5'] }];
  const tools = openTools({ ...plan, hosts });
  const scope = { ...tools.scope, isTrusted: () => false };
  const dialogue: typeof tools.dialogue = (how) =>
    tools.dialogue({ ...how, localAddress: '127.0.0.9' });
  const [found] = await relay.run('mx.house.test', { ...tools, scope, dialogue });
  expect(found?.state).toBe('unknown');
  expect(found?.evidence[0]).toContain('whether it trusts the address that asked is not known');
  expect(found?.advice).toContain('watch.relay.source_addresses');
});

it('a source of strangers makes an open relay fail', async () => {
  expect((await look(['127.0.0.9']))?.state).toBe('fail');
});

it('a source that is not on this machine is said to be the cause', async () => {
  const found = await look(['203.0.113.9']);
  expect(found).toMatchObject({
    state: 'unknown',
    evidence: ['203.0.113.9 is no address of this machine, so nothing can be asked from there.'],
  });
});

it('reads mynetworks as postconf prints it', () => {
  expect(networksIn('127.0.0.0/8 [::1]/128, 192.0.2.1 hash:/etc/postfix/nets')).toEqual([
    ...['127.0.0.0/8', '::1/128', '192.0.2.1'],
  ]);
});

it('is told with as many tricks as there are', () => {
  const row = loadPractices().find(({ id }) => id === 'OWN-4');
  expect(row?.where).toContain(`${TRICKS.length} known tricks`);
  const guide = readFileSync('docs/guides/own-house.md', 'utf8');
  expect(guide).toContain(`tries ${TRICKS.length} tricks`);
});
