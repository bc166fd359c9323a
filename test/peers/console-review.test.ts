/** A reviewer in a real browser releases a message, and real Postfix delivers it (CON-3). */
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserIsHere, CHROMIUM_OPTIONS, openAt, PASSWORD, postJson } from '../browser/browser.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const ANN = 'ann@local.test';

describe.runIf(mailServersAreHere && browserIsHere)(
  'a held message in the console',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [ANN]: 'secret-of-ann' },
      {
        mode: 'enforce',
        business_hours: { outside_factor: 1 },
        limits: [{ scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'hold' }],
      },
      { sections: { agent: { embedded: true }, holds: { check_every: '1s' } } },
    );
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch(CHROMIUM_OPTIONS);
    });
    afterAll(() => browser.close());

    it('is read, released with a key, and arrives, once', async () => {
      const { stack, operator } = platform();
      const client = await stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      await client.send({ from: ANN, to: ['friend@dest.test'], subject: 'the first' });
      await client.send({ from: ANN, to: ['friend@dest.test'], subject: 'for the reviewer' });
      await client.quit();
      await until('its record', async () =>
        /"seen"/.test(await operator.say('hold', 'list', '--json')),
      );
      const base = `http://127.0.0.1:${stack.ports.api}`;
      const link = /welcome\/(\S+)/.exec(await operator.say('user', 'add', 'olga'))?.[1] ?? '';
      const invited = { token: link, name: 'olga', password: PASSWORD };
      expect((await postJson(`${base}/api/v1/invitation`, invited)).status).toBe(200);

      const page = await (
        await browser.newContext({ viewport: { width: 390, height: 844 } })
      ).newPage();
      await page.goto(`${base}/console/#/review`);
      await page.getByLabel('Name').fill('olga');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('heading', { name: 'Review' }).waitFor();
      await openAt(page, `${base}/console/#/review`);
      await page.getByText('Good day.').waitFor();
      await page.getByText('Headers').click();
      expect(await page.innerText('main')).toContain('for the reviewer');
      // The console leaves him the usual minute to take it back; here it is over at once.
      await page.route('**/decision', async (route) => {
        const asked = route.request().postDataJSON() as object;
        expect(asked).not.toHaveProperty('undoSeconds');
        await route.continue({ postData: JSON.stringify({ ...asked, undoSeconds: 0 }) });
      });
      await page.keyboard.press('r');
      await page.getByText('It is released.').waitFor();
      await stack.sink.waitFor('the released one', ({ text }) =>
        text.includes('\nSubject: for the reviewer\n'),
      );
      const arrived = stack.sink.messages.filter(({ text }) => text.includes('for the reviewer'));
      expect(arrived).toHaveLength(1);
    });
  },
);
