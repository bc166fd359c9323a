/** Accounts are found by the beginning of their name, whether on disk already or not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createInspector, type InspectorParts } from '../../src/gate/inspector.ts';
import { openSqliteStanding } from '../../src/store/sqlite/standing.ts';
import { openFixture, problemOf } from './api-fixture.ts';

it('accounts are found by the beginning of their name, in order, saved or not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'primum-names-'));
  const standing = openSqliteStanding({ path: join(folder, 'standing.db') });
  const add = (name: string): unknown =>
    standing.update([`a:${name}`, `i:${name}/main`], (records) => records.fill(Uint8Array.of(1)));
  for (let n = 0; n < 300; n++) add(`user${n}@example.org`);
  for (const name of ['anna@x.test', 'ann@x.test', 'andy@x.test']) add(name);
  await standing.flush();
  add('annette@x.test');
  const inspector = createInspector({ standing } as unknown as InspectorParts);
  expect(await inspector.names('ANN', 20)).toEqual({
    accounts: ['ann@x.test', 'anna@x.test', 'annette@x.test'],
    isCut: false,
  });
  const many = await inspector.names('user', 20);
  expect(many.isCut).toBe(true);
  expect(many.accounts).toHaveLength(20);
  expect(await inspector.names('nobody', 20)).toEqual({ accounts: [], isCut: false });
  await standing.close();
  rmSync(folder, { recursive: true });
});

it('the API asks for two characters at least, and shows a hundred at most', async () => {
  const api = await openFixture();
  const found = await api.fetch('/api/v1/accounts?prefix=ann');
  expect(await found.json()).toMatchObject({ accounts: ['ann@example.org', 'anna@example.org'] });
  for (const query of ['', '?prefix=a', '?prefix=ann&limit=101', `?prefix=${'a'.repeat(201)}`]) {
    const response = await api.fetch(`/api/v1/accounts${query}`);
    expect(response.status).toBe(400);
    await problemOf(response);
  }
  await api.close();
});
