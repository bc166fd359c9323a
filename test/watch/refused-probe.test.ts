/** Hosts that refuse the probe and not what it asks: that says nothing of them, good or bad. */
import { afterEach, describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { recipients } from '../../src/watch/checks/recipients.ts';
import { relay } from '../../src/watch/checks/relay.ts';
import type { Check } from '../../src/watch/contract.ts';
import type { WatchPlan } from '../../src/watch/plan.ts';
import { startHouseServer, type HouseServer } from './house-server.ts';

const OFFERS = '250-mx.house.test\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250 PIPELINING';
const HELO = '550 5.7.1 <primum-audit.invalid>: Helo command rejected: Host not found';
const LISTED = '554 5.7.1 Service unavailable; client [192.0.2.1] blocked using list.example';
const BARE = '550 go away';

let server: HouseServer | undefined;
afterEach(() => server?.close());

/** What RCPT is answered; all else is as it should be. */
async function statesOf(
  check: Check,
  rcpt: (line: string) => string,
  more: { readonly greeting?: string; readonly plan?: Partial<WatchPlan> } = {},
) {
  server = await startHouseServer((line) => {
    if (line.startsWith('EHLO')) return OFFERS;
    if (/^(?:VRFY|EXPN)/.test(line)) return '502 5.5.1 no';
    return line.startsWith('RCPT') ? rcpt(line) : '250 ok';
  }, more.greeting);
  const found = await server.look(check, more.plan);
  const states = Object.fromEntries(found.map(({ practice, state }) => [practice, state]));
  return { states, text: found.flatMap(({ evidence }) => evidence).join(' ') };
}

describe.each([HELO, LISTED, BARE])('a host that answers everything with "%s"', (reply) => {
  it('OWN-4: is not called closed', async () => {
    const { states, text } = await statesOf(relay, () => reply);
    expect(states).toEqual({ 'OWN-4': 'unknown' });
    expect(text).toContain('refuses the probe whatever it asks');
  });

  it('OWN-10, FBK-4: neither has nor lacks anything', async () => {
    const { states, text } = await statesOf(recipients, () => reply);
    expect(states).toEqual({ 'OWN-10': 'unknown', 'FBK-4': 'unknown' });
    expect(text).toContain('refuses the probe and not abuse@house.test');
  });

  it('OWN-5: is not said to refuse bounces', async () => {
    const { states } = await statesOf(conformance, () => reply);
    expect(states).toMatchObject({ 'OWN-5': 'unknown', 'OWN-7': 'pass' });
  });
});

describe('a host that tells what it refuses', () => {
  const unknownUser = '550 5.1.1 Recipient address rejected: User unknown';
  const taken = (line: string): boolean => /<(?:abuse|postmaster)@house\.test>/.test(line);

  it('OWN-4, OWN-10, FBK-4: passes', async () => {
    const answer = (line: string): string => (taken(line) ? '250 ok' : '550 no such user');
    expect((await statesOf(relay, answer)).states).toEqual({ 'OWN-4': 'pass' });
    await server?.close();
    const { states } = await statesOf(recipients, answer);
    expect(states).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'pass' });
  });

  it.each([
    BARE,
    '554 5.7.1 Your address 192.0.2.9 is on our block list, see https://house.test/why',
    '550 5.7.25 <x>: Recipient address rejected: No reverse name. Reference 8DK2M4QX',
    '550 5.7.1 <x>: Recipient address rejected: Access denied',
  ])('and refuses all but its roles with "%s" says nothing of them', async (words) => {
    const answer = (line: string): string => (taken(line) ? '250 ok' : words);
    const relaying = await statesOf(relay, answer);
    expect(relaying.states).toEqual({ 'OWN-4': 'unknown' });
    expect(relaying.text).toContain(words);
    await server?.close();
    const { states, text } = await statesOf(recipients, answer);
    expect(states).toEqual({ 'OWN-10': 'unknown', 'FBK-4': 'pass' });
    expect(text).toContain(words);
  });

  it('OWN-10: a catch-all that refuses some for another reason fails', async () => {
    let asked = 0;
    const { states } = await statesOf(recipients, (line) => {
      if (!line.includes('<primum-')) return '250 ok';
      asked += 1;
      return asked === 1 ? '550 5.7.1 rejected' : '250 ok';
    });
    expect(states).toEqual({ 'OWN-10': 'fail', 'FBK-4': 'pass' });
  });

  it.each([
    '550 5.1.1 <x>: Recipient address rejected: User unknown in virtual mailbox table',
    '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)',
    '550 Unrouteable address',
    '550 sorry, no mailbox here by that name (#5.1.1)',
    '553 sorry, this recipient is not in my validrcptto list',
  ])('OWN-10: passes where a made-up address gets "%s"', async (words) => {
    const { states } = await statesOf(recipients, (line) => (taken(line) ? '250 ok' : words));
    expect(states).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'pass' });
  });

  it.each([unknownUser, '554 5.7.1 <x>: Relay access denied', '550 mailbox unavailable'])(
    'FBK-4: fails where abuse@ gets "%s"',
    async (reply) => {
      const { states } = await statesOf(recipients, () => reply);
      expect(states).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'fail' });
    },
  );

  it('FBK-4: fails where abuse@ alone is refused, by whatever words', async () => {
    const answer = (line: string): string => (line.includes('postmaster') ? '250 ok' : BARE);
    expect((await statesOf(recipients, answer)).states).toMatchObject({ 'FBK-4': 'fail' });
  });

  it('OWN-4: fails where only a postmaster elsewhere, or only the own name in EHLO, is relayed for', async () => {
    const { states, text } = await statesOf(relay, (line) =>
      line.includes('postmaster@') ? '250 ok' : unknownUser,
    );
    expect(states).toEqual({ 'OWN-4': 'fail' });
    expect(text).toContain('for a postmaster elsewhere');
  });
});

