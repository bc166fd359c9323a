import {
  appendFile,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { UNKNOWN_NETWORK } from '../core/network.ts';
import { PrimumError } from '../errors.ts';
import { MAX_ADDRESS_CHARS, parseAddress } from './address.ts';
import { ASN_CACHE_FILE } from './load-asn.ts';
import { openNetworks, type NetworkOptions, type Networks } from './open-networks.ts';
import { packageFolder } from './package-files.ts';

let folder = '';
let networks: Networks;
const warnings: string[] = [];

/** Opens with the table that the first opening has kept, and closes after use. */
async function withNetworks<T>(
  options: NetworkOptions,
  use: (opened: Networks) => T | Promise<T>,
): Promise<T> {
  const opened = await openNetworks({ cacheFolder: folder, ...options });
  try {
    await opened.ready();
    return await use(opened);
  } finally {
    await opened.close();
  }
}

async function errorOf(options: NetworkOptions): Promise<PrimumError> {
  const opened = openNetworks({ asnFolder: '', ...options });
  const error: unknown = await opened.then(
    (unexpected) => unexpected.close(),
    (reason: unknown) => reason,
  );
  if (!(error instanceof PrimumError)) throw new Error('It opened, or failed in another way.');
  return error;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'primum-networks-'));
  networks = await openNetworks({
    cacheFolder: folder,
    onWarning: (message) => warnings.push(message),
  });
  await networks.ready();
});

afterAll(async () => {
  await networks.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the shipped data', () => {
  test('loads without a warning', () => {
    expect(warnings).toEqual([]);
  });

  test('knows country, system and network of an address (ACC-9)', () => {
    expect(networks.find('193.99.144.80')).toEqual({
      address: '193.99.144.80',
      asn: 206564,
      asnName: 'Plus.line AG',
      country: 'DE',
      class: 'fixed',
      className: '',
      prefix: '193.99.144.0/24',
      place: '193.99.144.0/24',
      isLoading: false,
      lacksAsn: false,
      lacksCountry: false,
    });
  });

  const places: readonly [address: string, country: string, asn: number, place: string][] = [
    ['8.8.8.8', 'US', 15169, 'fetcher:Google'],
    ['209.85.220.41', 'US', 15169, 'fetcher:Google'],
    ['2607:f8b0:4864:20::1', 'US', 15169, 'fetcher:Google'],
    ['35.191.0.1', 'US', 396982, 'fetcher:Google'],
    ['52.100.1.1', 'US', 8075, 'fetcher:Microsoft'],
    ['52.125.128.9', 'US', 8075, 'fetcher:Microsoft'],
    ['17.58.1.1', 'US', 714, 'fetcher:Apple'],
    ['172.56.0.1', 'US', 21928, 'mobile:T-Mobile US'],
    ['80.187.100.20', 'DE', 3320, 'mobile:T-Mobile DE'],
    ['2a01:598:b00d::1', 'DE', 3320, 'mobile:T-Mobile DE'],
    ['104.28.1.1', 'US', 13335, 'relay:Cloudflare WARP'],
  ];
  test.each(places)('counts %s as one place (ACC-10)', (address, country, asn, place) => {
    expect(networks.find(address)).toMatchObject({ country, asn, place });
  });

  const classes: readonly [address: string, name: string, place: string][] = [
    ['20.50.2.3', 'hosting', '20.50.2.0/24'],
    ['5.9.1.1', 'hosting', '5.9.1.0/24'],
    ['2a01:4f8:1:2::3', 'hosting', '2a01:4f8:1::/48'],
    ['127.0.0.1', 'local', '127.0.0.0/24'],
    ['192.168.7.8', 'local', '192.168.7.0/24'],
    ['fe80::1', 'local', 'fe80::/48'],
    ['::1', 'local', '::/48'],
    ['79.192.0.1', 'fixed', '79.192.0.0/24'],
  ];
  test.each(classes)('counts %s (%s) by its network', (address, name, place) => {
    expect(networks.find(address)).toMatchObject({ class: name, prefix: place, place });
  });
});

