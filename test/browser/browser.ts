/** Chromium in front of a running Primum, and what it complains about. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { openClient, type Client } from '../../src/client/client.ts';
import { Place, type RunningPrimum } from '../daemon/program.ts';
import { until } from '../peers/run.ts';
import { fillState, MTA, pastOf, playAgent, wouldBeStopped } from './sample.ts';

const CHROMIUM = '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = join(import.meta.dirname, '../../var/screenshots');
export const CHROMIUM_OPTIONS = {
  executablePath: CHROMIUM,
  args: [
    ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    // One process for all pages of a house, not a new one whenever a page is opened.
    ...['--process-per-site', '--disable-site-isolation-trials', '--renderer-process-limit=1'],
  ],
};
export const PASSWORD = 'correct horse battery';
/** Who may have a page. */
const ROLES: Readonly<Record<string, 'admin' | 'reader'>> = {
  olga: 'admin',
  paul: 'admin',
  rita: 'reader',
};

/** With CI=true a missing browser fails the file instead of skipping it. */
export const browserIsHere = existsSync(CHROMIUM);
if (!browserIsHere && process.env['CI'] === 'true') {
  throw new Error('Chromium is missing. Install it with: apt-get install chromium');
}

export interface House {
  readonly primum: RunningPrimum;
  readonly base: string;
  /** Its state folder. */
  readonly state: string;
  readonly browser: Browser;
  readonly agent: ReturnType<typeof playAgent>;
  /** A page of somebody who is logged in, unless told otherwise. */
  page(options?: {
    readonly as?: string;
    readonly width?: number;
    readonly dark?: boolean;
    readonly language?: string;
  }): Promise<Page>;
  close(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const place = new Place();
  await fillState(place.state);
  const secret = join(place.folder, 'agent.token');
  const token = 'agent-token-of-mx1-for-the-browser-tests';
  writeFileSync(secret, token, { mode: 0o600 });
  place.configure({
    agent: { embedded: false, hosts: [{ mta: MTA, token_file: secret }] },
    // What strangers write into a subject is shown as text.
    journal: { keep_subject: true },
  });
  const primum = await place.start();
  const base = `http://${primum.address('api')}`;
  const agent = playAgent(openClient({ baseUrl: base, token }));
  const client = await primum.client();
  await client.sendEvents([...pastOf('ann@example.org'), ...wouldBeStopped()]);
  const browser = await chromium.launch(CHROMIUM_OPTIONS);
  const sessions = new Map<string, Promise<string>>();
  /** Of a user who is there from now on; a password takes half a second of a core each time. */
  const sessionOf = (name: string): Promise<string> => {
    const session = sessions.get(name) ?? logInFirst(client, base, name);
    sessions.set(name, session);
    return session;
  };
  return {
    ...{ primum, base, browser, agent, state: place.state },
    async page({ as = 'olga', width = 1280, dark = false, language = 'en' } = {}) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme: dark ? 'dark' : 'light',
        locale: language,
      });
      // A page left open reads anew at every change of the tests after.
      onTestFinished(() => context.close());
      if (as !== '') {
        const value = await sessionOf(as);
        await context.addCookies([{ name: 'primum_session', value, url: base, httpOnly: true }]);
      }
      const page = await context.newPage();
      page.on('dialog', (dialog) => void dialog.dismiss());
      return page;
    },
    async close() {
      await browser.close();
      await agent.stop();
      await place.remove();
    },
  };
}

export function postJson(url: string, body: object, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Invites, takes the invitation and logs in; the session's secret. */
async function logInFirst(client: Client, base: string, name: string): Promise<string> {
  const role = ROLES[name];
  if (role === undefined) throw new Error(`There is no user ${name} here.`);
  const { token } = await client.inviteUser({ name, role, by: 'test' });
  await postJson(`${base}/api/v1/invitation`, { token, name, password: PASSWORD });
  const response = await postJson(`${base}/api/v1/session`, { name, password: PASSWORD });
  const [cookie = ''] = response.headers.getSetCookie();
  return /primum_session=([^;]+)/.exec(cookie)?.[1] ?? '';
}

/** Opens a page of the console and waits until nothing is being read. */
export async function openAt(page: Page, url: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(url);
  await until('the page to be read', async () => {
    const text = await page.innerText('body');
    return text.length > 20 && !/Reading…|Asking the mail host/.test(text);
  });
}

/**
 * Faults that axe-core calls serious or critical, each in a line; and headings out of order, by which
 * people who do not see the page find their way.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  // By the protocol, which no policy of the page forbids.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    interface Fault {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }
    const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: Fault[] }> } }).axe;
    const { violations } = await axe.run();
    return violations
      .filter(({ id, impact }) => id === 'heading-order' || /serious|critical/.test(impact))
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}

const PICTURES = join(import.meta.dirname, '../../docs/pictures');

/**
 * A picture for README.md, at most 200 kB. Beside the other screenshots, unless PRIMUM_PICTURES=1
 * says that those of the documents are to be made anew.
 */
export async function picture(page: Page, name: string): Promise<number> {
  const folder = process.env['PRIMUM_PICTURES'] === '1' ? PICTURES : SHOTS;
  mkdirSync(folder, { recursive: true });
  const bytes = await page.screenshot({ path: join(folder, `${name}.png`) });
  return bytes.length;
}

export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

/** Whether anything that a stranger wrote has run. */
export function wasHit(page: Page): Promise<boolean> {
  return page.evaluate(() => 'hit' in globalThis);
}
