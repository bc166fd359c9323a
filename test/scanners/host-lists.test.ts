/** Lists of URL hosts: files, and DNS lists that are well, away, lying or refusing. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ZoneOptions } from '../../src/scanners/lists/zone.ts';
import { REFUSED_PAUSE_MS } from '../../src/scanners/lists/zone.ts';
import {
  MAX_ASKED_HOSTS,
  openHostLists,
  type HostListOptions,
} from '../../src/scanners/lists/open-host-lists.ts';
import { until } from '../peers/run.ts';
import { dnsResponder, type DnsSaid } from './dns-responder.ts';
import { listener } from './helper.ts';

const ZONE: ZoneOptions = { zone: 'dbl.test', answers: ['127.0.0.0/8'], withAddresses: false };
const NONE: DnsSaid = { rcode: 3 };

function open(changes: Partial<HostListOptions>) {
  const heard = listener();
  let clock = 0;
  const options: HostListOptions = {
    files: [],
    zones: [],
    skip: [],
    servers: [],
    timeoutMs: 5_000,
    maxQueries: 100,
    cache: { entries: 1_000, negativeTtlMs: 600_000 },
    retryAfterMs: 30_000,
    ...changes,
  };
  const lists = openHostLists(options, heard, () => clock);
  onTestFinished(() => lists.close());
  const find = async (hosts: readonly string[]) => (await lists.find(hosts)).listed;
  const look = (hosts: readonly string[]) => lists.find(hosts);
  return { lists: { ...lists, find, look }, heard, wait: (ms: number) => void (clock += ms) };
}

/** What the zone says of each name; of all others `*`, or that they do not exist. */
async function withZone(
  answers: Readonly<Record<string, DnsSaid>>,
  changes: Partial<HostListOptions> = {},
) {
  const known = new Map(Object.entries(answers));
  const dns = await dnsResponder((name) => known.get(name) ?? known.get('*') ?? NONE);
  return { dns, ...open({ zones: [ZONE], servers: [dns.address], ...changes }) };
}

/** Questions with what is random in them left out. */
const shown = (name: string): string => name.replace(/^invalid-[0-9a-f]+/, 'invalid-RANDOM');

const LISTED: DnsSaid = { addresses: ['127.0.0.2'] };

