/** Review in a real browser: a key is for the message that is read, whatever others do meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { HoldView } from '../../src/client/client.ts';
import {
  browserIsHere,
  faultsOf,
  openAt,
  openHouse,
  shoot,
  wasHit,
  type House,
} from './browser.ts';

const LONG = 180_000;
let house: House;

beforeAll(async () => {
  if (browserIsHere) house = await openHouse();
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

/** Oldest first. */
async function held(): Promise<readonly HoldView[]> {
  const { holds } = await (await house.primum.client()).holds({ state: 'open' });
  return holds.filter(({ state }) => state === 'held').toReversed();
}

const read = async (page: Page, { id, reference }: HoldView): Promise<void> => {
  await openAt(page, `${house.base}/console/#/review/${id}`);
  await page.getByText(`reference ${reference}`).waitFor();
};

const PHONE = 390;
const WIDTHS = [
  ['desktop', 1280],
  ['phone', PHONE],
] as const;

/** By the key on a desk, with a finger on a phone. */
async function release(page: Page, width: number): Promise<void> {
  if (width === PHONE) await page.getByRole('button', { name: /^Release/ }).click();
  else await page.keyboard.press('r');
}

async function takeBack(page: Page, width: number): Promise<void> {
  if (width === PHONE) await page.getByRole('button', { name: /^Undo/ }).click();
  else await page.keyboard.press('u');
  await page.getByText('Taken back. The message waits again.').waitFor();
}

const stateOf = async ({ id }: HoldView) => (await house.primum.client()).hold(id);

