/** OWN-3: the HELO name leads to where we send from; what could not be asked is unknown, not missing. */
import { afterEach, expect, it } from 'vitest';
import { reverseDns } from '../../src/watch/checks/reverse-dns.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { a, aaaa, startLyingDns, type Reply } from './lying-dns.ts';
import { dnsAt, hostAt, planOf } from './plan.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

const V4 = '192.0.2.25';
const V6 = '2001:db8::25';
const HERE6 = aaaa('20010db8000000000000000000000025');

/** @param addresses Of the configuration; none asks DNS. */
async function look(v4: Reply, v6: Reply, addresses: readonly string[] = [V4, V6]) {
  const dns = await startLyingDns(({ type }) => (type === 1 ? v4 : type === 28 ? v6 : 'none'));
  close = () => dns.close();
  const plan = planOf({
    hosts: [{ ...hostAt(25), addresses, roles: ['outbound'] }],
    dns: dnsAt(dns.server),
  });
  const seen = await reverseDns.run('mx.house.test', openTools(plan));
  return (practice: string) => {
    const row = seen.find((each) => each.practice === practice);
    return `${row?.state ?? ''}: ${row?.evidence.join(' ') ?? ''}`;
  };
}

const SERVFAIL = 'the name server could not find it out (SERVFAIL)';
const NAME = 'he HELO name mx.house.test';

it.each<[string, Reply, Reply, string]>([
  ['neither', 'none', 'none', `fail: T${NAME} has no address.`],
  [
    'no A, and AAAA is not known',
    'none',
    'servfail',
    `unknown: The address of t${NAME}: ${SERVFAIL}.`,
  ],
  [
    'no AAAA, and A is not known',
    'servfail',
    'none',
    `unknown: The address of t${NAME}: ${SERVFAIL}.`,
  ],
  [
    'A, and AAAA is not known',
    [a(V4)],
    'servfail',
    `unknown: Whether t${NAME} leads to ${V6}: ${SERVFAIL}.`,
  ],
  [
    'A, and no AAAA',
    [a(V4)],
    'none',
    `warn: T${NAME} leads to ${V4} and not to ${V6}, from where it sends too.`,
  ],
  [
    'another A, and no AAAA',
    [a('192.0.2.9')],
    'none',
    `fail: T${NAME} leads to 192.0.2.9 and not to ${V4}, ${V6}, from where it sends.`,
  ],
  [
    'another A, and AAAA is not known',
    [a('192.0.2.9')],
    'servfail',
    `warn: T${NAME} leads to 192.0.2.9 and not to ${V4}, from where it sends too.`,
  ],
  ['both', [a(V4)], [HERE6], `pass: T${NAME} leads to ${V4}, ${V6}.`],
])('OWN-3: a HELO name that has %s', async (_, v4, v6, says) => {
  // Behind it stands what was not looked at.
  expect((await look(v4, v6))('OWN-3').slice(0, says.length)).toBe(says);
});

it('OWN-2: an address family that could not be asked for is unknown, not well', async () => {
  const row = await look([a(V4)], 'servfail', []);
  expect(row('OWN-2')).toContain(`The addresses of mx.house.test: ${SERVFAIL}.`);
});
