/** From observe to enforce, and the owner's page, in a real browser against a real daemon. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiToken } from '../../src/client/token-file.ts';
import {
  browserIsHere,
  faultsOf,
  openAt,
  openHouse,
  postJson,
  shoot,
  wasHit,
  type House,
} from './browser.ts';
import { HOSTILE_ACCOUNT, HOSTILE_LINE } from './hostile.ts';
import { wouldBeStopped } from './sample.ts';

const LONG = 180_000;
let house: House;

beforeAll(async () => {
  if (browserIsHere) house = await openHouse();
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

describe.runIf(browserIsHere)('switching on', { timeout: LONG }, () => {
  it.each([
    ['desktop', 1280],
    ['phone', 390],
  ])(
    'shows what would have been, enforces one practice, and goes back (%s)',
    async (view, width) => {
      const page = await house.page({ width });
      const client = await house.primum.client();
      await openAt(page, `${house.base}/console/#/mode`);
      const virus = page.getByRole('region', { name: 'CON-1: Viruses' });
      await virus.getByText('It would have refused').waitFor();
      await virus.getByText('Who: 1 account').click();
      expect(await virus.innerText()).toContain('Eicar-Test');
      await shoot(page, `switching-${view}-before`);
      await virus.getByRole('button', { name: 'Enforce: Viruses' }).click();
      await page.getByText('Viruses: enforce from now on.').waitFor();
      const [again] = wouldBeStopped(`${view}-`).slice(-1);
      const { verdicts } = await client.sendEvents(again === undefined ? [] : [again]);
      expect(verdicts).toMatchObject([{ verdict: 'reject', enforced: true }]);
      await virus.getByText('Set by olga').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await shoot(page, `switching-${view}-after`);
      await virus.getByRole('button', { name: 'Back to observe: Viruses' }).click();
      await page.getByText('Viruses: observe from now on.').waitFor();
      const { switches } = await client.switches();
      expect(switches.find(({ name }) => name === 'CON-1')).toMatchObject({ now: 'observe' });
      await virus.getByRole('button', { name: 'As the file says: Viruses' }).click();
      await page.getByText('Viruses: as the file says from now on.').waitFor();
    },
  );

  it('gives lists as CSV and graphs as PNG and CSV', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/today`);
    const saved = async (name: string): Promise<Buffer> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ]);
      return readFileSync(await download.path());
    };
    const png = await saved('Messages submitted as PNG');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(960);
    expect((await saved('Messages submitted as CSV')).toString()).toMatch(
      /^when \(UTC\),value,usual low,usual,usual high\r\n\d{4}-\d\d-\d\d \d\d:00,\d+,/,
    );
    const list = (await saved('What waits longest as CSV')).toString();
    expect(list).toMatch(/^Since,What,Account,Why\r\n\d{4}-\d\d-\d\dT/);
  });
});

describe.runIf(browserIsHere)("the owner's page", { timeout: LONG }, () => {
  it.each([
    ['en', 'Yes, this was me', 'We know now that it was you'],
    ['de', 'Nein, das war ich nicht', 'Wählen Sie jetzt'],
  ])('is answered by a form without script, once (%s)', async (language, button, thanks) => {
    const desk = await house.page();
    await openAt(desk, `${house.base}/console/#/account/${encodeURIComponent('ann@example.org')}`);
    await desk.getByRole('button', { name: 'Ask the owner of ann@example.org' }).first().click();
    const link = await desk.locator('pre').first().innerText();
    const page = await house.page({ as: '', language, width: 390 });
    await page.goto(link.trim());
    expect(await page.locator('script').count()).toBe(0);
    await isReadable(page, `public-${language}-you`);
    await page.getByRole('button', { name: button }).click();
    await page.getByText(thanks).waitFor();
    await isReadable(page, `public-${language}-you-answered`);
    expect(await wasHit(page)).toBe(false);
    await page.goto(link.trim());
    expect(await page.getByRole('button').count()).toBe(0);
    await isReadable(page, `public-${language}-you-again`);
    await page.goto(`${house.base}${await linkAbout(HOSTILE_ACCOUNT, HOSTILE_LINE, language)}`);
    const shown = (await page.locator('dd').allInnerTexts()).join('\n');
    for (const text of [HOSTILE_ACCOUNT, HOSTILE_LINE.slice(0, 100)]) {
      expect(shown).toContain(text);
    }
    expect(await page.locator('main img, main svg, iframe, script').count()).toBe(0);
    expect(await wasHit(page)).toBe(false);
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wide).toBeLessThanOrEqual(0);
    const lines = await (
      await house.primum.client()
    ).audit({ subject: 'ann@example.org', limit: 3 });
    expect(lines.entries.map(({ action }) => action)).toContain('owner.answer');
  });
});

/** For everybody, by day and by night. */
async function isReadable(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await faultsOf(page), `${name} ${colorScheme}`).toEqual([]);
    await shoot(page, `${name}-${colorScheme}`);
  }
}

/** Of the owner's page about a message with such a subject. */
async function linkAbout(account: string, subject: string, id: string): Promise<string> {
  const [event] = wouldBeStopped(`${id}-`);
  if (event === undefined) throw new Error('The sample has no event.');
  const sent = { ...event, account, message: { headerFrom: account, subject } };
  const { verdicts } = await (await house.primum.client()).sendEvents([sent]);
  const authorization = `Bearer ${await readApiToken(house.state)}`;
  const body = { by: 'test', account, reference: verdicts[0]?.reference ?? '' };
  const answer = await postJson(`${house.base}/api/v1/questions`, body, { authorization });
  const { path, detail } = (await answer.json()) as { path?: string; detail?: string };
  if (path === undefined) throw new Error(detail);
  return path;
}