describe('a DNS list', () => {
  test('CON-2: is asked for the host and its registered domain, and names the host it was', async () => {
    const { lists, dns } = await withZone({
      'example.co.uk.dbl.test': LISTED,
      'x.shop.bad.com.dbl.test': LISTED,
    });
    const hosts = ['www.example.co.uk', 'x.shop.bad.com', 'good.org', 'shop.github.io'];
    expect((await lists.find(hosts)).toSorted((a, b) => a.host.localeCompare(b.host))).toEqual([
      { host: 'www.example.co.uk', list: 'dbl.test' },
      { host: 'x.shop.bad.com', list: 'dbl.test' },
    ]);
    expect(dns.asked.map(shown).toSorted()).toEqual(
      [
        'invalid.dbl.test',
        'invalid-RANDOM.dbl.test',
        'www.example.co.uk.dbl.test',
        'example.co.uk.dbl.test',
        'x.shop.bad.com.dbl.test',
        'bad.com.dbl.test',
        'good.org.dbl.test',
        'shop.github.io.dbl.test',
      ].toSorted(),
    );
  });

  test('is asked once: listings hold for their TTL, the rest for negative_ttl', async () => {
    const { lists, dns, wait } = await withZone({
      'bad.com.dbl.test': { addresses: ['127.0.0.2'], ttl: 900 },
    });
    const find = () => lists.find(['bad.com', 'good.com']);
    for (let index = 0; index < 5; index += 1) expect(await find()).toHaveLength(1);
    expect(dns.asked).toHaveLength(4);
    wait(600_000);
    await find();
    expect(dns.asked.slice(4)).toEqual(['good.com.dbl.test']);
    wait(300_000);
    await find();
    expect(dns.asked.slice(5).map(shown).toSorted()).toEqual([
      'bad.com.dbl.test',
      'invalid-RANDOM.dbl.test',
      'invalid.dbl.test',
    ]);
  });

  test('counts only the answers it is told to', async () => {
    const zones = [{ ...ZONE, answers: ['127.0.1.4/31', '127.0.1.2'] }];
    const { lists } = await withZone(
      {
        'phish.com.dbl.test': { addresses: ['127.0.1.5'] },
        'abused.com.dbl.test': { addresses: ['127.0.1.102'] },
        'both.com.dbl.test': { addresses: ['127.0.1.102', '127.0.1.2'] },
      },
      { zones },
    );
    const found = await lists.find(['phish.com', 'abused.com', 'both.com']);
    expect(found.map(({ host }) => host).toSorted()).toEqual(['both.com', 'phish.com']);
  });

  test('is not asked for what is skipped, addresses, and what is no name', async () => {
    const { lists, dns } = await withZone({ '*': NONE }, { skip: ['own.test'] });
    const hosts = ['own.test', 'www.own.test', '192.0.2.1', '[2001:db8::1]', 'localhost', ''];
    const long = `${'a'.repeat(300)}.com`;
    const label = `${'a'.repeat(64)}.com`;
    expect(await lists.find([...hosts, long, label, 'a..com', 'a b.com', '.', '-a.com'])).toEqual(
      [],
    );
    expect(dns.asked).toEqual([]);
  });

  test('is asked for addresses reversed where it wants them, and for names in other scripts', async () => {
    const zones = [{ ...ZONE, withAddresses: true }];
    const { lists } = await withZone(
      { '1.2.0.192.dbl.test': LISTED, 'xn--bcher-kva.com.dbl.test': LISTED },
      { zones },
    );
    const found = await lists.find(['192.0.2.1', 'bücher.com']);
    expect(found.map(({ host }) => host).toSorted()).toEqual(['192.0.2.1', 'bücher.com']);
  });

  test('gets no more questions at once than allowed, whatever a message holds', async () => {
    let open = 0;
    let most = 0;
    const { lists, dns } = await withZone({}, { maxQueries: 3 });
    const hosts = Array.from({ length: 500 }, (_, index) => `h${index}.com`);
    const work = lists.find(hosts).finally(() => (open = -1));
    await until('the end', () => {
      most = Math.max(most, lists.stats().asking);
      return open === -1;
    });
    expect(await work).toEqual([]);
    expect(most).toBeLessThanOrEqual(3);
    expect(dns.asked.length).toBeLessThanOrEqual(MAX_ASKED_HOSTS);
  });

  test('says when a message has more hosts than it is asked for, and asks for the rarest first', async () => {
    const { lists, dns } = await withZone({ 'bad.com.dbl.test': LISTED });
    const hosts = (count: number, domain: string): string[] =>
      Array.from({ length: count }, (_, index) => `w${index}.${domain}`);
    const one = await lists.look([...hosts(MAX_ASKED_HOSTS + 50, 'many.com'), 'bad.com']);
    expect(one).toEqual({ listed: [{ host: 'bad.com', list: 'dbl.test' }], isWhole: false });
    expect(await lists.look(hosts(MAX_ASKED_HOSTS - 1, 'many.com'))).toEqual({
      listed: [],
      isWhole: true,
    });
    // What was answered before costs no question, and leaves room for others.
    const before = dns.asked.length;
    const known = hosts(MAX_ASKED_HOSTS - 1, 'many.com');
    expect((await lists.look([...known, ...hosts(20, 'new.com')])).isWhole).toBe(true);
    expect(dns.asked.length - before).toBe(21);
  });

  test('says when there was no room to ask for all hosts of a long message', async () => {
    const { lists } = await withZone({}, { maxQueries: 1 });
    const hosts = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `h${index}.com`);
    expect((await lists.look(hosts(50))).isWhole).toBe(true);
    expect((await lists.look(hosts(180))).isWhole).toBe(false);
  });

  test('fills memory no further than its bound', async () => {
    const { lists } = await withZone({}, { cache: { entries: 10, negativeTtlMs: 600_000 } });
    await lists.find(Array.from({ length: 50 }, (_, index) => `h${index}.com`));
    expect(lists.stats().cached).toBe(10);
  });
});

