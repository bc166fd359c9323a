/** What somebody sees who opens the console for the first time, and reads every word of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  browserIsHere,
  faultsOf,
  openAt,
  openHouse,
  shoot,
  wasHit,
  type House,
} from './browser.ts';
import { CODED_SUBJECT } from './sample.ts';

const LONG = 180_000;
let house: House;

beforeAll(async () => {
  if (browserIsHere) house = await openHouse();
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

const VIEWS = [
  ['light', {}],
  ['dark', { dark: true }],
  ['phone', { width: 375 }],
] as const;

describe.runIf(browserIsHere)('at first sight', { timeout: LONG }, () => {
  it.each(VIEWS)(
    'a held message has its subject and From as people read them (%s)',
    async (...at) => {
      const [view, options] = at;
      const client = await house.primum.client();
      const { holds } = await client.holds({ account: 'bob@example.org' });
      const page = await house.page(options);
      await openAt(page, `${house.base}/console/#/review/${holds[0]?.id ?? ''}`);
      const message = page.getByRole('region', { name: 'The message' });
      await message.getByText(CODED_SUBJECT, { exact: true }).waitFor();
      await message.getByText('Böb <bob@example.org>', { exact: true }).waitFor();
      expect(await wasHit(page)).toBe(false);
      expect(await faultsOf(page)).toEqual([]);
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wide).toBeLessThanOrEqual(0);
      await shoot(page, `first-sight-review-${view}`);
    },
  );

  it('headings go down by one, with a checklist too, on an account and on its incident', async () => {
    const client = await house.primum.client();
    const { locks } = await client.locks();
    const lock = locks.find(({ account }) => account === 'dora@example.org');
    const page = await house.page();
    for (const place of ['account/dora%40example.org', `incidents/${lock?.incident ?? ''}`]) {
      await openAt(page, `${house.base}/console/#/${place}`);
      await page.getByRole('heading', { name: 'Before an unlock' }).waitFor();
      expect(await faultsOf(page), place).toEqual([]);
    }
  });

  it('an incident that is not there is told, and nothing else', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/incidents/nope`);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('heading').allInnerTexts()).toEqual(['Incident']);
    expect(await page.innerText('main')).not.toMatch(/Nobody outside|shares a trait/);
  });

  it('Today says how much of what waits it shows, and where the rest is', async () => {
    const page = await house.page();
    await page.route('**/api/v1/overview', async (route) => {
      const response = await route.fetch();
      const overview = (await response.json()) as { oldest: object[] };
      const oldest = Array.from({ length: 12 }, () => overview.oldest[0]);
      const open = { holds: 8, incidents: 13, cases: 0, locks: 0, lonelyLocks: 0 };
      await route.fulfill({ response, json: { ...overview, open, oldest } });
    });
    await openAt(page, `${house.base}/console/#/today`);
    const rest = page.getByText('12 of 21. All of them: 8 held messages, 13 open incidents.');
    await rest.waitFor();
    const links: (string | null)[] = [];
    for (const link of await rest.getByRole('link').all())
      links.push(await link.getAttribute('href'));
    expect(links).toEqual(['#/review', '#/incidents']);
    await shoot(page, 'first-sight-today');
  });

  it('of incidents like it the closed ones come first with their finding (FBK-7)', async () => {
    const client = await house.primum.client();
    const [open] = (await client.incidents({ account: 'gina@example.org' })).incidents;
    const [closed] = (await client.incidents({ account: 'emil@example.org' })).incidents;
    const page = await house.page();
    await page.route('**/similar', (route) =>
      route.fulfill({
        json: { similar: [open, closed].map((incident) => ({ incident, shared: ['asn:64500'] })) },
      }),
    );
    await openAt(page, `${house.base}/console/#/incidents/${open?.id ?? ''}`);
    const rows = page
      .getByRole('table', { name: 'Similar incidents' })
      .locator('td[data-name=Ended]');
    await rows.first().waitFor();
    expect(await rows.allInnerTexts()).toEqual(['false alarm', 'open now']);
  });
});
