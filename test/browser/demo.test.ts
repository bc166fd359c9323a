/** `npm run demo` with its console: what a newcomer sees; the pictures of README.md are made of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../peers/run.ts';
import { browserIsHere, CHROMIUM_OPTIONS, faultsOf, openAt, PASSWORD, picture } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');
const LONG = 240_000;
const MAX_PICTURE_BYTES = 200_000;

let demo: ChildProcess;
let browser: Browser;
let link = '';
let said = '';

beforeAll(async () => {
  if (!browserIsHere) return;
  demo = spawn(process.execPath, ['tools/demo.ts', '--console'], { cwd: ROOT });
  demo.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  link = await until('the link', () => /http:\/\/\S+welcome\/\S+/.exec(said)?.[0], LONG);
  browser = await chromium.launch(CHROMIUM_OPTIONS);
}, LONG);
afterAll(async () => {
  if (!browserIsHere) return;
  await browser.close();
  demo.kill('SIGINT');
  const [code] = (await once(demo, 'close')) as [number | null];
  expect(code).toBe(0);
}, LONG);

describe.runIf(browserIsHere)('the demonstration', { timeout: LONG }, () => {
  it('lets its first user in by the link, once, and shows what happened', async () => {
    const base = new URL(link).origin;
    const page = await enter();
    const take = async (name: string, place: string, waitFor: string): Promise<void> => {
      await openAt(page, `${base}/console/#/${place}`);
      await page.getByText(waitFor).first().waitFor();
      expect(await picture(page, name), name).toBeLessThan(MAX_PICTURE_BYTES);
    };
    await take('today', 'today', 'Messages submitted');
    await take('review', 'review', 'What is usual for it');
    await take('account', `account/${encodeURIComponent('hugo@example.org')}`, 'Limits in force');
    await take('campaigns', 'campaigns', 'accounts');
    await page
      .getByText(/[1-9]\d* messages? to [1-9]\d* recipients/)
      .first()
      .waitFor();
    await leadsToTheDecision(page, base);
    await take('mode', 'mode', 'One practice after the other');
    await page.setViewportSize({ width: 390, height: 844 });
    await take('phone-review', 'review', 'What is usual for it');
    await isNeverTooWide(page, base);
    await releases(page, base);
    await showsItsHealth(page, base);
    const other = await browser.newPage();
    await other.goto(link);
    await other.getByText(/link/i).first().waitFor();
    expect(await other.getByLabel('Password').count()).toBe(0);
  });

  /** From the history, and from a reference that a client was told. */
  async function leadsToTheDecision(page: Page, base: string): Promise<void> {
    await openAt(page, `${base}/console/#/account/hugo%40example.org`);
    const link = page.locator('a[href^="#/decision/"]').first();
    const reference = await link.innerText();
    await link.click();
    const heading = page.getByRole('heading', { name: `Decision ${reference}` });
    await heading.waitFor();
    const reasons = page.getByRole('table', { name: 'Reasons' });
    await reasons
      .getByText(/\w+ \w+/)
      .first()
      .waitFor();
    await openAt(page, `${base}/console/#/today`);
    const box = page.getByRole('combobox', { name: 'Go to an account or a reference' });
    await box.fill(reference.toLowerCase());
    await box.press('Enter');
    await heading.waitFor();
  }

  /** The message is read, let go with a key, and arrives at the played mail server. */
  async function releases(page: Page, base: string): Promise<void> {
    await openAt(page, `${base}/console/#/review`);
    const message = page.getByRole('region', { name: 'The message' });
    await message.getByText('Attachments: form.pdf.zip').waitFor();
    await message.getByText('hxxp://parcel-service.targets.example').first().waitFor();
    expect(await message.innerText()).not.toContain('http://');
    await message.getByText('Headers').click();
    await message.getByText('Subject: Your parcel could not be delivered').waitFor();
    // The console leaves a minute to take it back; here it is over at once.
    await page.route('**/decision', async (route) => {
      const asked = route.request().postDataJSON() as object;
      await route.continue({ postData: JSON.stringify({ ...asked, undoSeconds: 0 }) });
    });
    for (const [key, told, delivered] of [
      [
        'r',
        'It is released.',
        /delivers \w+, the message of hugo@example\.org, to \S+@slow\.example\./,
      ],
      ['t', 'It goes back to its sender.', /delivers \w+, a notification, to hugo@example\.org\./],
      ['r', 'It is released.', /delivers \w+, the message of lena@example\.org,/],
    ] as const) {
      await page.getByRole('button', { name: /^Release/, disabled: false }).waitFor();
      await page.keyboard.press(key);
      await page.getByText(told).waitFor();
      await until('the played mail server to deliver it', () => delivered.test(said), LONG);
    }
    await openAt(page, `${base}/console/#/account/lena%40example.org`);
    const line = page.getByRole('table', { name: 'Time line' });
    await line.getByText('olga let a held message go: Reviewed: nothing wrong with it.').waitFor();
    await line
      .getByText(/^Delivered to friend-of-lena-example\.org/)
      .first()
      .waitFor();
  }

  async function showsItsHealth(page: Page, base: string): Promise<void> {
    await openAt(page, `${base}/console/#/health`);
    const rows = async (name: string): Promise<string> =>
      (await page.getByRole('table', { name, exact: true }).innerText()).replaceAll(/\s+/g, ' ');
    expect(await rows('Doors')).toMatch(/policy 127\.0\.0\.1:\d+ \d+ (?:h|min|s) ago/);
    expect(await rows('Engines')).toMatch(/records .* works .*file .* works .*clamd .* works/);
    expect(await rows('Agents')).toMatch(/mx1\.example\.org \d+ s ago 0 messages/);
  }

  /** With accounts, incidents and tables as a platform has them. */
  async function isNeverTooWide(page: Page, base: string): Promise<void> {
    await openAt(page, `${base}/console/#/incidents`);
    const incident = await page.locator('a[href^="#/incidents/i"]').first().getAttribute('href');
    const places = ['today', 'review', 'account/hugo%40example.org', (incident ?? '').slice(2)];
    for (const place of [...places, 'campaigns', 'mode', 'practices', 'audit', 'health']) {
      await openAt(page, `${base}/console/#/${place}`);
      for (const width of [390, 768, 1024, 1280]) {
        await page.setViewportSize({ width, height: 844 });
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(wide, `${place} at ${width}`).toBeLessThanOrEqual(0);
      }
    }
    await openAt(page, `${base}/console/#/mode`);
    const row = page.getByRole('row').filter({ hasText: 'INB-3' });
    expect(await row.getByText('off', { exact: true }).count(), 'INB-3 has a setting').toBe(1);
    expect(await row.getByRole('button').count()).toBe(0);
    await openAt(page, `${base}/console/#/review`);
    expect(await page.getByText('(none)').count()).toBe(0);
    await openAt(page, `${base}/console/#/account/hugo%40example.org`);
    expect(await page.getByText('free', { exact: true }).count()).toBe(0);
  }

  async function enter(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(link);
    await page.getByLabel(/name/i).waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faultsOf(page), colorScheme).toEqual([]);
    }
    await page.getByLabel(/name/i).fill('olga');
    for (const field of await page.locator('input[type=password]').all())
      await field.fill(PASSWORD);
    await page.locator('form button').last().click();
    await page.getByText('Today').first().waitFor();
    return page;
  }
});