describe('a DNS list in trouble', () => {
  // prettier-ignore
  const refusals = [
    // answers                            what the operator reads
    [['127.255.255.254'],                 'refuses our questions (127.255.255.254)'],
    [['127.0.0.1'],                       'refuses our questions (127.0.0.1)'],
    [['127.0.0.2', '127.255.255.255'],    'refuses our questions (127.255.255.255)'],
    [['203.0.113.7'],                     'answers 203.0.113.7, which is no answer of a list'],
    [['127.0.0.2', '0.0.0.0'],            'answers 0.0.0.0, which is no answer of a list'],
  ] as const;
  test.each(refusals)(
    'answering %j lists nothing, is said once and left alone',
    async (addresses, text) => {
      const { lists, dns, heard, wait } = await withZone({ '*': { addresses } });
      expect(await lists.find(['a.com'])).toEqual([]);
      expect(await lists.find(['b.com', 'c.com'])).toEqual([]);
      expect(dns.asked).toHaveLength(1);
      expect(heard.changes).toEqual([expect.stringContaining(text)]);
      wait(REFUSED_PAUSE_MS);
      await lists.find(['d.com']);
      expect(dns.asked).toHaveLength(2);
      expect(heard.changes).toHaveLength(1);
    },
  );

  test('that lists everything lists nothing', async () => {
    const { lists, heard } = await withZone({ '*': LISTED });
    expect(await lists.find(['a.com', 'b.com'])).toEqual([]);
    expect(await lists.find(['c.com'])).toEqual([]);
    expect(heard.changes.at(-1)).toContain('lists everything, even invalid.dbl.test');
    expect(heard.asked.every((text) => text === 'dbl.test unknown')).toBe(true);
  });

  test('that begins to list everything is found out by its next listing, and lists nothing any more', async () => {
    let isBad = false;
    const dns = await dnsResponder((name) =>
      isBad || name === 'bad.com.dbl.test' ? { addresses: ['127.0.0.2'], ttl: 3_600 } : NONE,
    );
    const { lists, heard, wait } = open({ zones: [ZONE], servers: [dns.address] });
    expect(await lists.find(['bad.com'])).toHaveLength(1);
    isBad = true;
    wait(15_000);
    expect(await lists.find(['good.com'])).toEqual([]);
    expect(heard.changes.at(-1)).toContain('lists everything');
    // What it said before is not believed either.
    expect(await lists.find(['bad.com'])).toEqual([]);
  });

  test('that lists all but the name every list is tested with is found out as well', async () => {
    const { lists, heard } = await withZone({ '*': LISTED, 'invalid.dbl.test': NONE });
    expect(await lists.find(['a.com'])).toEqual([]);
    expect(heard.changes.at(-1)).toMatch(/lists everything, even invalid-[0-9a-f]{12}\.dbl\.test/);
  });

  test('that says an address is no question for it is not in trouble', async () => {
    const { lists, heard } = await withZone({ '*': { addresses: ['127.0.1.255'] } });
    expect(await lists.find(['a.com'])).toEqual([]);
    expect(heard.changes).toEqual(['list dbl.test works']);
  });

  // prettier-ignore
  const failures = [
    [{ rcode: 2 },                         'SERVFAIL',                20_000],
    [{ rcode: 5 },                         'REFUSED',                 20_000],
    ['silence',                            'does not answer in time', 200],
    [{ garbage: Buffer.from('nonsense') }, 'answers nonsense',        200],
  ] as const;
  test.each(failures)(
    '%j: nothing is listed, and after three failures nobody waits',
    async (said, text, timeoutMs) => {
      const { lists, heard, wait, dns } = await withZone({ '*': said }, { timeoutMs });
      await lists.find(['a.com', 'b.com', 'c.com']);
      await until('the list to be given up', () => heard.changes.length === 1);
      expect(heard.changes[0]).toContain(text);
      const before = dns.asked.length;
      expect(await lists.find(['d.com', 'e.com'])).toEqual([]);
      expect(dns.asked).toHaveLength(before);
      wait(30_000);
      await lists.find(['f.com']);
      await until('it to be asked again', () => dns.asked.length > before);
    },
  );

  test('with nobody where the resolver should be: nothing is listed', async () => {
    const { lists, heard } = open({ zones: [ZONE], servers: ['127.0.0.1:1'], timeoutMs: 500 });
    expect(await lists.find(['a.com', 'b.com', 'c.com'])).toEqual([]);
    await until('it to be said', () => heard.changes.length === 1);
    expect(heard.changes[0]).toContain('scanners.host_lists.dns_servers');
  });

  test('works again: it is said once and used', async () => {
    let isDead = true;
    const dns = await dnsResponder((name) =>
      isDead ? { rcode: 2 } : name === 'bad.com.dbl.test' ? LISTED : NONE,
    );
    const { lists, heard, wait } = open({ zones: [ZONE], servers: [dns.address] });
    await lists.find(['a.com', 'b.com', 'c.com']);
    isDead = false;
    expect(await lists.find(['bad.com'])).toEqual([]);
    wait(30_000);
    expect(await lists.find(['bad.com'])).toEqual([{ host: 'bad.com', list: 'dbl.test' }]);
    expect(heard.changes).toEqual([expect.stringContaining('away'), 'list dbl.test works']);
  });

  test('does not keep the others from answering', async () => {
    const dns = await dnsResponder((name) => {
      if (name.endsWith('slow.test')) return 'silence';
      return name === 'bad.com.dbl.test' ? LISTED : NONE;
    });
    const zones = [ZONE, { ...ZONE, zone: 'slow.test' }];
    const { lists } = open({ zones, servers: [dns.address], timeoutMs: 1_000 });
    expect(await lists.find(['bad.com'])).toEqual([{ host: 'bad.com', list: 'dbl.test' }]);
  });

  test('closed while it is asked, it gives what it has and says nothing', async () => {
    const { lists, heard } = await withZone({ '*': 'silence' }, { maxQueries: 2 });
    const work = lists.find(['a.com', 'b.com', 'c.com', 'd.com', 'e.com']);
    await lists.close();
    expect(await work).toEqual([]);
    expect(heard.changes).toEqual([]);
  });
});

