/** The API door with users, the built console's place and the public pages' texts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../src/desk/contract.ts';
import type { PublicPages } from '../../src/doors/api/desk-parts.ts';
import { openFixture, type FixtureOptions } from './api-fixture.ts';

export const PASSWORD = 'correct horse battery';

const texts = (language: string): Record<string, string> =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../../data/public-pages/${language}.json`), 'utf8'),
  ) as Record<string, string>;

export const PAGES: PublicPages = {
  texts: { en: texts('en'), de: texts('de') },
  style: 'body { margin: 0; }',
  operator: 'mail.example.org',
};

export interface Visitor {
  readonly cookie: string;
  readonly csrf: string;
}

export async function openDeskFixture(given: FixtureOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'primum-console-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Primum</title>');
  writeFileSync(join(folder, 'console.js'), 'export {};');
  writeFileSync(join(folder, 'secret.key'), 'not for anybody');
  const api = await openFixture({ ...given, consoleFolder: folder, publicPages: PAGES });
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${api.baseUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return {
    ...api,
    post,
    async addUser(name: string, role: Role): Promise<void> {
      const { token } = await api.desk.users.invite({ name, role, by: 'test' });
      await api.desk.users.accept({ token, name, password: PASSWORD });
    },
    async logIn(name: string, headers: Record<string, string> = {}): Promise<Visitor> {
      const response = await post('/api/v1/session', { name, password: PASSWORD }, headers);
      const { csrf } = (await response.json()) as { csrf: string };
      const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      return { cookie, csrf };
    },
    as: (visitor: Visitor): Record<string, string> => ({
      cookie: visitor.cookie,
      'x-primum-csrf': visitor.csrf,
    }),
    form: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${api.baseUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(fields).toString(),
      }),
    async close() {
      await api.close();
      rmSync(folder, { recursive: true });
    },
  };
}
