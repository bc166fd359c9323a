/** What people and programs are told while the records cannot be written: in sentences, and reading goes on. */
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync, statfsSync, writeFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../contract/small-disk.ts';
import { problemOf, TOKEN } from './api-fixture.ts';
import { openDeskFixture, PASSWORD } from './desk-fixture.ts';

type Fixture = Awaited<ReturnType<typeof openDeskFixture>>;

const ANN = 'ann@example.org';
const bearer = { authorization: `Bearer ${TOKEN}` };
const CASE = { by: 'olga', subject: 'spam', text: 'It came from you.' };

/** What holds while nothing can be written, and once it can be again. */
async function trouble(
  api: Fixture,
  given: {
    readonly end: () => void;
    readonly olga: Record<string, string>;
    readonly before: string;
  },
): Promise<void> {
  const { end, olga, before } = given;
  const key = { ...bearer, 'idempotency-key': 'once' };
  const ask = (path: string) => fetch(`${api.baseUrl}/api/v1${path}`, { headers: olga });
  for (const path of ['/overview', '/cases', `/cases/${before}`, '/audit', '/locks', '/session']) {
    expect((await ask(path)).status, path).toBe(200);
  }
  const refused = [
    await api.post('/api/v1/cases', CASE, key),
    await api.post('/api/v1/cases', CASE, olga),
    await api.post('/api/v1/session', { name: 'olga', password: PASSWORD }),
    await api.post('/api/v1/incidents', { by: 'x', accounts: [ANN], summary: 's' }, bearer),
  ];
  for (const response of refused) {
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect((await problemOf(response)).detail).toMatch(
      /^The records cannot be read or written: .*\. .*try again/,
    );
  }
  const lock = await api.fetch(`/api/v1/locks/${ANN}`, {
    method: 'PUT',
    body: JSON.stringify({ by: 'olga', why: 'Phished.', unlockOn: 'person' }),
  });
  expect((await problemOf(lock)).detail).toContain('in force');
  expect(api.desk.locks.find(ANN)).toBeDefined();
  const form = { category: 'spam', subject: 's', text: 'From you.' };
  const page = await api.form('/report', form);
  expect(page.status).toBe(503);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('From you.');
  end();
  const again = await api.post('/api/v1/cases', CASE, key);
  expect(again.status).toBe(200);
  expect(await api.desk.cases.countOpen()).toBe(2);
  expect((await api.post('/api/v1/session', { name: 'olga', password: PASSWORD })).status).toBe(
    200,
  );
}

describe('while the records', { timeout: 120_000 }, () => {
  it('are held by another program, people read and are told, and nothing is done twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'primum-held-'));
    const recordsPath = join(folder, 'records.sqlite');
    const api = await openDeskFixture({ recordsPath });
    const other = new DatabaseSync(recordsPath);
    await api.addUser('olga', 'reviewer');
    const olga = api.as(await api.logIn('olga'));
    const { id } = await api.desk.cases.open({ ...CASE, source: 'person', category: 'spam' });
    other.exec('BEGIN IMMEDIATE');
    await trouble(api, { olga, before: id, end: () => other.exec('ROLLBACK') });
    other.close();
    await api.close();
    rmSync(folder, { recursive: true });
  });

  it('have no room on the disk, the same', async (context) => {
    const disk = mountSmallDisk(32);
    if (disk === undefined && process.env['CI'] === 'true') {
      throw new Error('No tmpfs can be mounted: run the tests as root.');
    }
    context.skip(disk === undefined, 'mounting a tmpfs needs root');
    if (disk === undefined) return;
    const api = await openDeskFixture({ recordsPath: join(disk.path, 'records.sqlite') });
    await api.addUser('olga', 'reviewer');
    const olga = api.as(await api.logIn('olga'));
    const { id } = await api.desk.cases.open({ ...CASE, source: 'person', category: 'spam' });
    const ballast = join(disk.path, 'ballast');
    const { bavail, bsize } = statfsSync(disk.path);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    await trouble(api, { olga, before: id, end: () => truncateSync(ballast) });
    await api.close();
    disk.remove();
  });
});
