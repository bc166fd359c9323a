/**
 * The scorecard of a house with two mail servers, looked at for real, as the page that people see. With
 * PRIMUM_PICTURES=1 it is kept as the picture of the README.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { audit } from '../../src/daemon/audit.ts';
import { htmlReport } from '../../src/practices/html-report.ts';
import { browserIsHere } from '../browser/browser.ts';
import { mailServersAreHere } from './available.ts';
import { startHouse, type House } from './house.ts';
import { startHouseDns, type HouseDns } from './house-dns.ts';
import { LISTS, ZONES } from './house-zones.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAX_BYTES = 200_000;
const authorities = getCACertificates('default');

/** One list, which says what a real one does. */
const SAMPLE_LISTS = {
  ...LISTS,
  lists: LISTS.lists.slice(0, 1).map((list) => ({
    ...list,
    name: 'Sample list',
    delist: [
      'End the cause: look at the accounts of the incident that this listing opened.',
      'Look the address up at https://list.example/ and ask for removal there.',
    ],
  })),
};

describe.runIf(mailServersAreHere && browserIsHere)('the scorecard as a page', () => {
  let folder: string;
  let house: House;
  let dns: HouseDns;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'primum-scorecard-'));
    await writeFile(join(folder, 'lists.json'), JSON.stringify(SAMPLE_LISTS));
    house = await startHouse(['house.test']);
    dns = await startHouseDns(ZONES);
    setDefaultCACertificates([...authorities, house.certificate]);
  }, 60_000);

  afterAll(async () => {
    setDefaultCACertificates(authorities);
    await house.stop();
    await dns.stop();
    await rm(folder, { recursive: true });
  });

  async function page(): Promise<string> {
    const configFile = join(folder, 'primum.yaml');
    const host = (address: string) => ({
      ...{ name: 'mx1.house.test', addresses: [address], smtp_port: house.port },
    });
    const watch = {
      hosts: [{ ...host('127.0.0.1'), addresses: ['127.0.0.1', '127.0.0.13'] }],
      domains: ['house.test'],
      networks: ['127.0.0.2/32'],
      dkim_selectors: ['s1'],
      listings: { catalogue: join(folder, 'lists.json') },
      relay: { source_addresses: ['127.0.0.9'] },
      dns: { servers: [dns.resolver], authority_port: dns.authorityPort, timeout: '2s' },
    };
    const doors = { policy: { inbound_contexts: ['mx'] } };
    const settings = { state: folder, policy: { mode: 'enforce' }, doors, watch };
    await writeFile(configFile, stringify(settings));
    const only =
      'OWN-1,OWN-2,OWN-3,OWN-4,OWN-5,OWN-7,OWN-8,OWN-10,OWN-11,SND-15,FBK-4,ACC-*,CON-*,INB-*';
    const banner = { smtpd_banner: '$myhostname ESMTP $mail_name (Debian/GNU)' };
    const { report } = await house.withSettings(banner, () => audit({ configFile, only }));
    const failing = report.practices.filter(({ result }) => result === 'fail').map(({ id }) => id);
    expect(failing.sort()).toEqual(['OWN-1', 'OWN-7']);
    return htmlReport(report);
  }

  it('says first what needs doing, fits a narrow screen, and is small as a picture', async () => {
    const text = await page();
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    try {
      const view = await browser.newPage({ colorScheme: 'light' });
      await view.setContent(text);
      for (const width of [360, 1000]) {
        await view.setViewportSize({ width, height: 1000 });
        const spill = await view.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(spill, `at ${width} pixels`).toBe(0);
      }
      const kept = process.env['PRIMUM_PICTURES'] === '1';
      const shots = join(ROOT, kept ? 'docs/pictures' : 'var/screenshots');
      await mkdir(shots, { recursive: true });
      const path = join(shots, 'scorecard.png');
      await view.screenshot({ path, clip: { x: 0, y: 0, width: 1000, height: 1000 } });
      expect((await stat(path)).size).toBeLessThan(MAX_BYTES);
    } finally {
      await browser.close();
    }
  }, 60_000);
});
