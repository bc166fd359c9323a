/** What every engine must do: the same suite against a file, a program and a web service. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { defaultAccountFacts } from '../../src/core/account.ts';
import type { OpenDirectory } from '../../src/directory/open-directory.ts';
import { openDirectory } from '../../src/directory/open-directory.ts';
import type { Entries, Harness, Heard } from './engine-harness.ts';
import { CACHE, HARNESSES, listener, optionsFor } from './engine-harness.ts';

const ANN = {
  account: 'ann@example.org',
  tenant: 'acme',
  groups: ['staff', 'sales'],
  class: 'application',
  addresses: ['Sales@example.org'],
  domains: ['shop.example'],
  since: '2026-01-31',
  time_zone: 'Europe/Berlin',
  client_networks: ['192.0.2.0/24', 'country:DE'],
};
const BOB = { account: 'bob@customer.example' };

describe.each(HARNESSES)('the directory engine: %s', (_name, openHarness) => {
  let [folder, clock]: [string, number] = ['', 0];
  let harness: Harness;
  let heard: Heard;
  let directory: OpenDirectory;

  async function open(entries: Entries): Promise<void> {
    harness.put(entries);
    directory = await openDirectory(optionsFor(harness.engine), heard, () => clock);
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'primum-directory-'));
    clock = 1_000;
    heard = listener();
    harness = await openHarness(folder);
  });
  afterEach(async () => {
    await directory.close();
    await harness.close();
    rmSync(folder, { recursive: true });
  });

  test('gives all that is known of an account', async () => {
    await open([ANN, BOB]);
    expect(await directory.find('ann@example.org')).toEqual({
      account: 'ann@example.org',
      tenant: 'acme',
      groups: ['staff', 'sales'],
      class: 'application',
      addresses: ['ann@example.org', 'sales@example.org'],
      domains: ['shop.example'],
      since: '2026-01-31T00:00:00.000Z',
      timeZone: 'Europe/Berlin',
      clientNetworks: ['192.0.2.0/24', 'country:DE'],
      source: 'directory',
    });
  });

  test('fills in the defaults of what an entry does not say', async () => {
    await open([BOB]);
    const facts = await directory.find('bob@customer.example');
    expect(facts).toEqual({ ...defaultAccountFacts(BOB.account), source: 'directory' });
  });

  test('gives an account it does not know the defaults', async () => {
    await open([BOB]);
    const facts = await directory.find('carol@example.org');
    expect(facts).toEqual(defaultAccountFacts('carol@example.org'));
    expect(heard.failures).toEqual([]);
  });

  test('answers at once when it has answered before, in any case of letters', async () => {
    await open([ANN]);
    const first = await directory.find('Ann@Example.ORG');
    expect(directory.find('ann@example.org')).toBe(first);
    expect(directory.find('ANN@EXAMPLE.ORG')).toBe(first);
  });

  test('takes up what changed without a restart', async () => {
    await open([ANN]);
    await directory.find('ann@example.org');
    await directory.find('bob@customer.example');
    harness.put([{ ...ANN, tenant: 'umbrella' }, BOB]);
    await eventually(async () => {
      clock += CACHE.ttlMs * 2;
      expect((await directory.find('ann@example.org')).tenant).toBe('umbrella');
      expect((await directory.find('bob@customer.example')).source).toBe('directory');
    });
  });

  test('keeps the last answer while it is away, and says so until it is back', async () => {
    await open([ANN]);
    const known = await directory.find('ann@example.org');
    await harness.vanish();
    await eventually(async () => {
      clock += CACHE.ttlMs * 3;
      expect(await directory.find('ann@example.org')).toEqual(known);
      expect(await directory.find('carol@example.org')).toEqual(
        defaultAccountFacts('carol@example.org'),
      );
      expect(heard.changes).toEqual(['works', 'failed']);
    });
    await harness.comeBack();
    await eventually(async () => {
      clock += CACHE.ttlMs * 3;
      expect(await directory.find('ann@example.org')).toEqual(known);
      expect(heard.changes).toEqual(['works', 'failed', 'works']);
    });
  });

  test('never takes an entry of wrong types for the truth', async () => {
    await open([ANN]);
    await directory.find('ann@example.org');
    for (const lie of [
      { ...ANN, class: 'wizard' },
      { ...ANN, addresses: ['no address'] },
      { ...ANN, client_networks: ['10.0.0.0/99'] },
      { ...ANN, since: 'yesterday' },
      { ...ANN, time_zone: 'Mars/Olympus' },
      { ...ANN, groups: Array.from({ length: 200 }, (_, index) => `g${index}`) },
    ]) {
      heard.failures.length = 0;
      harness.put([lie]);
      await eventually(async () => {
        clock += CACHE.ttlMs * 3;
        expect((await directory.find('ann@example.org')).tenant).toBe('acme');
        expect(heard.failures.length).toBeGreaterThan(0);
      });
      expect(heard.failures.join('\n')).not.toContain('ann@');
    }
    const facts = await directory.find('ann@example.org');
    expect(facts).toMatchObject({ class: 'application', groups: ['staff', 'sales'] });
  });

  test('knows the domains of the configuration and of its accounts, not those of strangers', async () => {
    await open([BOB, { ...ANN, tenant: 'tenant.example' }]);
    await directory.find('bob@customer.example');
    await directory.find('ann@example.org');
    await directory.find('mallory@gmail.example');
    const asked = ['Example.org', 'customer.EXAMPLE', 'tenant.example', 'gmail.example', ''];
    expect(asked.map((domain) => directory.isOwnDomain(domain))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    directory.useDomains(['fresh.example']);
    expect(directory.isOwnDomain('fresh.example')).toBe(true);
  });

  test('remembers a bounded number of accounts, those in use longest', async () => {
    harness.put([ANN, BOB]);
    const options = optionsFor(harness.engine);
    const cache = { ...CACHE, entries: 10 };
    directory = await openDirectory({ ...options, cache }, heard, () => clock);
    const ann = await directory.find('ann@example.org');
    for (let number = 0; number < 30; number += 1) {
      await directory.find(`stranger${number}@example.org`);
      expect(directory.find('ann@example.org')).toBe(ann);
    }
    expect(directory.stats().entries).toBe(10);
  });

  test.each([
    '',
    'x'.repeat(321),
    'a\u0000b',
    'a\nb@example.org',
    '\ud800@example.org',
    '..',
    '-v',
  ])('never hands on the login %j', async (login) => {
    await open([BOB]);
    expect((await directory.find(login)).source).toBe('default');
    expect(heard.failures).toEqual([]);
  });
});
