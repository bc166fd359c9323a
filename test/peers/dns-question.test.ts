/** OWN-8: our own questions to DNS, to a real resolver (unbound) and a real name server (nsd). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDns, type Dns } from '../../src/watch/dns.ts';
import { mailServersAreHere } from './available.ts';
import { startHouseDns, type HouseDns, type HouseZones } from './house-dns.ts';

const LONG = Array.from({ length: 40 }, (_, at) => `${at}-${'x'.repeat(200)}`);
const ZONE = [
  '@ IN NS ns1.house.test.',
  '@ IN MX 10 MX1',
  '@ IN MX 20 mx2',
  'ns1 IN A 127.0.0.1',
  'mx1 IN A 192.0.2.1',
  'mx1 IN AAAA 2001:db8::1',
  'none IN MX 0 .',
  'alias IN CNAME mx1',
  'alias2 IN CNAME alias',
  'empty IN CNAME ns1',
  'a.circle IN CNAME b.circle',
  'b.circle IN CNAME a.circle',
  '_25._tcp.mx1 IN TLSA 3 1 1 aabb',
  ...LONG.map((text) => `long IN TXT "${text}"`),
].join('\n');

describe.runIf(mailServersAreHere)('questions to real servers', () => {
  let house: HouseDns | undefined;
  let dns: Dns;
  beforeAll(async () => {
    const reverse = '1 IN PTR mx1.house.test.';
    const zones: HouseZones['zones'] = { 'house.test': [ZONE], '2.0.192.in-addr.arpa': [reverse] };
    house = await startHouseDns({ zones, lists: {} });
    dns = createDns({
      servers: [house.resolver],
      timeoutMs: 20_000,
      queriesPerSecond: 1_000,
      authorityPort: house.authorityPort,
    });
  });
  afterAll(() => house?.stop());

  const ADDRESS = { kind: 'found', records: ['192.0.2.1'] };

  it.each([
    ['mx1.house.test', 'A', ['192.0.2.1']],
    ['MX1.house.test.', 'AAAA', ['2001:db8::1']],
    ['house.test', 'MX', ['10 mx1.house.test', '20 mx2.house.test']],
    ['none.house.test', 'MX', ['0 .']],
    ['house.test', 'NS', ['ns1.house.test']],
    ['house.test', 'SOA', ['ns1.house.test 1']],
    ['alias.house.test', 'CNAME', ['mx1.house.test']],
    ['_25._tcp.mx1.house.test', 'TLSA', ['3 1 1 aabb']],
  ] as const)('%s %s is the same of both', async (name, type, records) => {
    const found = { kind: 'found', records };
    expect(await dns.ask(name, type)).toEqual(found);
    expect(await dns.askAt('127.0.0.1', name, type)).toEqual(found);
  });

  it('follow aliases, to nothing and in a circle, too', async () => {
    expect(await dns.ask('alias2.house.test', 'A')).toEqual(ADDRESS);
    expect(await dns.askAt('127.0.0.1', 'alias2.house.test', 'A')).toEqual(ADDRESS);
    expect(await dns.ask('empty.house.test', 'AAAA')).toEqual({ kind: 'none' });
    expect(await dns.ask('a.circle.house.test', 'A')).toMatchObject({ kind: 'failed' });
    expect(await dns.ask('192.0.2.1', 'PTR')).toMatchObject({ records: ['mx1.house.test'] });
  });

  it('tell no such name and no such record from who does not serve the zone', async () => {
    expect(await dns.ask('gone.house.test', 'A')).toEqual({ kind: 'none' });
    expect(await dns.ask('mx1.house.test', 'TXT')).toEqual({ kind: 'none' });
    expect(await dns.askAt('127.0.0.1', 'other.example', 'SOA')).toMatchObject({
      kind: 'failed',
      refusal: 'REFUSED',
    });
  });

  it('ask for what is long over TCP, each time as a question that is counted', async () => {
    const found = { kind: 'found', records: [...LONG].sort() };
    const before = dns.asked;
    expect(await dns.ask('long.house.test', 'TXT')).toEqual(found);
    expect(await dns.askAt('127.0.0.1', 'long.house.test', 'TXT')).toEqual(found);
    expect(dns.asked - before).toBe(4);
  });
});
