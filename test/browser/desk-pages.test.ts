/** Cases, Forwards, Limits and mode, Practices and Health, as a postmaster uses them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SWITCHABLE } from '../../src/core/switches.ts';
import type { CaseList, CaseView, PracticesView } from '../../src/doors/api/schemas/types.ts';
import { browserIsHere, faultsOf, openAt, openHouse, shoot, type House } from './browser.ts';

const LONG = 180_000;
/** What has a switch. */
const SWITCHED = new Set(SWITCHABLE.map(([id]) => id));
let house: House;

beforeAll(async () => {
  if (browserIsHere) house = await openHouse();
}, LONG);
afterAll(() => (browserIsHere ? house.close() : undefined), LONG);

describe.runIf(browserIsHere)('the pages of the desk', { timeout: LONG }, () => {
  it('take down what is told by telephone as a case, and give its reference (FBK-5)', async () => {
    const page = await at('cases');
    await page.getByLabel('Kind').selectOption('fraud');
    await page.getByLabel('What it is about').fill('A bill by post');
    await page.getByLabel('Who tells it').fill('tom@example.net');
    await page.getByLabel('Account it is about').fill('bob@example.org');
    await page.getByLabel('What was told').fill('It names a shop of ours.');
    expect(await faultsOf(page)).toEqual([]);
    await shoot(page, 'light-case-by-telephone');
    await page.getByRole('button', { name: 'Open it' }).click();
    const told = await page.getByText('Tell the reporter its reference').innerText();
    const [reference = ''] = /[0-9A-Z]{10}/.exec(told) ?? [];
    const { cases } = await read<CaseList>(page, 'cases?state=open');
    expect(cases.find((one) => one.reference === reference)).toMatchObject({
      ...{ source: 'person', category: 'fraud', subject: 'A bill by post' },
      ...{ reporter: 'tom@example.net', account: 'bob@example.org' },
    });
    await page.getByRole('link', { name: reference }).waitFor();
    expect(await page.getByLabel('What was told').inputValue()).toBe('');
  });

  it('send no answer to a stranger before it was read: a template goes into the box (FBK-6)', async () => {
    const page = await at('cases');
    await page
      .getByRole('link', { name: /^[0-9A-Z]{10}$/ })
      .last()
      .click();
    await page.getByRole('button', { name: /^Thank you for your report\. We have/ }).click();
    const box = page.getByLabel('Answer to the reporter');
    expect(await box.inputValue()).toMatch(/^Thank you for your report\. We have stopped/);
    expect(await page.evaluate('document.activeElement.id')).toBe(await box.getAttribute('id'));
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Ask for Olga.');
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await page.getByText('Answered.', { exact: true }).waitFor();
    const id = new URL(page.url()).hash.split('/').at(-1) ?? '';
    const { timeline } = await read<CaseView>(page, `cases/${id}`);
    const answers = timeline.filter(({ text }) => text.includes('We have stopped'));
    expect(answers.map(({ text }) => text)).toEqual([expect.stringContaining('Ask for Olga.')]);
  });

  it('say where cases come from while there is none', async () => {
    const page = await house.page();
    await page.route('**/api/v1/cases?*', (route) => route.fulfill({ json: { cases: [] } }));
    await openAt(page, `${house.base}/console/#/cases`);
    await page.getByText('Reports come by the public form (/report)').waitFor();
    await page.getByRole('button', { name: 'closed' }).click();
    await page.getByText('No case was closed yet.').waitFor();
  });

  it('break no name of a forward, and lead on and back (FWD-2)', async () => {
    const one = {
      to: 'emil@old-provider.example',
      by: 'postmaster',
      why: 'The mailbox is gone. '.repeat(9),
    };
    const page = await house.page();
    await page.route('**/api/v1/forwards?*', (route) => {
      const isFirst = !route.request().url().includes('after=');
      const account = isFirst ? 'emil@example.org' : 'zoe@example.org';
      const row = { ...one, account, at: '2026-11-27T09:30:00.000Z' };
      return route.fulfill({ json: { forwards: [row], isCut: isFirst } });
    });
    await openAt(page, `${house.base}/console/#/forwards`);
    for (const [name, lines] of [
      ['By', 1],
      ['To', 2],
    ] as const) {
      const parts = await page.evaluate<string[]>(linesOf(`td[data-name="${name}"]`));
      expect(parts.length, parts.join('|')).toBeLessThanOrEqual(lines);
      expect(parts.join('|')).toMatch(/^(postmaster|emil@\|?old-\|?provider\.example)$/);
    }
    expect(await page.getByRole('button', { name: 'First' }).count()).toBe(0);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('link', { name: 'zoe@example.org' }).waitFor();
    expect(await page.getByRole('button', { name: 'More' }).count()).toBe(0);
    await page.getByRole('button', { name: 'First' }).click();
    await page.getByRole('link', { name: 'emil@example.org' }).waitFor();
  });

  it('show a reader no column without use, and say what is wrong in words of the form', async () => {
    const reader = await at('forwards', 'rita');
    await reader.getByRole('row').nth(1).waitFor();
    const heads = reader.getByRole('columnheader');
    expect(await heads.allInnerTexts()).toEqual(['Since', 'Account', 'To', 'By', 'Why']);
    const page = await at('forwards');
    await page.getByLabel('Account', { exact: true }).fill('bob@example.org');
    await page.getByLabel('To (empty').fill('no address');
    await page.getByLabel('Because').fill('Told.');
    await page.getByRole('button', { name: 'Switch off', exact: true }).click();
    const said = page.getByText('`to` is not a mail address');
    await said.waitFor();
    expect(await said.innerText()).not.toContain('body');
  });

  it('lead from who would have been touched to why, and count in messages and attempts', async () => {
    const page = await at('mode');
    const foreign = page.getByRole('region', { name: /^ACC-3/ });
    await foreign.getByText(/It would have refused 4 attempts; 3 accounts in all\./).waitFor();
    await foreign.getByText('Who: 3 accounts').click();
    await foreign.locator('a[href^="#/decision/"]').first().click();
    await page.getByRole('heading', { name: /^Decision / }).waitFor();
    await page.getByRole('table', { name: 'Reasons' }).waitFor();
  });

  it('call nothing enforced that a setting of its own only watches (ACC-13)', async () => {
    const page = await at('mode');
    const rowOf = (name: string) =>
      page.getByRole('row').filter({ has: page.getByRole('cell', { name, exact: true }) });
    const modeOf = (name: string): Promise<string> =>
      rowOf(name).locator('td[data-name="Mode"]').innerText();
    expect(await rowOf('ACC-13').innerText()).not.toContain('policy.cleartext');
    await page.getByRole('button', { name: 'Enforce everything' }).click();
    await page.getByText('Everything is in force, of').waitFor();
    await rowOf('ACC-1').getByText('enforce', { exact: true }).waitFor();
    expect(await modeOf('ACC-13')).toBe('observe');
    await rowOf('ACC-13').getByText('Set policy.cleartext to hold or reject').waitFor();
    const { practices } = await read<PracticesView>(page, 'practices');
    const watched = practices.filter(({ id, state }) => state === 'watched' && SWITCHED.has(id));
    expect(watched.map(({ id }) => id)).toContain('ACC-13');
    const summary = page.getByRole('region', { name: 'Everything' }).locator('.summary');
    expect(await summary.innerText()).toContain(`but ${watched.length} that are only watched`);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: /^Back to observe: .*everything/i }).click();
    await page.getByText(/Everything is watched/).waitFor();
  });

  it('count every practice once in the summary', async () => {
    const page = await at('practices');
    const text = await page.locator('p.summary').innerText();
    const all = await page.getByRole('table', { name: 'Practices' }).getByRole('row').count();
    const [, total = ''] = /Of (\d+) practices/.exec(text) ?? [];
    expect(Number(total)).toBe(all - 1);
    const [head = '', rest = ''] = text.split(' practices:');
    const parts = `${head.replace(/Of.*/, '')}${rest}`.match(/\d+/g) ?? [];
    expect(parts.reduce((sum, one) => sum + Number(one), 0)).toBe(all - 1);
  });

  it('say on Health what was never asked, and what is lost', async () => {
    const page = await house.page();
    await page.route('**/api/v1/health', async (route) => {
      const health = (await (await route.fetch()).json()) as HealthJson;
      health.report.journal = { droppedLines: 1200, queuedBytes: 1 };
      health.report.returnedMail.kept = 1;
      await route.fulfill({ json: health });
    });
    await openAt(page, `${house.base}/console/#/health`);
    const doors = page.getByRole('table', { name: 'Doors', exact: true });
    const lastOf = (name: string): Promise<string> =>
      doors.getByRole('row').filter({ hasText: name }).locator('td').last().innerText();
    expect(await lastOf('milter')).toBe('none since the start');
    expect(await lastOf('lmtp')).toBe('asks for none');
    await page.getByText('Make room on it.').waitFor();
    const facts = await page.locator('dl').innerText();
    expect(facts).toContain('1,200 since the start');
    expect(facts).toMatch(/Journal not on disk yet\s+1 byte\s/);
    expect(facts).toMatch(/1 message, in the folder returned\/kept/);
  });

  it('read a storm of changes at most once a second, and its last one', async () => {
    const page = await at('locks');
    let reads = 0;
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/v1/locks') reads += 1;
    });
    const client = await house.primum.client();
    const begun = performance.now();
    for (let turn = 0; turn < 15; turn += 1) {
      await client.lock(`storm${turn}@example.org`, { by: 'shell', why: 'A storm.' });
      // A little longer than changes are gathered, so that each is told by itself.
      await sleep(300);
    }
    await page.getByRole('link', { name: 'storm14@example.org' }).waitFor();
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(Math.ceil((performance.now() - begun) / 1_000) + 1);
  });

  it('name whose link it is, and show none beside another name', async () => {
    const page = await at('health');
    await page.getByLabel('Invite, or give').fill('newcomer');
    await page.getByLabel('Role').selectOption('reader');
    await page.getByRole('button', { name: 'Make a link' }).click();
    await page.getByText('Give this link to newcomer alone.').waitFor();
    expect(await page.locator('main pre').innerText()).toMatch(/\/console\/#\/welcome\/\S{30}/);
    expect(await page.getByLabel('Invite, or give').inputValue()).toBe('');
    await page.getByLabel('Invite, or give').fill('no name');
    await page.getByRole('button', { name: 'Make a link' }).click();
    await page.getByText('`name` is small letters').waitFor();
    expect(await page.locator('main pre').count()).toBe(0);
    await page.getByRole('button', { name: 'Take back the link of newcomer' }).waitFor();
  });
});

interface HealthJson {
  readonly report: {
    journal: { droppedLines: number; queuedBytes: number };
    readonly returnedMail: { kept: number };
  };
}

/** What stands in each line of a cell as it is drawn. */
const linesOf = (cell: string): string => `(() => {
  const lines = new Map();
  const walker = document.createTreeWalker(document.querySelector('${cell}'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let i = 0; i < node.length; i += 1) {
      const range = document.createRange();
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const top = Math.round(range.getBoundingClientRect().top);
      lines.set(top, (lines.get(top) ?? '') + node.data[i]);
    }
  }
  return [...lines.values()];
})()`;

/** From the API, as who has the page. */
async function read<T>(page: Page, path: string): Promise<T> {
  const answer = await page.request.get(`${house.base}/api/v1/${path}`);
  return (await answer.json()) as T;
}

async function at(place: string, as = 'olga'): Promise<Page> {
  const page = await house.page({ as });
  await openAt(page, `${house.base}/console/#/${place}`);
  return page;
}
