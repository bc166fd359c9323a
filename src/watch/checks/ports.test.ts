/** OWN-9: what listens here against what shall, with who answers for it. */
import { describe, expect, it } from 'vitest';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { planOf } from '../../../test/watch/plan.ts';
import type { Tools } from '../contract.ts';
import { isClientPort, isReached, listeningSockets, openUdpSockets } from '../kernel-sockets.ts';
import type { WatchPlan } from '../plan.ts';
import { compare, ports, portsOf } from './ports.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n';
const socket = (local: string, state = '0A'): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 2\n`;

describe('OWN-9: ports that others can reach', () => {
  it.each([
    ['every IPv4 address', '00000000:0019', [25]],
    ['one IPv4 address', '0A0200C0:024B', [587]],
    ['loopback', '0100007F:0019', []],
    ['another address of loopback', '3500007F:0035', []],
    ['every IPv6 address', '00000000000000000000000000000000:03E1', [993]],
    ['loopback of IPv6', '00000000000000000000000001000000:03E1', []],
    ['loopback of IPv4 in IPv6', '0000000000000000FFFF00000100007F:03E1', []],
  ])('are those at %s', (_, local, ports) => {
    const reached = listeningSockets(HEAD + socket(local)).filter(isReached);
    expect(reached.map(({ port }) => port)).toEqual(ports);
  });

  it('are none of connections, nor of a table that is none', () => {
    expect(listeningSockets(socket('00000000:0019', '01'))).toEqual([]);
    expect(listeningSockets('nonsense\n\n: : :\n')).toEqual([]);
  });

  it.each([
    ['0A0200C0:024B', '192.0.2.10'],
    ['B80D0120000000000000000001000000:0019', '2001:db8::1'],
    ['0000000000000000FFFF00000A0200C0:0019', '192.0.2.10'],
    ['00000000000000000000000000000000:0019', '::'],
  ])('say where: %s is %s', (local, address) => {
    expect(listeningSockets(socket(local))).toMatchObject([{ address }]);
  });
});

describe('OWN-9: a machine', () => {
  const declared = [
    { port: 25, protocol: 'tcp', owner: 'mail team', contact: 'noc@house.test' },
    { port: 587, protocol: 'tcp', owner: 'desk', contact: 'desk@house.test' },
  ] as const;
  const says = (open: readonly number[], addresses = ['0.0.0.0', '::']) =>
    compare(
      open.map((port) => ({ port, protocol: 'tcp', addresses })),
      declared,
    ).map(({ state, text }) => `${state}: ${text}`);

  it('with what is declared passes, and names owners and contacts', () => {
    expect(says([25, 587])).toEqual([
      'pass: Open as declared: 25 (mail team, noc@house.test), 587 (desk, desk@house.test).',
    ]);
  });

  it('with a port that nobody answers for fails', () => {
    expect(says([6379, 587, 25, 111])[0]).toBe('fail: Open and not declared: port 111, 6379.');
  });

  it('without a port that shall be open warns, and says whom to ask', () => {
    expect(says([25])).toEqual([
      'warn: Declared and not open: port 587 (desk, desk@house.test).',
      'pass: Open as declared: 25 (mail team, noc@house.test).',
    ]);
  });

  it('with a port that others shall reach and cannot is told where it is open', () => {
    expect(says([25, 587], ['127.0.0.1', '::1'])).toEqual([
      'warn: Declared, and open to this machine only: port 25 at 127.0.0.1, ::1 (mail team, noc@house.test), port 587 at 127.0.0.1, ::1 (desk, desk@house.test).',
    ]);
  });

  it('that listens at single addresses is told at which', () => {
    expect(says([25, 587], ['192.0.2.10', '192.0.2.11'])).toEqual([
      'pass: Open as declared: 25 at 192.0.2.10, 192.0.2.11 (mail team, noc@house.test), 587 at 192.0.2.10, 192.0.2.11 (desk, desk@house.test).',
    ]);
  });

  it('is told at which address a port is open that nobody answers for', () => {
    expect(says([25, 587, 6379], ['127.0.0.1', '192.0.2.10'])[0]).toBe(
      'fail: Open and not declared: port 6379 at 127.0.0.1, 192.0.2.10.',
    );
    expect(says([25, 6379], ['127.0.0.1'])).not.toContainEqual(expect.stringContaining('6379'));
  });

  it('with a hundred ports names twenty, counts the others, and names them elsewhere', () => {
    const many = Array.from({ length: 100 }, (_, at) => 3_000 + at);
    const [first, ...more] = says([25, 587, ...many]);
    expect(first?.match(/\b\d{4}\b/g)).toHaveLength(20);
    expect(first).toMatch(/, 3019 and 80 more\.$/);
    const others = more.find((text) => text.startsWith('not-applicable: The others'));
    expect(others?.match(/\b\d{4}\b/g)).toHaveLength(80);
  });

  it('with all ports open says so in bounds', () => {
    const all = Array.from({ length: 65_535 }, (_, at) => at + 1);
    expect(says(all).at(-1)).toMatch(/ and 65013 more\.$/);
  });
});

describe('OWN-9: UDP', () => {
  const DNS = { port: 53, protocol: 'udp', owner: 'dns team', contact: 'dns@house.test' } as const;
  const at = (port: number, inode = 4711, state = '07'): string =>
    `   1: 00000000:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  0 0 ${inode} 2\n`;

  /** @param looks What /proc/net/udp shows, one look after the other. */
  async function look(looks: readonly (string | undefined)[], openPorts: WatchPlan['openPorts']) {
    let seen = 0;
    let waited = 0;
    const check = portsOf({
      read: (file) => {
        if (file === '/proc/net/udp') return Promise.resolve(looks[seen++]);
        if (file.endsWith('port_range')) return Promise.resolve('40000\t50000\n');
        return Promise.resolve(file === '/proc/net/tcp' ? HEAD : undefined);
      },
      wait: (ms) => Promise.resolve((waited += ms)),
    });
    const [found] = await check.run('this machine', { plan: planOf({ openPorts }) } as Tools);
    return { state: found?.state, text: found?.evidence.join(' '), seen, waited };
  }

  it('is open as declared at one look', async () => {
    const { state, text, seen } = await look([at(53)], [DNS]);
    expect(state).toBe('pass');
    expect(text).toBe('Open as declared: 53/udp (dns team, dns@house.test).');
    expect(seen).toBe(1);
  });

  it('is missed where it is declared and TCP alone is not it', async () => {
    const { state, text } = await look([''], [DNS]);
    expect(state).toBe('warn');
    expect(text).toContain('Declared and not open: port 53/udp (dns team, dns@house.test).');
  });

  it('fails where nobody answers for a socket that stays', async () => {
    const { state, text, waited } = await look([at(53) + at(161), at(161) + at(53)], [DNS]);
    expect(state).toBe('fail');
    expect(text).toContain('Open and not declared: port 161/udp.');
    expect(waited).toBeGreaterThan(0);
  });

  it.each([
    ['a socket that is gone at the second look', at(20_000), ''],
    ['another socket at that port', at(20_000, 1), at(20_000, 2)],
    ['a port that the kernel gives to clients', at(40_000), at(40_000)],
    ['the last of those ports', at(50_000), at(50_000)],
    ['a connected socket', at(20_000, 1, '01'), at(20_000, 1, '01')],
  ])('does not take %s for a service', async (_, first, second) => {
    const { state } = await look([at(53) + first, at(53) + second], [DNS]);
    expect(state).toBe('pass');
  });

  it('is open where it is declared among the ports of clients', async () => {
    expect((await look([at(40_000)], [{ ...DNS, port: 40_000 }])).state).toBe('pass');
  });

  it('that the kernel does not show is unknown, and not missed', async () => {
    const { state, text } = await look([undefined], [DNS]);
    expect(state).toBe('unknown');
    expect(text).toContain('does not show UDP ports');
  });

  it("on loopback is nobody's business", () => {
    const loopback = at(161).replace('00000000:', '0100007F:');
    const reached = openUdpSockets(loopback + at(162)).filter(isReached);
    expect(reached.map(({ port }) => port)).toEqual([162]);
  });

  it('that is declared and on loopback only is said to be there, and no second look is taken', async () => {
    const loopback = [at(53), at(161)]
      .map((line) => line.replace('00000000:', '3500007F:'))
      .join('');
    const { state, text, seen } = await look([loopback], [DNS]);
    expect(state).toBe('warn');
    expect(text).toContain(
      'Declared, and open to this machine only: port 53/udp at 127.0.0.53 (dns team',
    );
    expect(seen).toBe(1);
  });

  it.each([
    ['1024 65535', 1_024, 1_023],
    [undefined, 60_999, 61_000],
    ['nonsense', 32_768, 32_767],
  ])('has ports of clients by "%s"', (text, inside, outside) => {
    const isOfClients = isClientPort(text);
    expect([isOfClients(inside), isOfClients(outside)]).toEqual([true, false]);
  });

  it('is seen on this machine', async () => {
    const socket = createSocket('udp4').bind(0, '0.0.0.0');
    await once(socket, 'listening');
    const plan = planOf({ openPorts: [{ ...DNS, port: socket.address().port }] });
    const [found] = await ports.run('this machine', { plan } as Tools);
    expect(found?.evidence.join(' ')).toContain(`${socket.address().port}/udp (dns team`);
    expect(found?.evidence.join(' ')).not.toContain('Declared and not open');
    socket.close();
  });
});
