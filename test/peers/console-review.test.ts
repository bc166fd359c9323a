/** A reviewer in a real browser releases a message, and real Postfix delivers it (CON-3). */
import { chromium, type Browser } from 'playwright-core';
import type { HoldList } from '../../src/doors/api/schemas/types.ts';
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

    it.each([
      ['desktop', 'olga', { width: 1280, height: 900 }],
      ['phone', 'paul', { width: 390, height: 844 }],
    ])('is read, released, and arrives, once (%s)', async (view, name, viewport) => {
      const { stack, operator } = platform();
      const subject = `for the reviewer at the ${view}`;
      const client = await stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      // One an hour passes.
      if (view === 'desktop') {
        await client.send({ from: ANN, to: ['friend@dest.test'], subject: 'the first' });
      }
      await client.send({ from: ANN, to: ['friend@dest.test'], subject });
      await client.quit();
      await until('its record', async () => {
        const { holds } = JSON.parse(await operator.say('hold', 'list', '--json')) as HoldList;
        return holds.some((hold) => hold.state === 'held' && hold.seen !== undefined);
      });
      const base = `http://127.0.0.1:${stack.ports.api}`;
      const link = /welcome\/(\S+)/.exec(await operator.say('user', 'add', name))?.[1] ?? '';
      const invited = { token: link, name, password: PASSWORD };
      expect((await postJson(`${base}/api/v1/invitation`, invited)).status).toBe(200);

      const page = await (await browser.newContext({ viewport })).newPage();
      await page.goto(`${base}/console/#/review`);
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('heading', { name: 'Review' }).waitFor();
      await openAt(page, `${base}/console/#/review`);
      await page.getByText('Good day.').first().waitFor();
      await page.getByText('Headers').click();
      expect(await page.innerText('main')).toContain(subject);
      // The console leaves him the usual minute to take it back; here it is over at once.
      await page.route('**/decision', async (route) => {
        const asked = route.request().postDataJSON() as object;
        expect(asked).not.toHaveProperty('undoSeconds');
        await route.continue({ postData: JSON.stringify({ ...asked, undoSeconds: 0 }) });
      });
      if (view === 'phone') await page.getByRole('button', { name: /^Release/ }).click();
      else await page.keyboard.press('r');
      await page.getByText('It is released.').waitFor();
      const isIt = ({ text }: { readonly text: string }): boolean =>
        text.includes(`\nSubject: ${subject}\n`);
      await stack.sink.waitFor('the released one', isIt);
      expect(stack.sink.messages.filter(isIt)).toHaveLength(1);
      await page.context().close();
    });
  },
);
