/** OWN-10, FBK-4: every MX host of a domain is asked, at each of its own addresses. */
import { describe, expect, it } from 'vitest';
import type { Tools } from '../contract.ts';
import type { DnsAnswer } from '../dns.ts';
import { MAX_MX_VISITS } from '../mail-host.ts';
import { planOf } from '../../../test/watch/plan.ts';
import { createScope } from '../scope.ts';
import type { SmtpReply } from '../smtp-dialogue.ts';
import { recipients } from './recipients.ts';

const NONE: DnsAnswer = { kind: 'none' };
const AWAY: DnsAnswer = { kind: 'failed', why: 'no answer in time' };

interface House {
  /** `10 mx1.house.test`. */
  readonly mx: readonly string[];
  /** By the name of the host; others are not declared. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  readonly addresses?: (name: string) => DnsAnswer;
  /** Addresses that take every recipient. */
  readonly takesAll?: readonly string[];
  /** Addresses that refuse every recipient. */
  readonly takesNone?: readonly string[];
}

async function look({ mx, hosts, addresses = () => NONE, takesAll, takesNone }: House) {
  const plan = planOf({
    domains: ['house.test'],
    hosts: Object.entries(hosts).map(([name, own]) => ({
      ...{ name, addresses: own, roles: ['mx'], smtpPort: 25, submissionPort: 587 },
    })),
  });
  const visited: string[] = [];
  const said = (at: string, line: string): SmtpReply => {
    const isRole = /<(?:abuse|postmaster)@/.test(line) && takesNone?.includes(at) !== true;
    const isTaken = !line.startsWith('RCPT') || isRole || takesAll?.includes(at) === true;
    const text = isTaken ? '250 ok' : '550 5.1.1 no such user';
    return { code: isTaken ? 250 : 550, lines: [text], text };
  };
  const ask = (name: string, type: string): Promise<DnsAnswer> =>
    Promise.resolve(type === 'MX' ? { kind: 'found', records: mx } : addresses(name));
  const tools: Tools = {
    plan,
    scope: createScope(plan),
    now: () => 0,
    dns: { ask, askAt: ask, asked: 0 },
    dialogue: ({ address }) => {
      visited.push(address);
      const greeting = { code: 220, lines: [], text: '220 ready' };
      const command = (line: string) => Promise.resolve(said(address, line));
      const unused = () => Promise.reject(new Error('not asked for'));
      const talk = { command, commands: unused, raw: unused, rawWithin: unused, startTls: unused };
      return Promise.resolve({ ...talk, greeting, localAddress: '', close: () => undefined });
    },
  };
  const found = await recipients.run('house.test', tools);
  return {
    states: Object.fromEntries(found.map(({ practice, state }) => [practice, state])),
    text: found.flatMap(({ evidence }) => evidence).join(' '),
    visited,
  };
}

const TWO = {
  mx: ['10 mx1.house.test', '20 mx2.house.test'],
  hosts: { 'mx1.house.test': ['192.0.2.1', '2001:db8::1'], 'mx2.house.test': ['192.0.2.2'] },
};

describe('OWN-10, FBK-4: the hosts of a domain', () => {
  it('are all asked, at each of their addresses', async () => {
    const { states, visited } = await look(TWO);
    expect(states).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'pass' });
    expect(visited.toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  });

  it.each([
    ['a second MX', '192.0.2.2', 'mx2.house.test (192.0.2.2) takes mail for primum-'],
    ['an IPv6 address', '2001:db8::1', 'mx1.house.test (2001:db8::1) takes mail for primum-'],
  ])('fail for one catch-all at %s, which is named', async (_, address, text) => {
    const found = await look({ ...TWO, takesAll: [address] });
    expect(found.states).toEqual({ 'OWN-10': 'fail', 'FBK-4': 'pass' });
    expect(found.text).toContain(text);
  });

  it('fail where the last one refuses abuse@', async () => {
    const found = await look({ ...TWO, takesNone: ['192.0.2.2'] });
    expect(found.states).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'fail' });
    expect(found.text).toContain('mx2.house.test (192.0.2.2) refuses abuse@house.test');
  });

  it('of others are left alone', async () => {
    const found = await look({
      ...TWO,
      mx: [...TWO.mx, '30 mx.far.test'],
      addresses: () => ({ kind: 'found', records: ['198.51.100.1'] }),
    });
    expect(found.states).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'pass' });
    expect(found.visited).not.toContain('198.51.100.1');
  });

  it('are none where the domain takes no mail (RFC 7505)', async () => {
    const found = await look({ ...TWO, mx: ['0 .'], addresses: () => AWAY });
    expect(found.states).toEqual({ 'OWN-10': 'not-applicable', 'FBK-4': 'not-applicable' });
    expect(found.text).toContain('house.test takes no mail, and says so (null MX).');
    expect(found.visited).toEqual([]);
  });

  it('are unknown where the address of one cannot be looked up', async () => {
    const mx = [...TWO.mx, '30 mx.far.test'];
    const found = await look({ ...TWO, mx, addresses: () => AWAY });
    expect(found.states).toEqual({ 'OWN-10': 'unknown', 'FBK-4': 'unknown' });
    expect(found.text).toContain('The address of the MX mx.far.test of house.test: no answer');
  });

  it('are asked up to a bound, and beyond it nothing is claimed', async () => {
    const many = Array.from({ length: MAX_MX_VISITS + 4 }, (_, at) => `192.0.2.${at + 1}`);
    const found = await look({ ...TWO, hosts: { 'mx1.house.test': many } });
    expect(found.visited.length).toBe(MAX_MX_VISITS);
    expect(found.states).toEqual({ 'OWN-10': 'unknown', 'FBK-4': 'unknown' });
    expect(found.text).toContain(`only the first ${MAX_MX_VISITS} were asked`);
  });
});
