/** The console in a real browser against a real daemon: every page, light, dark and on a phone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../peers/run.ts';
import {
  browserIsHere,
  faultsOf,
  openAt,
  openHouse,
  shoot,
  wasHit,
  type House,
} from './browser.ts';
import { HOSTILE, HOSTILE_ACCOUNT, TURNED } from './hostile.ts';

const LONG = 180_000;
/** No gap in it where it could be broken. */
const LONG_NAME = `${'x'.repeat(240)}@example.org`;
let house: House;

beforeAll(async () => {
  if (!browserIsHere) return;
  house = await openHouse();
  await (
    await house.primum.client()
  ).sendEvents([
    {
      ...{ v: 1, kind: 'login', id: 'long', at: new Date().toISOString(), account: LONG_NAME },
      ...{ service: 'imap', clientAddress: '192.0.2.9', ok: true },
    },
  ]);
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

const PAGES = [
  ...(['today', 'review', 'incidents', 'campaigns', 'cases', 'forwards', 'mode'] as const),
  ...(['locks', 'practices', 'audit', 'health', 'nowhere'] as const),
];
const VIEWS = [
  ['light', {}],
  ['dark', { dark: true }],
  ['phone', { width: 390 }],
] as const;

const LISTS = [
  'incidents',
  'campaigns',
  'cases',
  'forwards',
  'locks',
  'mode',
  'practices',
  'audit',
] as const;

describe.runIf(browserIsHere)('the console', { timeout: LONG }, () => {
  it.each(VIEWS)(
    'shows every page without a serious fault of access (%s)',
    async (view, options) => {
      const page = await house.page(options);
      const said: string[] = [];
      page.on('console', (line) => line.type() === 'error' && said.push(line.text()));
      page.on('pageerror', (error) => said.push(error.message));
      const accounts = ['ann@example.org', HOSTILE_ACCOUNT, LONG_NAME].map(
        (name) => `account/${encodeURIComponent(name)}`,
      );
      for (const name of [...PAGES, ...accounts]) {
        await openAt(page, `${house.base}/console/#/${name}`);
        await shoot(page, `${view}-${name.slice(0, 12).replaceAll(/\W+/g, '-')}`);
        expect(await faultsOf(page), name).toEqual([]);
        for (const width of view === 'light' ? [768, 1024, 1280] : [page.viewportSize()?.width]) {
          await page.setViewportSize({ width: width ?? 0, height: 900 });
          const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect(wide, `${name} is wider than a window of ${width}`).toBeLessThanOrEqual(0);
        }
      }
      expect(said).toEqual([]);
    },
  );

  it('shows what strangers wrote as text, in every field', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/incidents`);
    const incidents = await hrefs(page, 'a[href^="#/incidents/i"]');
    await openAt(page, `${house.base}/console/#/cases`);
    const cases = await hrefs(page, 'a[href^="#/cases/c"]');
    await openAt(page, `${house.base}/console/#/review`);
    const holds = await house.primum.client().then((client) => client.holds({ state: 'open' }));
    const places = [
      ...['#/today', '#/audit', '#/campaigns', '#/forwards', '#/mode', ...incidents, ...cases],
      ...holds.holds.map(({ id }) => `#/review/${id}`),
      ...holds.holds.map(({ reference }) => `#/decision/${reference}`),
      `#/account/${encodeURIComponent(HOSTILE_ACCOUNT)}`,
    ];
    let text = '';
    for (const place of places) {
      await openAt(page, `${house.base}/console/${place}`);
      for (const details of await page.locator('details').all()) await details.click();
      expect(await wasHit(page), place).toBe(false);
      expect(await page.locator('iframe, main img, main svg[onload], main script').count()).toBe(0);
      text += await page.innerText('main');
    }
    for (const hostile of HOSTILE) {
      expect(text.replaceAll('hxxp', 'http')).toContain(hostile);
    }
    expect(text).toContain(HOSTILE_ACCOUNT);
    expect(text).toContain(TURNED.replace('\u202e', '\\u{202E}'));
    expect(text).not.toContain('\u202e');
    expect(text).toContain('hxxps://evil.example/login');
    expect(text).toContain('invoice.pdf.exe');
  });

  it('breaks no usual address in a table, and offers each list as CSV', async () => {
    const page = await house.page();
    const links = new Set<string>();
    for (const place of ['today', 'review', ...LISTS]) {
      await openAt(page, `${house.base}/console/#/${place}`);
      const broken = await page.evaluate<number>(
        `[...document.querySelectorAll('td a.account')].filter((link) =>
          /^[a-z]+@example\\.org$/.test(link.textContent) && new Set([...link.getClientRects()].map(({ top }) => Math.round(top))).size > 1).length`,
      );
      expect(broken, place).toBe(0);
      for (const href of await hrefs(page, 'a[href^="/api/v1/export/"]')) links.add(href);
    }
    expect([...links].map((href) => href.replace(/.*\//, '')).sort()).toEqual([
      ...['audit.csv', 'campaigns.csv', 'cases.csv', 'clocks.csv', 'figures.csv'],
      ...['forwards.csv', 'holds.csv', 'incidents.csv', 'lists.csv', 'locks.csv'],
      ...['practices.csv', 'switches.csv'],
    ]);
    for (const href of links) {
      const answer = await page.request.get(`${house.base}${href}`);
      expect(answer.headers()['content-type'], href).toContain('text/csv');
      expect((await answer.text()).split('\r\n').length, href).toBeGreaterThan(2);
    }
  });

  it('asks this host alone, for at most 150 kB before the first page stands', async () => {
    const page = await house.page();
    let bytes = 0;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    const sizes: Promise<void>[] = [];
    page.on('requestfinished', (request) => {
      if (!new URL(request.url()).pathname.startsWith('/console/')) return;
      sizes.push(
        request.sizes().then(({ responseBodySize }) => {
          bytes += responseBodySize;
        }),
      );
    });
    await openAt(page, `${house.base}/console/`);
    await Promise.all(sizes);
    expect(new Set(asked)).toEqual(new Set([house.base]));
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(150_000);
  });

  it('shows a reader nothing that he would be refused', async () => {
    const page = await house.page({ as: 'rita' });
    const changes =
      /^(Release|Return|Was the owner|Lock|Unlock|Ask the owner|Trust|Not the owner|Take it|Note|Join|Close|Attach|Done|Answer|Switch|Enforce|Observe|Open one incident|Open it)/;
    const client = await house.primum.client();
    const [incident] = (await client.incidents({ account: 'dora@example.org' })).incidents;
    const account = (name: string): string => `account/${encodeURIComponent(name)}`;
    const places = ['review', ...LISTS, `incidents/${incident?.id ?? ''}`];
    await openAt(page, `${house.base}/console/#/cases`);
    const [aCase = ''] = await hrefs(page, 'a[href^="#/cases/c"]');
    places.push(aCase.slice(2), account('ann@example.org'), account('dora@example.org'));
    for (const place of places) {
      await openAt(page, `${house.base}/console/#/${place}`);
      expect(await page.getByRole('button', { name: changes }).allInnerTexts(), place).toEqual([]);
    }
    await openAt(page, `${house.base}/console/#/review`);
    await page.getByText('Readers look; a reviewer decides.').waitFor();
  });

  it('says so where nobody knows the account or the group, and how far back it could look', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/forwards`);
    await page.getByLabel('Account', { exact: true }).fill('ghost@example.org');
    await page.getByLabel('Because').fill('Told by telephone.');
    await page.getByRole('button', { name: 'Switch off', exact: true }).click();
    const doubt = page.getByText('no account of this name was ever seen here: check its spelling.');
    await doubt.waitFor();
    await openAt(page, `${house.base}/console/#/account/${encodeURIComponent('gost@example.org')}`);
    await page.getByLabel('Lock, because').fill('Told by telephone.');
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await doubt.waitFor();
    const since = '2026-11-28T12:00:00.000Z';
    await page.route('**/api/v1/foresight?*', (route) =>
      route.fulfill({ json: { since, isCut: true, practices: [] } }),
    );
    await openAt(page, `${house.base}/console/#/mode`);
    await page.getByText(/The journal is long: looked back to .+ only\./).waitFor();
    await page.getByLabel('A group that is to be only watched').fill('studnets');
    await page.getByRole('button', { name: 'Observe', exact: true }).click();
    await page.getByText('whether there is a group studnets').waitFor();
    await page.getByLabel('A group that is to be only watched').fill('studnets');
    await page.getByLabel('though no account is known to be in it').check();
    await page.getByRole('button', { name: 'Observe', exact: true }).click();
    await page.getByText('group studnets: observe from now on.').waitFor();
  });

  it('says on Practices what changed since it was well', async () => {
    const page = await house.page();
    const drift = { was: 'It refused all.', wasAt: '2026-11-27T09:30:00.000Z', is: 'It relays.' };
    const finding = { target: 'mx1.example.org', state: 'fail', evidence: ['It relays.'], drift };
    const practice = { id: 'OWN-4', title: 'No relay', state: 'checked', result: 'fail' };
    await page.route('**/api/v1/practices', (route) =>
      route.fulfill({
        json: { at: drift.wasAt, practices: [{ ...practice, findings: [finding] }] },
      }),
    );
    await openAt(page, `${house.base}/console/#/practices`);
    await page.getByText(/Last well .+: It refused all\. Changed since: It relays\./).waitFor();
  });

  it('locks from the review, ticks the checklist, unlocks, and closes with a finding (FBK-6)', async () => {
    const page = await house.page();
    const client = await house.primum.client();
    const { incidents } = await client.incidents({ account: 'dora@example.org' });
    const { locks } = await client.locks();
    const lock = locks.find(({ account }) => account === 'dora@example.org');
    expect(incidents.map(({ id }) => id)).toContain(lock?.incident);
    await openAt(page, `${house.base}/console/#/incidents/${lock?.incident ?? ''}`);
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByText('It is yours now.').waitFor();
    await page.getByRole('button', { name: 'Done, and unlock' }).click();
    await page.getByText('Ticked, and dora@example.org is unlocked.').waitFor();
    await page.getByLabel('What it was').selectOption('true');
    await page.getByLabel('Cause: how it came to this').fill('Phished on Friday.');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByText('Closed.', { exact: true }).waitFor();
    const closed = await client.incident(lock?.incident ?? '');
    expect(closed).toMatchObject({ state: 'closed', verdict: 'true', owner: 'olga' });
    expect(closed.firstActionAt).toBeDefined();
  });

  it('follows live: a lock made elsewhere appears without reading the page again', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/account/${encodeURIComponent('bob@example.org')}`);
    await page
      .getByText('free', { exact: true })
      .waitFor()
      .catch(() => undefined);
    const client = await house.primum.client();
    await client.lock('bob@example.org', { by: 'shell', why: 'Told by telephone.' });
    await page.getByText('Told by telephone.').first().waitFor();
  });

  it('sends who is not logged in to the door, and back out again', async () => {
    const page = await house.page({ as: '' });
    await openAt(page, `${house.base}/console/`);
    await shoot(page, 'light-login');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel('Name').fill('olga');
    await page.getByLabel('Password').fill('wrong password here');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The name or the password is not right.').waitFor();
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await until('the end of the session', async () => {
      return (await page.context().cookies()).length === 0;
    });
  });
});

async function hrefs(
  page: Awaited<ReturnType<House['page']>>,
  selector: string,
): Promise<string[]> {
  return Promise.all(
    (await page.locator(selector).all()).map(
      async (link) => (await link.getAttribute('href')) ?? '',
    ),
  );
}
