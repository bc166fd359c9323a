/** OWN-9: what listens here against what shall, with who answers for it. */
import { describe, expect, it } from 'vitest';
import { compare, listeningPorts } from './ports.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n';
const socket = (local: string, state = '0A'): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0\n`;

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
    expect([...listeningPorts(HEAD + socket(local))]).toEqual(ports);
  });

  it('are none of connections, nor of a table that is none', () => {
    expect([...listeningPorts(socket('00000000:0019', '01'))]).toEqual([]);
    expect([...listeningPorts('nonsense\n\n: : :\n')]).toEqual([]);
  });
});

describe('OWN-9: a machine', () => {
  const declared = [
    { port: 25, owner: 'mail team', contact: 'noc@house.test' },
    { port: 587, owner: 'desk', contact: 'desk@house.test' },
  ];
  const says = (open: readonly number[]) =>
    compare(new Set(open), declared).map(({ state, text }) => `${state}: ${text}`);

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