describe('one address in many spellings gives one answer', () => {
  test.each([
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['::FFFF:808:808', '8.8.8.8'],
    ['[8.8.8.8]', '8.8.8.8'],
    ['[::ffff:8.8.8.8]', '8.8.8.8'],
    ['2001:4860:4860:0:0:0:0:8888', '2001:4860:4860::8888'],
    ['2001:4860:4860::8888%eth0', '2001:4860:4860::8888'],
    ['[2001:4860:4860::8888]', '2001:4860:4860::8888'],
    ['[IPv6:2001:4860:4860::8888]', '2001:4860:4860::8888'],
    ['2001:4860:4860::AAAA', '2001:4860:4860::aaaa'],
  ])('%s is %s', (spelling, address) => {
    expect(networks.find(spelling)).toEqual(networks.find(address));
    expect(networks.find(spelling).address).toBe(address);
  });

  test.each([
    ...['', 'unknown', '8.8.8', '8.8.8.256', '010.1.1.1', '8.8.8.8%eth0', '134744072', '0x8.8.8.8'],
    ...['[8.8.8.8', '1::2::3', '8.8.8.8/32', ' 8.8.8.8', `::1%${'x'.repeat(MAX_ADDRESS_CHARS)}`],
  ])('%j is no address', (junk) => {
    expect(networks.find(junk)).toBe(UNKNOWN_NETWORK);
  });

  test('any text gives unknown, or an address that is its own normal form', () => {
    const nearly = fc.string({
      unit: fc.constantFrom('0', '1', '9', 'a', 'F', '.', ':', '[', ']', '%'),
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly, fc.ipV4(), fc.ipV6()), (text) => {
        const facts = networks.find(text);
        if (facts === UNKNOWN_NETWORK) return;
        expect(isIP(facts.address)).not.toBe(0);
        expect(parseAddress(facts.address)?.text).toBe(facts.address);
        expect(networks.find(facts.address)).toEqual(facts);
        expect(facts.place).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});

test('the cache never holds more than two generations', async () => {
  await withNetworks({ cacheGenerationSize: 100 }, (opened) => {
    for (let index = 0; index < 1000; index += 1) {
      opened.find(`10.1.${index >> 8}.${index & 255}`);
      opened.find('8.8.8.8');
      opened.find(`junk ${index}`);
    }
    expect(opened.cachedEntries()).toBeGreaterThan(100);
    expect(opened.cachedEntries()).toBeLessThanOrEqual(200);
    expect(opened.find('8.8.8.8')).toBe(opened.find('8.8.8.8'));
  });
});

describe("the operator's own classes (ACC-10)", () => {
  test('win over the shipped ones; the longest network first, then the system', async () => {
    const options: NetworkOptions = {
      classes: [
        { name: 'Our VPN', class: 'relay', networks: ['10.9.0.0/16', '2001:db8::/32'] },
        { name: 'Our VPN, guests', class: 'hosting', networks: ['10.9.8.0/24'] },
        { name: 'Example Mobile', class: 'mobile', asns: [24940] },
        { name: 'Not a fetcher', class: 'hosting', networks: ['8.8.8.8'] },
      ],
      ownNetworks: ['10.9.8.7', '192.0.2.0/24'],
    };
    await withNetworks(options, (opened) => {
      expect(opened.find('10.9.1.1').place).toBe('relay:Our VPN');
      expect(opened.find('2001:db8::5').place).toBe('relay:Our VPN');
      expect(opened.find('10.9.8.1')).toMatchObject({ class: 'hosting', place: '10.9.8.0/24' });
      expect(opened.find('10.9.8.7')).toMatchObject({ class: 'own', className: 'Own networks' });
      expect(opened.find('192.0.2.1')).toMatchObject({ class: 'own', place: '192.0.2.0/24' });
      expect(opened.find('10.1.1.1').class).toBe('local');
      expect(opened.find('5.9.1.1').place).toBe('mobile:Example Mobile');
      expect(opened.find('8.8.8.8')).toMatchObject({ class: 'hosting', place: '8.8.8.0/24' });
      expect(opened.find('8.8.4.4').place).toBe('fetcher:Google');
    });
  });

  test('are refused with a sentence when a network cannot be read', async () => {
    const error = await errorOf({
      classes: [{ name: 'VPN', class: 'relay', networks: ['10.9/16'] }],
    });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toBe(
      'Network class "VPN": "10.9/16" is not a network. Write a CIDR such as 192.0.2.0/24.',
    );
    const own = await errorOf({ ownNetworks: ['10.0.0.0/33'] });
    expect(own.message).toContain('Network class "Own networks": "10.0.0.0/33" is not a network.');
    const system = await errorOf({ classes: [{ name: 'VPN', class: 'relay', asns: [0] }] });
    expect(system.message).toContain('0 is not an AS number.');
  });
});

describe('Tor exits', () => {
  test("come from the operator's list, in both forms, and are read again when it changes", async () => {
    const list = join(folder, 'exits');
    await writeFile(list, '# exits\n8.8.8.8\nExitAddress 9.9.9.9 2026-01-01 00:00:00\nnonsense\n');
    const said: string[] = [];
    const options = { torList: list, torCheckMs: 20, onWarning: (text: string) => said.push(text) };
    await withNetworks(options, async (opened) => {
      expect(opened.find('8.8.8.8')).toMatchObject({ class: 'tor', place: '8.8.8.0/24' });
      expect(opened.find('9.9.9.9').class).toBe('tor');
      expect(opened.find('9.9.9.8').class).not.toBe('tor');
      expect(said).toEqual([
        `1 lines of the Tor list ${list} are not addresses and were left out.`,
      ]);
      await appendFile(list, '9.9.9.8\n');
      await eventually(() => expect(opened.find('9.9.9.8').class).toBe('tor'));
    });
  });

  test('a list that is not there is an error at the start', async () => {
    const error = await errorOf({ torList: '/nonexistent/exits' });
    expect(error.message).toMatch(
      /^The Tor list \/nonexistent\/exits cannot be read: .*Check its path and permissions\.$/,
    );
  });
});

describe('country and ASN databases of the operator', () => {
  test('an unreadable or foreign file is an error that says what to do', async () => {
    const missing = await errorOf({ countryMmdb: '/nonexistent/country.mmdb' });
    expect(missing.code).toBe('INPUT_UNREADABLE');
    expect(missing.message).toMatch(
      /^The country database \/nonexistent\/country\.mmdb cannot be used: .*Name a readable file/,
    );
    const junk = join(folder, 'junk.mmdb');
    await writeFile(junk, 'not a database');
    expect((await errorOf({ countryMmdb: junk })).message).toContain(`${junk} cannot be used`);
    expect((await errorOf({ asnMmdb: junk })).message).toContain(`The ASN database ${junk}`);
  });

  test('are used instead of the shipped ones', async () => {
    const shipped = join(
      packageFolder('@ip-location-db/geo-whois-asn-country-mmdb') ?? '',
      'geo-whois-asn-country-ipv4.mmdb',
    );
    await withNetworks({ countryMmdb: shipped, asnMmdb: shipped }, (opened) => {
      expect(opened.find('193.99.144.80')).toMatchObject({ country: 'DE', asn: 0 });
      expect(opened.find('2a01:598:b00d::1').country).toBe('');
    });
  });
});

describe('the ASN table', () => {
  test('that is missing leaves the ASN 0 and is said in one plain warning', async () => {
    const said: string[] = [];
    const onWarning = (text: string): unknown => said.push(text);
    await withNetworks({ asnFolder: '', countryFolder: '', onWarning }, (opened) => {
      expect(opened.find('8.8.8.8')).toMatchObject({ asn: 0, asnName: '', country: '' });
      expect(opened.find('209.85.220.41').place).toBe('fetcher:Google');
    });
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/^Countries are not known: .*Install the package/);
    expect(said[1]).toMatch(/^Autonomous systems are not known: .*Install the package/);
  });

  test('made of a package that is not what was expected is the same as missing', async () => {
    const broken = await mkdtemp(join(folder, 'package-'));
    await writeFile(join(broken, 'package.json'), '{"version":"1.0.0"}');
    await writeFile(join(broken, 'asn-ipv4-num.csv'), 'start;end;asn\n1;2;3\n');
    await writeFile(join(broken, 'asn-ipv6-num.csv'), '');
    const said: string[] = [];
    const onWarning = (text: string): unknown => said.push(text);
    await withNetworks({ asnFolder: broken, cacheFolder: undefined, onWarning }, (opened) => {
      expect(opened.find('8.8.8.8').asn).toBe(0);
    });
    expect(said).toEqual([
      expect.stringMatching(/^Autonomous systems are not known: IPv4: 2 of 2 lines are not/),
    ]);
  });

  test('is kept as a file; a damaged or cut file is made anew, a foreign one not believed', async () => {
    const kept = join(folder, ASN_CACHE_FILE);
    const good = await readFile(kept);
    const other = await mkdtemp(join(folder, 'cache-'));
    const copy = join(other, ASN_CACHE_FILE);
    await copyFile(kept, copy);
    await truncate(copy, good.length - 100);
    await withNetworks({ cacheFolder: other }, (opened) => {
      expect(opened.find('8.8.8.8').asn).toBe(15169);
    });
    expect((await stat(copy)).size).toBe(good.length);
    expect(await readFile(copy)).toEqual(good);
  });

  test('that cannot be kept still works and says so', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const said: string[] = [];
    const onWarning = (text: string): unknown => said.push(text);
    await withNetworks({ cacheFolder: join(file, 'below'), onWarning }, (opened) => {
      expect(opened.find('8.8.8.8').asn).toBe(15169);
    });
    expect(said).toEqual([
      expect.stringMatching(/cannot be kept in .*Make the folder writable\.$/),
    ]);
  });

  test('still being made does not delay the start or the stop', async () => {
    const said: string[] = [];
    const opened = await openNetworks({ onWarning: (text) => said.push(text) });
    const ready = opened.ready();
    expect(opened.find('8.8.8.8')).toMatchObject({
      asn: 0,
      country: 'US',
      isLoading: true,
      lacksAsn: true,
      lacksCountry: false,
    });
    await opened.close();
    await ready;
    expect(said).toEqual([]);
  });

  test('is said to be missing when it is there no more to come, and known when it has come', async () => {
    await withNetworks({ asnFolder: '', countryFolder: '' }, (opened) => {
      expect(opened.find('8.8.8.8')).toMatchObject({ isLoading: false, lacksAsn: true });
    });
    const opened = await openNetworks({ cacheFolder: folder });
    const before = opened.find('8.8.8.8');
    await opened.ready();
    expect(before.isLoading).toBe(true);
    expect(opened.find('8.8.8.8')).toMatchObject({ asn: 15169, isLoading: false, lacksAsn: false });
    await opened.close();
  });

  test('is not made when it was not asked for before the end', async () => {
    const own = await mkdtemp(join(folder, 'cache-'));
    const opened = await openNetworks({ cacheFolder: own });
    await opened.close();
    await opened.ready();
    expect(await readdir(own)).toEqual([]);
  });
});