describe('a list file', () => {
  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'primum-lists-'));
    onTestFinished(() => {
      rmSync(path, { recursive: true });
    });
    return path;
  }

  function openFile(path: string) {
    return open({ files: [{ name: 'phishing', path, checkEveryMs: 10 }] });
  }

  test('CON-2: covers a host and its subdomains, in any of its forms', async () => {
    const path = join(folder(), 'hosts.txt');
    writeFileSync(
      path,
      '# of the operator\nbad.com\n0.0.0.0 url.haus.test # a hosts file\r\n*.star.net\n' +
        '.dot.org\nBÜCHER.example\n192.0.2.1\nnot a host\n__proto__\n\nlast.test',
    );
    const { lists } = openFile(path);
    const hosts = [
      ...['bad.com', 'www.bad.com', 'url.haus.test', 'x.star.net', 'dot.org', 'bücher.example'],
      ...['192.0.2.1', 'a.b.last.test', 'notbad.com', 'haus.test', 'not', 'good.org'],
    ];
    const found = await lists.find(hosts);
    expect(found.every(({ list }) => list === 'phishing')).toBe(true);
    expect(found.map(({ host }) => host)).toEqual(hosts.slice(0, 8));
  });

  test('does not cover the neighbours on a shared domain', async () => {
    const path = join(folder(), 'hosts.txt');
    writeFileSync(path, 'github.io\nevil.github.io\n');
    const found = await openFile(path).lists.find(['good.github.io', 'x.evil.github.io']);
    expect(found.map(({ host }) => host)).toEqual(['x.evil.github.io']);
  });

  test('is taken up when it changes, comes late or goes; without it the last content holds', async () => {
    const path = join(folder(), 'hosts.txt');
    const { lists, heard } = openFile(path);
    const isListed = async (host: string) => (await lists.find([host])).length === 1;
    expect(await isListed('bad.com')).toBe(false);
    expect(heard.changes).toEqual([expect.stringContaining(`${path} cannot be read`)]);
    // In one step: a look at a file that is not written yet would be a change more.
    const put = (text: string): void => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    };
    put('bad.com\n');
    await until('the new file', () => isListed('bad.com'));
    put('worse.com\n');
    await until('the changed file', () => isListed('worse.com'));
    expect(await isListed('bad.com')).toBe(false);
    rmSync(path);
    await until('its loss to be said', () => heard.changes.length === 4);
    expect(await isListed('worse.com')).toBe(true);
    expect(heard.changes.map((text) => text.slice(0, 19))).toEqual([
      'list phishing away:',
      'list phishing works',
      'list phishing works',
      'list phishing away:',
    ]);
  });

  test('that is a folder, or one line without end, harms nothing', async () => {
    const path = folder();
    const { lists, heard } = openFile(path);
    expect(await lists.find(['bad.com'])).toEqual([]);
    expect(heard.changes).toEqual([expect.stringContaining('cannot be read')]);
    const endless = join(path, 'endless.txt');
    writeFileSync(endless, Buffer.alloc(4 * 1024 * 1024, 'a'));
    expect(await openFile(endless).lists.find(['bad.com'])).toEqual([]);
  });
});
