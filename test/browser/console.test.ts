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
import { HOSTILE, HOSTILE_ACCOUNT } from './hostile.ts';

const LONG = 180_000;
let house: House;

beforeAll(async () => {
  if (browserIsHere) house = await openHouse();
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

const PAGES = [
  ...(['today', 'review', 'incidents', 'campaigns', 'cases', 'forwards', 'mode'] as const),
  ...(['audit', 'health'] as const),
];
const VIEWS = [
  ['light', {}],
  ['dark', { dark: true }],
  ['phone', { width: 390 }],
] as const;

describe.runIf(browserIsHere)('the console', { timeout: LONG }, () => {
  it.each(VIEWS)(
    'shows every page without a serious fault of access (%s)',
    async (view, options) => {
      const page = await house.page(options);
      const said: string[] = [];
      page.on('console', (line) => line.type() === 'error' && said.push(line.text()));
      page.on('pageerror', (error) => said.push(error.message));
      const account = `account/${encodeURIComponent('ann@example.org')}`;
      for (const name of [...PAGES, account]) {
        await openAt(page, `${house.base}/console/#/${name}`);
        await shoot(page, `${view}-${name.split('/')[0] ?? ''}`);
        expect(await faultsOf(page), name).toEqual([]);
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(wide, `${name} is wider than the window`).toBeLessThanOrEqual(0);
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
    expect(text).toContain('hxxps://evil.example/login');
    expect(text).toContain('invoice.pdf.exe');
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
    await page.getByRole('button', { name: 'Done', exact: true }).first().click();
    await page.getByText('Ticked.').waitFor();
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
