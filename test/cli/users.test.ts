/** `primum user`: who may log in to the console, by a link that works once. */
import { expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

const { run, api } = commandLine();

it('gives a link for a user, lists who has used his, and removes him', async () => {
  const added = await run(['user', 'add', 'Vera', '--role', 'admin']);
  expect(added.code).toBe(0);
  const asked = await run(['user', 'list']);
  expect(asked.code).toBe(0);
  expect(asked.out).toMatch(/vera +admin [^\n]*link not used yet, until [\d-]+/);
  const token = /\/console\/#\/welcome\/([\w-]{43})/.exec(added.out)?.[1] ?? '';
  const { users } = api().desk;
  const accepted = await users.accept({ token, name: 'vera', password: 'correct horse battery' });
  expect(accepted).toEqual({ ok: true, person: { name: 'vera', role: 'admin' } });
  expect((await run(['user', 'list'])).out).toMatch(/vera +admin/);
  expect((await run(['user', 'remove', 'vera'])).out).toBe('vera is removed.\n');
  expect((await run(['user', 'list'])).out).toContain('There is no user yet');
  const again = await run(['user', 'remove', 'vera']);
  expect(again.code).not.toBe(0);
  expect(again.err).toContain('There is no user vera.');
});

it('refuses a role that is none', async () => {
  const refused = await run(['user', 'add', 'vera', '--role', 'root']);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('--role is reader, reviewer or admin, not "root".');
});
