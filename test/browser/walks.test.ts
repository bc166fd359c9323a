/** Whole walks of the desk in a real browser, in one go each: on a desk and on a phone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { PrimumEvent } from '../../src/core/event.ts';
import { browserIsHere, faultsOf, openAt, openHouse, shoot, type House } from './browser.ts';

const LONG = 180_000;
let house: House;

beforeAll(async () => {
  if (browserIsHere) house = await openHouse();
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

let sent = 0;

/** What a door answers to a message of the account now. */
async function answerTo(account: string): Promise<string | undefined> {
  sent += 1;
  const event: PrimumEvent = {
    ...({ v: 1, kind: 'submission', id: `walk-${sent}`, at: new Date().toISOString() } as const),
    ...{ account, envelopeSender: account, envelopeRecipients: ['kim@example.net'] },
    clientAddress: '192.0.2.7',
  };
  const { verdicts } = await (await house.primum.client()).sendEvents([event]);
  return verdicts[0]?.verdict;
}

/** Nobody scrolls sideways, and a screen reader finds its way. */
async function isFit(page: Page, name: string): Promise<void> {
  await shoot(page, `walk-${name}`);
  const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(wide, name).toBeLessThanOrEqual(0);
  expect(await faultsOf(page), name).toEqual([]);
}