it('says in EHLO what watch.helo names', async () => {
  const said: string[] = [];
  server = await startHouseServer((line) => {
    said.push(line);
    return line.startsWith('EHLO') ? OFFERS : '250 ok';
  });
  await server.look(recipients, { helo: 'audit.house.test' });
  await server.look(recipients);
  const hellos = said.filter((line) => line.startsWith('EHLO'));
  expect(hellos).toEqual(['EHLO audit.house.test', 'EHLO primum-audit.invalid']);
});

describe('OWN-7: the greeting', () => {
  it.each([
    ['ESMTP PowerMTA(TM) v5.0r3', 'tells the version v5.0r3'],
    ['ESMTP Mailu v2024.06', 'tells the version v2024.06'],
    ['ESMTP ready (Mailu)', 'tells the product (Mailu)'],
    ['Stalwart ESMTP at your service', 'tells the product (Stalwart)'],
    ['ESMTP CommuniGate Pro', 'tells the product (CommuniGate)'],
    ['ESMTP Service (Lotus Domino)', 'tells the product (Lotus)'],
    ['ESMTP Postfix (3.7.11)', 'tells the version 3.7.11'],
    ['Microsoft ESMTP MAIL Service, Version: 15.0.1497.2', 'tells the version 15.0.1497.2'],
  ])('%s fails', async (words, evidence) => {
    const greeting = `220 mx.house.test ${words}`;
    const { states, text } = await statesOf(conformance, () => '250 ok', { greeting });
    expect(states['OWN-7']).toBe('fail');
    expect(text).toContain(evidence);
  });

  it.each(['ESMTP', 'ESMTP [192.0.2.10]', 'ESMTP 192.0.2.10 ready', 'ESMTP 2.mx.house.test'])(
    '%s passes',
    async (words) => {
      const greeting = `220 mx.house.test ${words}`;
      const { states, text } = await statesOf(conformance, () => '250 ok', { greeting });
      expect(states['OWN-7'], text).toBe('pass');
    },
  );
});

describe('OWN-3: what a host calls itself', () => {
  it.each([
    ['220 mx.house.test ESMTP', 'pass', 'calls itself mx.house.test'],
    ['220 localhost.localdomain', 'fail', '"localhost.localdomain", which does not lead to it'],
    ['220 mail', 'fail', '"mail", which is no name of a host'],
  ])('%s: %s', async (greeting, state, evidence) => {
    const { states, text } = await statesOf(conformance, () => '250 ok', { greeting });
    expect(states['OWN-3']).toBe(state);
    expect(text).toContain(evidence);
  });

  it.each(['554 5.7.1 go away', '421 4.7.0 too busy'])(
    'is not asked of who greets with %s, and that is said',
    async (greeting) => {
      const { states, text } = await statesOf(conformance, () => '250 ok', { greeting });
      expect(new Set(Object.values(states))).toEqual(new Set(['unknown']));
      expect(text).toContain(`greets with "${greeting}"`);
    },
  );
});
