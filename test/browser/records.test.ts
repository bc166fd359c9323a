/** What the records keep, as people see it: campaigns with their reach, clocks, locks, and no link to nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CampaignList } from '../../src/doors/api/schemas/types.ts';
import { browserIsHere, faultsOf, openAt, openHouse, shoot, type House } from './browser.ts';

const LONG = 240_000;
let house: House;

beforeAll(async () => {
  if (!browserIsHere) return;
  house = await openHouse();
  const client = await house.primum.client();
  await client.sendEvents(
    ['fritz', 'gina'].flatMap((name) =>
      [1, 2].map((n) => ({
        ...({ v: 1, kind: 'submission', clientAddress: '203.0.113.7' } as const),
        ...{ id: `w-${name}-${n}`, at: new Date(Date.now() - n * 60_000).toISOString() },
        ...{ account: `${name}@example.org`, envelopeSender: `${name}@example.org` },
        envelopeRecipients: [`a${n}@example.net`, `b${n}@example.net`],
        message: {
          headerFrom: `${name}@example.org`,
          derived: { version: 1, sizeBytes: 900, urlHosts: ['evil.example'] },
        },
      })),
    ),
  );
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

type Page = Awaited<ReturnType<House['page']>>;

/** Places of the console that a page leads to. */
async function linksOf(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll('main a[href^="#/"]')].map((link) => link.getAttribute('href'))`,
  );
}

describe.runIf(browserIsHere)('the records', { timeout: LONG }, () => {
  it('open one incident over a campaign, with members, reach and evidence of its own', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/campaigns`);
    const card = page.getByRole('region').filter({ hasText: 'links to evil.example' });
    await card.getByRole('button', { name: 'Open one incident over all' }).click();
    const campaign = page.getByRole('region', { name: 'The campaign' });
    await campaign.getByText('links to evil.example').waitFor();
    await campaign.getByText('4 messages to 8 recipients').first().waitFor();
    expect(await campaign.getByRole('row').count()).toBe(4);
    await campaign.getByRole('link', { name: 'fritz@example.org' }).waitFor();
    await page.getByText('0 of 4 messages were stopped; 0 of 3 accounts are locked.').waitFor();
    await page.getByText('the like of 3 accounts').waitFor();
    const { hash } = new URL(page.url());
    for (const [view, options] of [
      ['light', {}],
      ['dark', { dark: true }],
      ['phone', { width: 390 }],
    ] as const) {
      const seen = await house.page(options);
      await openAt(seen, `${house.base}/console/${hash}`);
      await shoot(seen, `${view}-incident-campaign`);
      expect(await faultsOf(seen)).toEqual([]);
      const wide = await seen.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wide).toBeLessThanOrEqual(0);
    }
    await openAt(page, `${house.base}/console/#/campaigns`);
    await page.getByText('is open.').first().waitFor();
    // Counted from the journal after the first look.
    await page.getByText('Left before it was stopped').first().waitFor({ timeout: 90_000 });
    const over = page.getByRole('link', { name: 'The incident over all of them' });
    expect(await over.getAttribute('href')).toBe(hash);
    const part = page.getByRole('link', { name: 'An incident over 3 of them' });
    expect(await part.getAttribute('href')).toBe(hash);
    await shoot(page, 'light-campaigns-open');
  }, 180_000);

  it('keep the clocks of what is closed, in the page and in the list (FBK-6)', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/incidents`);
    await page.getByRole('button', { name: 'closed' }).click();
    const row = page.getByRole('row').filter({ hasText: 'emil@example.org' });
    await row
      .locator('td[data-name="First action"]')
      .getByText(/^(after \d|at once)/)
      .waitFor();
    await row
      .locator('td[data-name="Closed"]')
      .getByText(/^(after \d|at once)/)
      .waitFor();
    await shoot(page, 'light-incidents-closed');
    await row.getByRole('link').nth(1).click();
    await page
      .getByText(/first action (after \d+ \w+|at once), closed (after \d+ \w+|at once)/)
      .waitFor();
  });

  it('name who is locked and what lifts it, and whom a list keeps out', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/today`);
    await page.getByRole('link', { name: /locked account/ }).click();
    const row = page.getByRole('row').filter({ hasText: 'dora@example.org' });
    await row.getByText('The password is stolen.').waitFor();
    await page.getByText('203.0.113.0/24').waitFor();
    await row.getByRole('link', { name: 'Incident' }).click();
    await page.getByRole('heading', { name: 'Incident', exact: true }).waitFor();
  });

  it('leave as CSV as the audit log is narrowed', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/audit`);
    await page.getByRole('link', { name: 'All as CSV' }).waitFor();
    await page.getByLabel('About (an account or an id, whole)').fill('dora@example.org');
    await page.getByRole('button', { name: 'Show' }).click();
    const link = page.getByRole('link', { name: 'All about dora@example.org as CSV' });
    const href = (await link.getAttribute('href')) ?? '';
    const [, ...rows] = (await (await page.request.get(new URL(href, house.base).href)).text())
      .trim()
      .split('\r\n');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toContain('dora@example.org');
  });

  it('say why a recipient is not written to again, and end that (SND-13)', async () => {
    const client = await house.primum.client();
    const at = new Date().toISOString();
    const sent = { mta: 'mx1', queueId: '4Sup1', clientAddress: '192.0.2.7' };
    const recipient = 'gone@example.net';
    await client.sendEvents([
      {
        ...({ v: 1, kind: 'submission', id: 'sup-1', at } as const),
        ...{ ...sent, account: 'gina@example.org', envelopeSender: 'gina@example.org' },
        envelopeRecipients: [recipient],
      },
      {
        ...({ v: 1, kind: 'delivery', id: 'sup-2', at } as const),
        ...{ mta: 'mx1', queueId: '4Sup1', recipient, result: 'bounced' },
        ...{ status: '5.1.1', replyCode: 550, reply: '550 5.1.1 User unknown' },
      },
    ]);
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/locks`);
    await page.getByLabel('Address of the recipient').fill(recipient);
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('It does not exist').waitFor();
    await page.getByLabel('Write to it again, because').fill('It was made anew.');
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByText(`${recipient} may be written to again.`).waitFor();
    await page.getByText(`Nothing is remembered of ${recipient}.`).waitFor();
    const { entries } = await client.audit({ subject: recipient, limit: 5 });
    expect(entries).toMatchObject([{ action: 'suppression.end', by: 'olga' }]);
    await shoot(page, 'light-suppression');
    expect(await faultsOf(page)).toEqual([]);
  });

  it('lead nowhere where there is nothing', async () => {
    const page = await house.page();
    const seen = new Set<string>();
    const waiting = [
      ...['today', 'review', 'incidents', 'campaigns', 'cases', 'forwards', 'locks', 'mode'],
      ...['practices', 'audit', 'health'],
    ].map((name) => `#/${name}`);
    const nothing: string[] = [];
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
      if (seen.has(place)) continue;
      seen.add(place);
      await openAt(page, `${house.base}/console/${place}`);
      const alerts = await page.locator('main [role="alert"]').allInnerTexts();
      if (alerts.length > 0) nothing.push(`${place}: ${alerts.join(' ')}`);
      waiting.push(...(await linksOf(page)));
    }
    expect(seen.size).toBeGreaterThan(20);
    expect(nothing).toEqual([]);
  });

  it('say why there is nothing, to whoever comes with an old address', async () => {
    const page = await house.page();
    for (const [place, words] of [
      ['account/nobody%40example.org', 'it never logged in or sent here, or so long ago'],
      ['incidents/i00000000000000000', 'None is ever deleted: check its letters.'],
      ['cases/c00000000000000000', 'None is ever deleted: check its letters.'],
    ] as const) {
      await openAt(page, `${house.base}/console/#/${place}`);
      await page.getByText(words).first().waitFor();
    }
  });

  it('close a campaign with the incidents of its accounts, and say how many (FBK-6)', async () => {
    const page = await house.page();
    const client = await house.primum.client();
    const { incidents } = await client.incidents({ state: 'open' });
    const over = incidents.find(({ account, accounts }) => account === '' && accounts.length > 1);
    const members = incidents.filter(({ campaign }) => campaign === over?.id);
    expect(members.length).toBeGreaterThan(1);
    await openAt(page, `${house.base}/console/#/incidents/${over?.id ?? ''}`);
    const box = page.getByRole('checkbox', { name: /Close the open incidents of its accounts/ });
    expect(await box.isChecked()).toBe(true);
    await page.getByLabel('Cause: how it came to this').fill('One phished list.');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page
      .getByText(`Closed, and with it ${members.length} incidents of its accounts.`)
      .waitFor();
    for (const { id } of members) {
      expect(await client.incident(id)).toMatchObject({ state: 'closed', verdict: 'true' });
    }
  });

  it('offer the unlock where an incident is closed, and ask about a lock that none is left of (ACC-12)', async () => {
    const page = await house.page();
    const client = await house.primum.client();
    const account = 'dora@example.org';
    const lock = (await client.locks()).locks.find((one) => one.account === account);
    for (const { id } of (await client.incidents({ account, state: 'open' })).incidents) {
      await openAt(page, `${house.base}/console/#/incidents/${id}`);
      await page.getByText('Closing unlocks nobody.').waitFor();
      await page.getByLabel(/Unlock although nobody has ticked: the password/).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await shoot(page, 'light-incident-to-close');
      await page.getByLabel('Cause: how it came to this').fill('Phished on Friday.');
      await page.getByRole('button', { name: 'Close', exact: true }).click();
      await page.getByText(`Closed. Still locked: ${account}.`).waitFor();
    }
    await openAt(page, `${house.base}/console/#/today`);
    const row = page.getByRole('row').filter({ hasText: account });
    await row.getByRole('link', { name: 'lock without incident' }).waitFor();
    await openAt(page, `${house.base}/console/#/incidents/${lock?.incident ?? ''}`);
    await page.getByLabel(/Unlock although nobody has ticked/).check();
    await page.getByLabel(`Unlock ${account}, because`).fill('She sits beside me.');
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByText('It may send again.').waitFor();
    expect((await client.locks()).locks.map((one) => one.account)).not.toContain(account);
  });

  it('name a few accounts of a campaign, and open one incident over all that it has', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/campaigns`);
    const card = page.getByRole('region').filter({ hasText: '203.0.113.7' });
    const { campaigns } = (await (
      await page.request.get(`${house.base}/api/v1/campaigns`)
    ).json()) as CampaignList;
    const [many] = campaigns;
    const [listed, all] = [many?.accounts.length ?? 0, many?.accountCount ?? 0];
    expect([listed, all]).toEqual([5, 6]);
    await card.getByText('and 1 more').waitFor();
    await card.getByText('6 incidents').click();
    await card.getByRole('row').nth(all).waitFor();
    expect(await card.getByRole('row').count()).toBe(all + 1);
    await shoot(page, 'light-campaigns-many');
    await card.getByRole('button', { name: 'Open one incident over all' }).click();
    await page.getByRole('region', { name: 'The campaign' }).waitFor();
    const client = await house.primum.client();
    const { id } = /\/(?<id>[^/]+)$/.exec(new URL(page.url()).hash)?.groups ?? {};
    expect(await client.incident(id ?? '')).toMatchObject({
      accountCount: all,
      summary: 'Campaign over 6 accounts: sent from 203.0.113.7',
    });
  });
});