describe.runIf(browserIsHere).each([
  ['desktop', 1280, 'gina@example.org'],
  ['phone', 390, 'hugo@example.org'],
])('on a %s', { timeout: LONG }, (view, width, account) => {
  it('a reviewer locks an account, works off its checklist, and unlocks it (ACC-11, ACC-12)', async () => {
    const page = await house.page({ width });
    const client = await house.primum.client();
    expect(await answerTo(account)).toBe('pass');
    await openAt(page, `${house.base}/console/#/account/${encodeURIComponent(account)}`);
    await page.getByLabel('Lock, because').fill('Its mail asks for passwords.');
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await page.getByText('locked', { exact: true }).first().waitFor();
    expect(await answerTo(account)).toBe('reject');
    const { locks } = await client.locks();
    const lock = locks.find((one) => one.account === account);
    expect(lock).toMatchObject({ by: 'olga', why: 'Its mail asks for passwords.' });
    await isFit(page, `${view}-locked`);

    const { checklist } = await client.incident(lock?.incident ?? '');
    expect(checklist.map(({ item }) => item)).toEqual(['password', 'forwards']);
    for (const item of ['The password is changed', 'Forwards and filters are reviewed']) {
      // The button that lifts the lock is not there while an item is open.
      expect(await page.getByRole('button', { name: 'Unlock', exact: true }).count()).toBe(0);
      const line = page.getByRole('listitem').filter({ hasText: item });
      // By the keyboard: the page above may still grow while it is pressed.
      await line.getByRole('button', { name: 'Done', exact: true }).press('Enter');
      await line.getByText('by olga').waitFor();
      expect(await answerTo(account), item).toBe('reject');
    }
    await page.getByLabel('Unlock, because').fill('The owner has a new password.');
    await page.getByRole('button', { name: 'Unlock', exact: true }).press('Enter');
    await page.getByText('It may send again.').waitFor();
    await page.getByText('free', { exact: true }).first().waitFor();
    expect(await answerTo(account)).toBe('pass');

    const { timeline } = await client.incident(lock?.incident ?? '');
    const told = timeline.map(({ by, text }) => `${by}: ${text}`).join('\n');
    for (const step of ['password', 'forwards', 'The owner has a new password.']) {
      expect(told).toContain(step);
    }
    const { entries } = await client.audit({ subject: account, limit: 20 });
    expect(entries.map(({ action, by }) => `${by} ${action}`)).toEqual(
      expect.arrayContaining(['olga lock', 'olga unlock']),
    );
  });

  it('a report of a stranger becomes a case, joins its incident, and is closed with a verdict (FBK-5)', async () => {
    const subject = `A bill that I never asked for (${view})`;
    const reference = await report(width, subject);
    const page = await house.page({ width });
    await openAt(page, `${house.base}/console/#/cases`);
    await page.getByRole('link', { name: reference }).click();
    await page.getByText('I have no contract with them.').waitFor();

    await page.getByLabel('Its account').fill(account);
    await page.getByLabel('Its account').press('Enter');
    await page.getByRole('link', { name: account }).first().waitFor();
    const client = await house.primum.client();
    const { incidents } = await client.incidents({ account, state: 'open' });
    const incident = incidents.at(-1);
    await page.getByLabel('Its incident').fill(incident?.id ?? '');
    await page.getByLabel('Its incident').press('Enter');
    const itsIncident = page.getByRole('link', { name: incident?.summary ?? '', exact: true });
    await itsIncident.waitFor();
    await isFit(page, `${view}-case`);
    await itsIncident.press('Enter');

    await page.getByRole('table', { name: 'Reports about it' }).getByText(subject).waitFor();
    await page.getByRole('button', { name: 'Take it' }).press('Enter');
    await page.getByText('owned by olga').waitFor();
    await page.getByLabel('What it was').selectOption('true');
    await page.getByLabel('Cause: how it came to this').fill('The password was on a list.');
    await page.getByLabel('Cause: how it came to this').press('Enter');
    await page.getByText('abuse', { exact: true }).first().waitFor();
    await isFit(page, `${view}-incident-closed`);
    expect(await client.incident(incident?.id ?? '')).toMatchObject({
      ...{ state: 'closed', verdict: 'true', owner: 'olga' },
    });

    await page.getByRole('link', { name: reference }).press('Enter');
    const answer = page.getByRole('button', {
      name: /^Thank you for your report\. We have stopped/,
    });
    await answer.press('Enter');
    await page.getByRole('button', { name: 'Answer', exact: true }).press('Enter');
    await page.getByText('Answered.', { exact: true }).waitFor();
    const why = page.getByLabel('What it was, and what was done');
    await why.fill('Stolen account, closed.');
    // Nobody closes a case without saying how it ended.
    await why.press('Enter');
    expect(await page.getByLabel('How it ended').inputValue()).toBe('');
    await page.getByLabel('How it ended').selectOption('No abuse found');
    await why.press('Enter');
    await page.getByText('closed: no abuse found', { exact: true }).waitFor();
    await openAt(page, `${house.base}/console/#/cases`);
    await page.getByRole('button', { name: 'closed' }).click();
    const row = page.getByRole('row').filter({ hasText: reference });
    await row.getByText('no abuse found', { exact: true }).waitFor();
    await isFit(page, `${view}-cases-closed`);
    await openAt(page, `${house.base}/console/#/incidents/${incident?.id ?? ''}`);
    const reports = page.getByRole('table', { name: 'Reports about it' });
    await reports.getByText('closed: no abuse found', { exact: true }).waitFor();

    const stranger = await house.page({ as: '', width });
    await stranger.goto(`${house.base}/case?reference=${reference}`);
    await stranger.getByText('We have stopped the account').waitFor();
    // Neither who, nor whose account, nor what the desk says among itself.
    expect(await stranger.innerText('main')).not.toMatch(/olga|@example\.org|Stolen account/);
    await isFit(stranger, `${view}-answer`);
  });
});

/** By the public form, as anybody may; its reference. */
async function report(width: number, subject: string): Promise<string> {
  const page = await house.page({ as: '', width });
  await page.goto(`${house.base}/report`);
  await page.selectOption('#category', 'fraud');
  await page.fill('#subject', subject);
  await page.fill('#text', 'I have no contract with them.');
  await page.fill('#reporter', 'tom@example.net');
  await page.getByRole('button', { name: 'Send the report' }).click();
  return page.locator('.reference').innerText();
}
