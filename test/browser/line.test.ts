/** The console while the daemon goes away and comes back, its search by keys, and the ways in. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiToken } from '../../src/client/token-file.ts';
import { Place, type RunningPrimum } from '../daemon/program.ts';
import { takePorts, type PortBlock } from '../peers/ports.ts';
import { until } from '../peers/run.ts';
import { CLIENT, startProvider } from '../sign-in/provider.ts';
import { browserIsHere, CHROMIUM_OPTIONS, faultsOf, openAt, postJson, shoot } from './browser.ts';

const LONG = 180_000;
const place = new Place();
let ports: PortBlock;
let provider: Awaited<ReturnType<typeof startProvider>>;
let primum: RunningPrimum;
let browser: Browser;
let base = '';

beforeAll(async () => {
  if (!browserIsHere) return;
  provider = await startProvider();
  provider.is({ sub: '1', preferred_username: 'olga', groups: ['mail-admins'] });
  ports = await takePorts();
  const listen = `127.0.0.1:${ports.ports[0] ?? 0}`;
  base = `http://${listen}`;
  const secretFile = join(place.folder, 'oidc.secret');
  writeFileSync(secretFile, `${CLIENT.secret}\n`, { mode: 0o600 });
  place.configure({
    doors: { api: { listen: [listen] } },
    login: {
      oidc: {
        ...{ issuer: provider.issuer, client_id: CLIENT.id, client_secret_file: secretFile },
        ...{ base_url: base, create_users: true, label: 'the house' },
        roles: { admin: ['mail-admins'], reviewer: [], reader: [] },
      },
    },
  });
  primum = await place.start();
  browser = await chromium.launch(CHROMIUM_OPTIONS);
}, LONG);

afterAll(async () => {
  if (!browserIsHere) return;
  await browser.close();
  await place.remove();
  await provider.close();
  await ports.release();
}, LONG);

const VIEWS = [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 800 } }],
] as const;

async function logIn(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await openAt(page, `${base}/console/`);
  await page.click('text=Log in with the house');
  await page.waitForSelector('nav');
  return page;
}

describe.runIf(browserIsHere)('the console and the line to the daemon', { timeout: LONG }, () => {
  it.each(VIEWS)('offers both ways in without a fault of access (%s)', async (view, options) => {
    const page = await (await browser.newContext(options)).newPage();
    await openAt(page, `${base}/console/`);
    await page.waitForSelector('text=Log in with the house');
    await shoot(page, `${view}-login-elsewhere`);
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.locator('input[type=password]').count()).toBe(1);
    await page.context().close();
  });

  it('finds an account by the beginning of its name, with keys alone', async () => {
    const client = await primum.client();
    await client.sendEvents(
      ['ann@example.org', 'anna@example.org', 'bob@example.org'].map((account, n) => ({
        ...{ v: 1, kind: 'login', id: `l${n}`, at: new Date().toISOString(), account, ok: true },
        ...{ service: 'imap', clientAddress: '192.0.2.7' },
      })),
    );
    const page = await logIn();
    const box = page.getByRole('combobox', { name: 'Go to an account' });
    await box.focus();
    await page.keyboard.type('AN');
    await page.waitForSelector('[role=option]');
    expect(await page.locator('[role=option]').allInnerTexts()).toEqual([
      'ann@example.org',
      'anna@example.org',
    ]);
    await shoot(page, 'light-search');
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.locator('[role=option]:visible').count()).toBe(0);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/account\/anna%40example.org$/);
    await page.context().close();
  });

  it('says that the daemon does not answer, and shows what is new once it does', async () => {
    const page = await logIn();
    await openAt(page, `${base}/console/#/incidents`);
    primum.signal('SIGKILL');
    await page.waitForSelector('text=Primum does not answer');
    await shoot(page, 'light-line-lost');
    expect(await faultsOf(page)).toEqual([]);
    await primum.ended;
    primum = await place.start();
    const summary = 'Opened while nobody could look.';
    const headers = { authorization: `Bearer ${await readApiToken(place.state)}` };
    const body = { accounts: ['ann@example.org'], summary, by: 'test' };
    expect((await postJson(`${base}/api/v1/incidents`, body, headers)).ok).toBe(true);
    await until(
      'the line to be back',
      async () => !(await page.innerText('body')).includes('does not answer'),
    );
    await page.waitForSelector(`text=${summary}`);
    await page.context().close();
  });

  it('shows an incident with files and a case without a fault of access', async () => {
    const page = await logIn();
    const client = await primum.client();
    const { incidents } = await client.incidents({});
    const id = incidents[0]?.id ?? '';
    const csrf = (await (await page.request.get(`${base}/api/v1/session`)).json()) as {
      csrf: string;
    };
    const headers = { 'x-primum-csrf': csrf.csrf };
    const content = Buffer.from('<b>text</b>').toString('base64');
    const attached = await page.request.post(`${base}/api/v1/incidents/${id}/attachments`, {
      headers,
      data: { name: 'headers.eml', content, by: 'olga' },
    });
    expect(attached.ok(), await attached.text()).toBe(true);
    const opened = await page.request.post(`${base}/api/v1/cases`, {
      headers,
      data: { subject: 'Phishing from ann', text: 'Look', account: 'ann@example.org', by: 'olga' },
    });
    expect(opened.ok(), await opened.text()).toBe(true);
    const made = (await opened.json()) as { id: string };
    for (const [name, where] of [
      ['incident-files', `incidents/${id}`],
      ['case', `cases/${made.id}`],
    ] as const) {
      await openAt(page, `${base}/console/#/${where}`);
      await shoot(page, `light-${name}`);
      expect(await faultsOf(page), name).toEqual([]);
    }
    await page.context().close();
  });
});
