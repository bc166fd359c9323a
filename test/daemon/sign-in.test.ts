/** Logging in elsewhere, wired by the whole program from its configuration file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { takePorts, type PortBlock } from '../peers/ports.ts';
import { CLIENT, startProvider } from '../sign-in/provider.ts';
import { Place, PROCESS_TEST_MS } from './program.ts';

let place = new Place();
let ports: PortBlock | undefined;
let provider: Awaited<ReturnType<typeof startProvider>> | undefined;

afterEach(async () => {
  await place.remove();
  await provider?.close();
  await ports?.release();
  place = new Place();
});

/** The program with a provider of its own, at an address that both know. */
async function startHouse(changed: { readonly issuer?: string; readonly secret?: string } = {}) {
  provider = await startProvider();
  const secretFile = join(place.folder, 'oidc.secret');
  writeFileSync(secretFile, `${changed.secret ?? CLIENT.secret}\n`, { mode: 0o600 });
  ports = await takePorts();
  const [port = 0] = ports.ports;
  const base = `http://127.0.0.1:${port}`;
  place.configure({
    doors: { api: { listen: [`127.0.0.1:${port}`] } },
    login: {
      password: false,
      oidc: {
        issuer: changed.issuer ?? provider.issuer,
        client_id: CLIENT.id,
        client_secret_file: secretFile,
        base_url: `${base}/`,
        roles: { admin: [], reviewer: ['abuse-desk'], reader: [] },
        create_users: true,
        label: 'the house',
      },
    },
  });
  const primum = await place.start();
  return { primum, base };
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
const ask = (url: string, cookie = '') => fetch(url, { redirect: 'manual', headers: { cookie } });

async function logIn(base: string): Promise<{ readonly back: Response; readonly cookie: string }> {
  const there = await ask(`${base}/login/oidc`);
  const atProvider = await ask(there.headers.get('location') ?? '');
  const back = await ask(atProvider.headers.get('location') ?? '', cookiesOf(there));
  return { back, cookie: cookiesOf(back) };
}

test(
  'who is of the right group logs in by the provider, and the program has him as a user',
  async () => {
    const { primum, base } = await startHouse();
    const ways = (await (await ask(`${base}/api/v1/ways-in`)).json()) as object;
    expect(ways).toMatchObject({ password: false, provider: 'the house' });
    const { cookie } = await logIn(base);
    const session = await (await ask(`${base}/api/v1/session`, cookie)).json();
    expect(session).toMatchObject({ name: 'olga', role: 'reviewer' });
    const { users } = await (await primum.client()).users();
    expect(users.map(({ name, role }) => [name, role])).toEqual([['olga', 'reviewer']]);
    expect(primum.output()).not.toContain(CLIENT.secret);
  },
  PROCESS_TEST_MS,
);

test(
  'with the wrong secret nobody gets in, and the program goes on',
  async () => {
    const { primum, base } = await startHouse({ secret: 'another' });
    const { cookie } = await logIn(base);
    expect((await ask(`${base}/api/v1/session`, cookie)).status).toBe(401);
    expect((await (await primum.client()).users()).users).toEqual([]);
  },
  PROCESS_TEST_MS,
);

test(
  'a provider that is away keeps the program from nothing but this login',
  async () => {
    const { base } = await startHouse({ issuer: 'http://127.0.0.1:9' });
    const response = await ask(`${base}/login/oidc`);
    expect(response.status).toBeGreaterThanOrEqual(300);
    expect(response.headers.get('location') ?? '').not.toContain('127.0.0.1:9');
    expect((await ask(`${base}/api/v1/session`)).status).toBe(401);
  },
  PROCESS_TEST_MS,
);
