/** Name servers that time out, lie, loop and never end: unknown is said, and nothing hangs. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Check, Finding } from '../../src/watch/contract.ts';
import { dkim } from '../../src/watch/checks/dkim.ts';
import { dmarc } from '../../src/watch/checks/dmarc.ts';
import { listings } from '../../src/watch/checks/listings.ts';
import { mx } from '../../src/watch/checks/mx.ts';
import { nameServers } from '../../src/watch/checks/name-servers.ts';
import { reverseDns } from '../../src/watch/checks/reverse-dns.ts';
import { spf } from '../../src/watch/checks/spf.ts';
import { transportSecurity } from '../../src/watch/checks/transport-security.ts';
import { MAX_RECORDS } from '../../src/watch/dns-bounds.ts';
import { createDns } from '../../src/watch/dns.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { createPace } from '../../src/watch/pace.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import {
  a,
  cname,
  mx as mxRecord,
  ns,
  ptr,
  startLyingDns,
  txt,
  type Question,
  type Reply,
} from './lying-dns.ts';
import { dnsAt, hostAt, planOf, SILENCE_MS } from './plan.ts';

const DOMAIN_CHECKS: readonly Check[] = [
  nameServers,
  mx,
  spf,
  dkim,
  dmarc,
  transportSecurity,
  listings,
];

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function look(
  checks: readonly Check[],
  say: (question: Question) => Reply,
  timeoutMs?: number,
): Promise<readonly Finding[]> {
  const dns = await startLyingDns(say);
  close = () => dns.close();
  const plan = planOf({
    hosts: [{ ...hostAt(1), roles: ['outbound'] }],
    domains: ['house.test'],
    dkimSelectors: ['s1'],
    dns: dnsAt(dns.server, timeoutMs),
  });
  const tasks = checks.flatMap((check) => check.targets(plan).map((target) => ({ check, target })));
  return runTasks(tasks, openTools(plan), { parallel: 32 });
}

describe('OWN-8: half the network away', () => {
  it.each(['silent', 'refused'] as const)(
    'says unknown of everything when DNS is %s',
    async (reply) => {
      const found = await look([...DOMAIN_CHECKS, reverseDns], () => reply, SILENCE_MS);
      expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['unknown']));
    },
  );

  // The records of NS and MX are answered in that time.
  it.each(['silent', 'servfail'] as const)(
    'says unknown, not fail, where the address of a name server or MX is %s',
    async (reply) => {
      const found = await look(
        [nameServers, mx],
        ({ name, type }) => {
          if (type === 2) return [ns('ns1.away.test'), ns('ns2.away.test')];
          if (type === 15) return [mxRecord(10, 'mx.away.test')];
          if (name === 'mx.away.test' && type === 1) return [];
          return name.endsWith('.away.test') ? reply : [];
        },
        1_000,
      );
      const own8 = found.filter(({ practice }) => practice === 'OWN-8');
      expect(own8.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
      const text = own8.flatMap(({ evidence }) => evidence).join(' ');
      expect(text).toContain('The address of the name server ns1.away.test of house.test: ');
      expect(text).toContain('The address of the MX mx.away.test of house.test: ');
      expect(text).not.toContain('no address');
    },
  );

  it('fails where a name server has no address, and one such is named', async () => {
    const found = await look([nameServers], ({ type }) => (type === 2 ? [ns('gone.test')] : []));
    expect(found).toMatchObject([{ state: 'fail' }]);
    expect(found[0]?.evidence.join(' ')).toContain('gone.test of house.test has no address');
  });

  it.each<[string, (name: string) => string]>([
    ['itself', (name) => name],
    ['one that leads back', (name) => (name.startsWith('x.') ? name.slice(2) : `x.${name}`)],
    ['ever another', (name) => `x.${name}`.slice(-200)],
  ])('says unknown of an alias that leads to %s, and ends', async (_, next) => {
    const checks = [...DOMAIN_CHECKS, reverseDns];
    const found = await look(checks, ({ name }) => [cname(next(name))]);
    const states = new Set(found.map(({ state }) => state));
    expect(states, JSON.stringify(found, undefined, 1)).toEqual(new Set(['unknown']));
    expect(found[0]?.evidence.join(' ')).toContain('its aliases go in a circle');
  });

  it('follows an alias that the resolver did not, and takes its end for what is there', async () => {
    const dns = await startLyingDns(({ name, type }) => {
      if (name === 'alias.test') return [cname('end.test')];
      return type === 1 ? [a('192.0.2.1')] : [];
    });
    close = () => dns.close();
    const asked = createDns(dnsAt(dns.server));
    expect(await asked.ask('alias.test', 'A')).toEqual({ kind: 'found', records: ['192.0.2.1'] });
    expect(await asked.ask('alias.test', 'AAAA')).toEqual({ kind: 'none' });
  });

  it('asks nothing that did not wait for its turn, not even twice', async () => {
    let heard = 0;
    const dns = await startLyingDns(() => {
      heard += 1;
      return 'silent';
    });
    close = () => dns.close();
    let turns = 0;
    const asked = createDns(dnsAt(dns.server, SILENCE_MS), {
      turn: () => {
        turns += 1;
        return Promise.resolve();
      },
    });
    const answers = await Promise.all([1, 2, 3].map((at) => asked.ask(`n${at}.house.test`, 'TXT')));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['failed']));
    expect([heard, turns, asked.asked]).toEqual([6, 6, 6]);
  });

  it('hears the answer to its first packet until the whole time is over', async () => {
    let heard = 0;
    const dns = await startLyingDns(
      () => {
        heard += 1;
        return heard === 1 ? [txt('late')] : 'silent';
      },
      // Later than half, when the packet is repeated.
      { delayMs: 1_200 },
    );
    close = () => dns.close();
    const asked = createDns(dnsAt(dns.server, 2_000));
    expect(await asked.ask('slow.test', 'TXT')).toEqual({ kind: 'found', records: ['late'] });
    expect(heard).toBe(2);
  });

  it('takes a late refusal of its only server for what it is', async () => {
    let heard = 0;
    const dns = await startLyingDns(() => ((heard += 1) === 1 ? 'servfail' : 'silent'), {
      delayMs: 600,
    });
    close = () => dns.close();
    const asked = createDns(dnsAt(dns.server, 1_000));
    expect(await asked.ask('slow.test', 'TXT')).toMatchObject({ refusal: 'SERVFAIL' });
  });

  it('asks the second server where the first is silent, and goes on with it', async () => {
    const silent = await startLyingDns(() => 'silent');
    const dns = await startLyingDns(() => [txt('here')]);
    close = async () => {
      await silent.close();
      await dns.close();
    };
    const servers = [silent.server, dns.server];
    const asked = createDns({ ...dnsAt(dns.server, 2 * SILENCE_MS), servers });
    for (const name of ['a.test', 'b.test'])
      expect(await asked.ask(name, 'TXT')).toEqual({ kind: 'found', records: ['here'] });
    expect(asked.asked).toBe(3);
  });

  it.each([
    ['<img/src=x>.house.test', 'it is no host name of letters, digits and hyphens'],
    ['1.0.0.127.in-addr.arpa', 'it is a turned address and no host name'],
  ])('OWN-2: fails for the reverse name %s, which no host can have', async (name, why) => {
    const found = await look([reverseDns], ({ type }) => (type === 12 ? [ptr(name)] : 'none'));
    const own2 = found.find(({ practice }) => practice === 'OWN-2');
    expect(own2?.state).toBe('fail');
    expect(own2?.evidence).toEqual([
      `The reverse name of 127.0.0.1 is "${name}", and no host can be called so: ${why}.`,
    ]);
  });

  it('says nothing of how many look-ups an SPF record needs that is not answered', async () => {
    const found = await look([spf], ({ type }) => (type === 16 ? 'servfail' : 'none'));
    expect(found).toMatchObject([{ state: 'unknown' }]);
    expect(found[0]?.evidence.join(' ')).not.toContain('look-ups');
  });

  it('says nothing of look-ups where two SPF records stand, and none is taken', async () => {
    const two = [txt('v=spf1 -all'), txt('v=spf1 a -all')];
    const found = await look([spf], ({ type }) => (type === 16 ? two : 'none'));
    expect(found).toMatchObject([{ state: 'fail' }]);
    expect(found[0]?.evidence.join(' ')).not.toContain('look-ups');
  });

  it('calls an SPF redirect to nothing a redirect', async () => {
    const found = await look([spf], ({ name, type }) =>
      type === 16 && name === 'house.test' ? [txt('v=spf1 redirect=none.test')] : 'none',
    );
    expect(found[0]?.evidence.join(' ')).toContain('none.test, to which SPF redirects, has no SPF');
    expect(found[0]?.advice).toContain('Remove the redirect to none.test.');
  });

  it('OWN-11: says unknown where the address of the first MX is', async () => {
    const [, found] = await look(
      [mx],
      ({ name, type }) => {
        if (type === 15) return [mxRecord(10, 'away.test'), mxRecord(20, 'mx.house.test')];
        return name === 'away.test' ? 'silent' : [];
        // The records of MX are answered in that time.
      },
      1_000,
    );
    expect(found).toMatchObject({ practice: 'OWN-11', state: 'unknown' });
  });

  it('OWN-11: fails where the first MX is somebody else', async () => {
    const [, found] = await look([mx], ({ name, type }) => {
      if (type === 15) return [mxRecord(10, 'far.test'), mxRecord(20, 'mx.house.test')];
      return name === 'far.test' && type === 1 ? [a('192.0.2.1')] : [];
    });
    expect(found).toMatchObject({ practice: 'OWN-11', state: 'fail' });
  });

  it('reads the first records of an answer of 64 KiB and goes on', async () => {
    const many = Array.from({ length: 240 }, () => txt('x'.repeat(250)));
    const dns = await startLyingDns(() => many);
    close = () => dns.close();
    const asked = createDns(dnsAt(dns.server));
    const answer = await asked.ask('house.test', 'TXT');
    expect(answer.kind).toBe('found');
    expect(answer.kind === 'found' && answer.records.length).toBe(MAX_RECORDS);
  });

  it('keeps nonsense to the question that it answers', async () => {
    const isBad = (name: string): boolean => name === 'bad.test';
    const dns = await startLyingDns(({ name }) => (isBad(name) ? 'garbage' : [txt(`of ${name}`)]));
    close = () => dns.close();
    const asked = createDns(dnsAt(dns.server));
    const names = Array.from({ length: 40 }, (_, at) => (at === 20 ? 'bad.test' : `n${at}.test`));
    const answers = await Promise.all(names.map((name) => asked.ask(name, 'TXT')));
    expect(answers).toEqual(
      names.map((name) =>
        isBad(name)
          ? { kind: 'failed', why: 'the answer is nonsense' }
          : { kind: 'found', records: [`of ${name}`] },
      ),
    );
    // Each at most once more.
    expect(asked.asked).toBeLessThanOrEqual(2 * names.length);
  });

  it('stops at an SPF record that includes without end', async () => {
    let asked = 0;
    const found = await look([spf], ({ type }) => {
      asked += 1;
      return type === 16
        ? [txt(`v=spf1 include:a${asked}.test include:b${asked}.test -all`)]
        : 'none';
    });
    expect(found[0]).toMatchObject({ state: 'fail' });
    expect(found[0]?.evidence.join(' ')).toContain('more than 40 look-ups');
    expect(asked).toBeLessThan(100);
  });
});

describe('OWN-1: lists that lie', () => {
  const stateOf = async (say: (question: Question) => Reply) =>
    (await look([listings], say)).find(
      ({ target, item }) => target === 'mx.house.test' && item === undefined,
    );

  it('sets a list aside that lists everything', async () => {
    const found = await stateOf(() => [a('127.0.0.2')]);
    expect(found?.state).not.toBe('fail');
    expect(found?.evidence.join(' ')).toContain('it lists everything, so it is set aside');
  });

  it('takes "you may not ask" for unknown and not for "not listed"', async () => {
    const found = await stateOf(() => [a('127.255.255.254')]);
    expect(found).toMatchObject({ state: 'unknown' });
    expect(found?.evidence.join(' ')).toContain('it refuses public resolvers');
  });

  it('takes a list without its own test entry for gone', async () => {
    expect((await stateOf(() => 'none'))?.evidence.join(' ')).toContain(
      'its own test entry is missing',
    );
  });

  it('says what a listing means and how to get off', async () => {
    const found = await stateOf(({ name }) =>
      name === '2.0.0.127.zen.spamhaus.org' || name === '1.0.0.127.zen.spamhaus.org'
        ? name.startsWith('2')
          ? [a('127.0.0.2')]
          : 'none'
        : 'none',
    );
    expect(found?.evidence.join(' ')).toContain('is not on 1 of');
  });
});

describe('questions a second', () => {
  it('are never more than allowed', async () => {
    let clock = 0;
    const pace = createPace(
      10,
      () => clock,
      (ms) => {
        clock += ms;
        return Promise.resolve();
      },
    );
    for (let turn = 0; turn < 21; turn += 1) await pace.turn();
    expect(clock).toBe(2_000);
  });

  it('wait their turn at one pace, whichever round of the watchers asks', async () => {
    let turns = 0;
    const pace = { turn: () => Promise.resolve(void (turns += 1)) };
    const dns = await startLyingDns(() => 'none');
    close = () => dns.close();
    const plan = planOf({ dns: dnsAt(dns.server) });
    for (const name of ['a.test', 'b.test', 'b.test']) {
      await openTools(plan, Date.now, pace).dns.ask(name, 'A');
    }
    expect(turns).toBe(3);
  });
});
