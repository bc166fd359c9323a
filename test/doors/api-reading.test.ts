/** The API over records that a thread reads: every answer shows what was changed before. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openFixture, type ApiFixture } from './api-fixture.ts';

const incidentList = z.object({ incidents: z.array(z.object({ id: z.string() })) });
const overview = z.object({ open: z.object({ incidents: z.number() }) });
const auditList = z.object({ entries: z.array(z.object({ action: z.string() })) });

let folder = '';
let api: ApiFixture;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'primum-api-reading-'));
  api = await openFixture({ recordsPath: join(folder, 'records.db') });
});

afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const read = async (path: string): Promise<unknown> => (await api.fetch(`/api/v1${path}`)).json();
const change = async (path: string, body: object): Promise<unknown> => {
  const response = await api.fetch(`/api/v1${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
};

async function openIncident(n: number): Promise<string> {
  const asked = { accounts: [`user${n}@example.org`], summary: `Number ${n}`, by: 'olga' };
  return z.object({ id: z.string() }).parse(await change('/incidents', asked)).id;
}

it('after a change the next answer has it: list, page, first look and audit log', async () => {
  for (let n = 1; n <= 10; n += 1) {
    const id = await openIncident(n);
    const { incidents } = incidentList.parse(await read('/incidents?limit=100&state=open'));
    expect(incidents[0]?.id).toBe(id);
    expect(overview.parse(await read('/overview')).open.incidents).toBe(n);
    await change(`/incidents/${id}/steps`, { by: 'olga', step: { kind: 'take' } });
    expect(await read(`/incidents/${id}`)).toMatchObject({ owner: 'olga' });
    const { entries } = auditList.parse(await read('/audit?limit=1'));
    expect(entries[0]?.action).toBe('incident.take');
  }
  expect(api.log()).not.toContain('"level":"warn"');
});

it('who is told of a change and reads again sees it', async () => {
  let told = 0;
  const seen: Promise<number>[] = [];
  api.desk.follow(({ what }) => {
    if (what !== 'incident') return;
    told += 1;
    seen.push(api.desk.incidents.countOpen());
  });
  for (let n = 1; n <= 10; n += 1) await openIncident(n);
  expect(told).toBe(10);
  // More may have come since he asked.
  for (const [i, count] of (await Promise.all(seen)).entries()) {
    expect(count).toBeGreaterThan(i);
  }
});

it('who looks at an account is told when a release lets it start anew', async () => {
  const told: string[] = [];
  api.desk.follow(({ what, id }) => void told.push(`${what} ${id}`));
  const response = await api.fetch('/api/v1/locks/ann@example.org', {
    method: 'DELETE',
    body: JSON.stringify({ by: 'olga', why: 'She called.' }),
  });
  expect(response.status).toBe(200);
  expect(told).toEqual(['account ann@example.org']);
});