describe.runIf(browserIsHere)('the review', { timeout: LONG }, () => {
  it.each(WIDTHS)(
    'shows a coded message as it is read, and where its links lead (%s)',
    async (view, width) => {
      const bobs = (await held()).find(({ account }) => account === 'bob@example.org');
      if (bobs === undefined) throw new Error("Bob's message is to wait.");
      const page = await house.page({ width });
      await read(page, bobs);
      const message = page.getByRole('region', { name: 'The message' });
      await message.getByText('Schöne Grüße! Bitte hier anmelden.').waitFor();
      const told = await message.innerText();
      expect(told).toContain('Links behind other words lead to:\n\nhxxps://evil.example/login');
      expect(told).toContain('Attachments: Einladung für alle.zip (application/zip, 2 bytes)');
      expect(told).toContain('To x@example.net, y@example.net');
      await message.getByText('As it was sent').click();
      await message.getByText('Content-Transfer-Encoding: base64').waitFor();
      expect(await message.locator('a, img, script').count()).toBe(0);
      expect(await wasHit(page)).toBe(false);
      expect(await faultsOf(page)).toEqual([]);
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wide).toBeLessThanOrEqual(0);
      await shoot(page, `review-coded-${view}`);
    },
  );

  it('decides by a key once, shows the next, and takes back within the minute (CON-3)', async () => {
    const [first, second] = await held();
    if (first === undefined || second === undefined) throw new Error('Two messages are to wait.');
    const page = await house.page();
    await read(page, first);
    // The second press was meant for the first message; it neither decides nor takes the undo away.
    await page.keyboard.press('r');
    await page.keyboard.press('r');
    await page.getByText('It is released.').waitFor();
    await page.getByText(`reference ${second.reference}`).waitFor();
    await page.keyboard.press('r');
    expect(await stateOf(first)).toMatchObject({ state: 'releasing', by: 'olga' });
    expect(await stateOf(second)).toMatchObject({ state: 'held' });
    await page.keyboard.press('u');
    await page.getByText('Taken back. The message waits again.').waitFor();
    await page.getByText(`reference ${first.reference}`).waitFor();
    expect(await stateOf(first)).toMatchObject({ state: 'held', by: '' });
    expect(house.agent.released).toEqual([]);
    const { entries } = await (await house.primum.client()).audit({ limit: 5 });
    expect(entries.map(({ action, by }) => `${by} ${action}`)).toEqual(
      expect.arrayContaining(['olga hold.release', 'olga hold.undo']),
    );
  });

  it.each(WIDTHS)(
    'keeps the message on the screen when somebody else decides, and says who was first (%s)',
    async (_view, width) => {
      const [first, second] = await held();
      if (first === undefined || second === undefined) throw new Error('Two messages are to wait.');
      const [olga, paul] = [await house.page({ width }), await house.page({ as: 'paul', width })];
      for (const page of [olga, paul]) await read(page, first);
      await release(olga, width);
      await paul.getByText('olga decided to release it.').waitFor();
      await paul.getByText(`reference ${first.reference}`).waitFor();
      expect(await paul.getByRole('button', { name: /^(Release|Return|Lock)/ }).count()).toBe(0);
      for (const key of ['r', 't', 'l', 'o']) await paul.keyboard.press(key);
      if (width === PHONE) await paul.getByRole('button', { name: 'Next' }).click();
      else await paul.keyboard.press('j');
      await paul.getByText(`reference ${second.reference}`).waitFor();
      expect(await stateOf(second)).toMatchObject({ state: 'held', by: '' });
      await takeBack(olga, width);
    },
  );

  it.each(WIDTHS)(
    'tells who pressed second while his page knew nothing yet (%s)',
    async (_view, width) => {
      const [first] = await held();
      if (first === undefined) throw new Error('A message is to wait.');
      const [olga, paul] = [await house.page({ width }), await house.page({ as: 'paul', width })];
      await paul.route('**/api/v1/changes', (route) => route.abort());
      for (const page of [olga, paul]) await read(page, first);
      await release(olga, width);
      await olga.getByText('It is released.').waitFor();
      await release(paul, width);
      await paul.getByText('is decided on already').waitFor();
      await shoot(paul, `review-second-${width}`);
      expect(await stateOf(first)).toMatchObject({ state: 'releasing', by: 'olga' });
      await takeBack(olga, width);
    },
  );

  it('lets only one of two win who press at once', async () => {
    const [first] = await held();
    if (first === undefined) throw new Error('A message is to wait.');
    const pages = [await house.page(), await house.page({ as: 'paul', width: PHONE })];
    for (const page of pages) {
      await page.route('**/api/v1/changes', (route) => route.abort());
      await read(page, first);
    }
    await Promise.all(pages.map((page) => page.keyboard.press('r')));
    const told = await Promise.all(
      pages.map(async (page) => {
        const one = page.getByText('It is released.').or(page.getByText('is decided on already'));
        await one.first().waitFor();
        return (await one.first().innerText()).includes('already');
      }),
    );
    expect(told.filter((isSecond) => isSecond)).toHaveLength(1);
    const winner = told.indexOf(false);
    expect(await stateOf(first)).toMatchObject({ by: winner === 0 ? 'olga' : 'paul' });
    await pages[winner]?.keyboard.press('u');
    await pages[winner]?.getByText('Taken back. The message waits again.').waitFor();
  });

  it('opens what a link names, also when it is decided on, and nothing else in its place', async () => {
    const page = await house.page();
    await openAt(page, `${house.base}/console/#/review/nope`);
    await page.getByText('There is no held message nope.').waitFor();
    expect(await page.getByRole('button', { name: /^Release/ }).count()).toBe(0);
    await page.keyboard.press('r');
    const last = (await held()).at(-1);
    if (last === undefined) throw new Error('A message is to wait.');
    const client = await house.primum.client();
    await client.decideHold(last.id, 'release', { by: 'shell', why: 'Fine.' });
    await openAt(page, `${house.base}/console/#/review/${last.reference}`);
    await page.getByText('shell decided to release it.').waitFor();
    await page.getByText(`reference ${last.reference}`).waitFor();
    await page.keyboard.press('r');
    expect((await held()).every(({ by }) => by === '')).toBe(true);
  });

  it('disarms the message shown before when the address names one that is not there', async () => {
    const [first] = await held();
    if (first === undefined) throw new Error('A message is to wait.');
    const page = await house.page();
    await read(page, first);
    await page.evaluate("location.hash = '#/review/nope'");
    await page.getByText('There is no held message nope.').waitFor();
    expect(await page.getByText(`reference ${first.reference}`).count()).toBe(0);
    expect(await page.getByRole('button', { name: /^(Release|Return|Lock)/ }).count()).toBe(0);
    await page.keyboard.press('r');
    expect(await stateOf(first)).toMatchObject({ state: 'held', by: '' });
  });

  it('locks only who is asked for twice, and takes that back, too', async () => {
    const [first] = await held();
    if (first === undefined) throw new Error('A message is to wait.');
    const page = await house.page();
    const client = await house.primum.client();
    const isLocked = async (): Promise<boolean> =>
      (await client.locks()).locks.some(({ account }) => account === first.account);
    await read(page, first);
    await page.keyboard.press('l');
    await page.getByText('is locked on every door when you say so once more').waitFor();
    expect(await isLocked()).toBe(false);
    await page.keyboard.press('l');
    await page.getByText('is locked on every door.').first().waitFor();
    expect(await isLocked()).toBe(true);
    await page.keyboard.press('u');
    await page.getByText('The account is not locked any more.').waitFor();
    expect(await isLocked()).toBe(false);
  });

  it('asks before an account is unlocked with its checklist open, and notes it (ACC-12)', async () => {
    const page = await house.page();
    const client = await house.primum.client();
    await openAt(page, `${house.base}/console/#/account/${encodeURIComponent('dora@example.org')}`);
    const lock = (await client.locks()).locks.find(({ account }) => account === 'dora@example.org');
    await page.getByRole('heading', { name: 'Before an unlock' }).waitFor();
    expect(await page.getByRole('button', { name: 'Unlock', exact: true }).count()).toBe(0);
    await page.getByLabel(/Unlock although nobody has ticked: the password is changed/).check();
    await page.getByLabel('Unlock, because').fill('He sits beside me.');
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByText('It may send again.').waitFor();
    const { timeline } = await client.incident(lock?.incident ?? '');
    expect(timeline.at(-1)?.text).toMatch(
      /^Unlocked: He sits beside me\. Not ticked on its checklist: password/,
    );
  });

  it('says on the last item of a checklist that it unlocks, and shows free at once (ACC-12)', async () => {
    const page = await house.page();
    const account = 'ann@example.org';
    await (
      await house.primum.client()
    ).lock(account, { by: 'shell', why: 'Stolen.', unlockOn: 'password' });
    await openAt(page, `${house.base}/console/#/account/${encodeURIComponent(account)}`);
    const last = page.getByRole('button', { name: 'Done, and unlock' });
    const done = page.getByRole('button', { name: 'Done', exact: true, disabled: false });
    await done.or(last).first().waitFor();
    while ((await last.count()) === 0) {
      const left = await done.count();
      // Answered, and gone from the list, before the next one is looked for.
      const answered = page.waitForResponse((response) => response.url().endsWith('/tick'));
      await done.first().press('Enter');
      await answered;
      await done.nth(left - 1).waitFor({ state: 'detached' });
      await done.or(last).first().waitFor();
    }
    // By the keyboard: the page above may still grow while it is pressed.
    await last.press('Enter');
    await page.getByText(`Ticked, and ${account} is unlocked.`).waitFor();
    await page.getByText('locked', { exact: true }).first().waitFor({ state: 'detached' });
    const { locks } = await (await house.primum.client()).locks();
    expect(locks.map((lock) => lock.account)).not.toContain(account);
  });
});
