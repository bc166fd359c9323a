/** The public pages in a real browser, from the report to the answer (FBK-5). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserIsHere, faultsOf, openHouse, shoot, wasHit, type House } from './browser.ts';
import { HOSTILE_LINE } from './hostile.ts';

const LONG = 180_000;
let house: House;

beforeAll(async () => {
  if (browserIsHere) house = await openHouse();
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

describe.runIf(browserIsHere)('the public pages', { timeout: LONG }, () => {
  it.each([
    ['en', { width: 1280, dark: false }],
    ['en', { width: 390, dark: true }],
    ['de', { width: 1280, dark: true }],
    ['de', { width: 390, dark: false }],
  ])('have no script and no serious fault of access (%s, %o)', async (language, options) => {
    const page = await house.page({ as: '', language, ...options });
    for (const path of ['report', 'case', 'mail', 'policy', 'reprot', 'case?reference=NOTHERE1']) {
      await page.goto(`${house.base}/${path}`);
      expect(await page.locator('html').getAttribute('lang')).toBe(language);
      expect(await page.locator('script').count()).toBe(0);
      await shoot(
        page,
        `public-${language}-${options.width}${options.dark ? '-dark' : ''}-${path.replace(/\W.*/, '')}`,
      );
      expect(await faultsOf(page), path).toEqual([]);
      for (const width of [390, 768, 1024]) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(wide, `${path} at ${width}`).toBeLessThanOrEqual(0);
      }
      await page.setViewportSize({ width: options.width, height: 900 });
    }
  });

  it('take a report from anybody, make it a case, and show the answer by its reference (FBK-5)', async () => {
    const page = await house.page({ as: '' });
    await page.goto(`${house.base}/report`);
    await page.selectOption('#category', 'phishing');
    await page.fill('#subject', HOSTILE_LINE.slice(0, 200));
    await page.fill('#text', HOSTILE_LINE);
    await page.fill('#evidence', `Received: x\n${HOSTILE_LINE}`);
    await page.fill('#reporter', 'tom@example.net');
    await page.getByRole('button', { name: 'Send the report' }).click();
    const reference = await page.locator('.reference').innerText();
    expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    const desk = await house.page();
    await desk.goto(`${house.base}/console/#/cases`);
    await desk.getByText(reference).click();
    await desk
      .getByRole('button', { name: /^Thank you for your report\. We have stopped/ })
      .click();
    await desk.getByRole('button', { name: 'Answer', exact: true }).click();
    await desk.getByText('Answered.', { exact: true }).waitFor();
    expect(await wasHit(desk)).toBe(false);
    expect(await desk.innerText('main')).toContain(HOSTILE_LINE.slice(0, 200));
    await page.locator('.reference').click();
    await page.getByText('We have stopped the account').waitFor();
    await page.getByText('Somebody is working on your report.').waitFor();
    expect(await wasHit(page)).toBe(false);
  });

  it('answer about a message without a word more than the reason and what to do', async () => {
    const page = await house.page({ as: '' });
    await page.goto(`${house.base}/mail?reference=${encodeURIComponent('"><script>')}`);
    expect(await page.locator('script').count()).toBe(0);
    await page.goto(`${house.base}/mail?reference=NOTHERE1`);
    await page.getByText('There is no decision with this reference.').waitFor();
  });
});
