/** Files of an incident: kept as they came, bounded, and never more than a download. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS } from '../../src/desk/attachments.ts';
import { openDesk } from '../../src/desk/desk.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { listen } from '../desk/helper.ts';
import { openFixture, problemOf, type ApiFixture } from './api-fixture.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await openFixture();
});
afterAll(() => api.close());

const newIncident = async (): Promise<string> =>
  (await api.desk.incidents.open({ accounts: ['ann@example.org'], summary: 's', by: 'olga' })).id;
const attach = (id: string, name: string, content: Buffer | string) =>
  api.fetch(`/api/v1/incidents/${id}/attachments`, {
    method: 'POST',
    body: JSON.stringify({
      ...{ by: 'olga', name },
      content: typeof content === 'string' ? content : content.toString('base64'),
    }),
  });
const download = (id: string, file: string) =>
  api.fetch(`/api/v1/incidents/${id}/attachments/${file}`);

describe('a file of an incident', () => {
  it('comes back as it came, with its digest, noted in the incident and the audit log', async () => {
    const id = await newIncident();
    const bytes = randomBytes(100_000);
    const made = (await (await attach(id, 'headers.eml', bytes)).json()) as { id: string };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(made).toMatchObject({ name: 'headers.eml', sizeBytes: 100_000, sha256, by: 'olga' });
    const back = await download(id, made.id);
    expect(Buffer.from(await back.arrayBuffer()).equals(bytes)).toBe(true);
    const list = await api.fetch(`/api/v1/incidents/${id}/attachments`);
    expect(await list.json()).toEqual({ attachments: [made] });
    const text = `Attached headers.eml, 100000 bytes, SHA-256 ${sha256}.`;
    expect((await api.desk.incidents.get(id))?.timeline.at(-1)).toMatchObject({ by: 'olga', text });
    const [entry] = await api.desk.audit.list({ limit: 1 });
    expect(entry).toMatchObject({ action: 'incident.attach', why: `${id}: ${text}` });
  });

  // prettier-ignore
  const hostile = [
    ['page.html',                   'page.html',        `attachment; filename="page.html"; filename*=UTF-8''page.html`],
    ['../../etc/passwd',            'passwd',           `attachment; filename="passwd"; filename*=UTF-8''passwd`],
    ['C:\\temp\\a.exe',             'a.exe',            `attachment; filename="a.exe"; filename*=UTF-8''a.exe`],
    ['..',                          'file',             `attachment; filename="file"; filename*=UTF-8''file`],
    ['a"; x="b\r\nX-Evil: 1.svg',   'a"; x="bX-Evil: 1.svg', `attachment; filename="a__ x__bX-Evil_ 1.svg"; filename*=UTF-8''a%22%3B%20x%3D%22bX-Evil%3A%201.svg`],
    ['gpj.\u202eexe',               'gpj.exe',          `attachment; filename="gpj.exe"; filename*=UTF-8''gpj.exe`],
    ['Übersicht (1)*.pdf',          'Übersicht (1)*.pdf', `attachment; filename="_bersicht _1__.pdf"; filename*=UTF-8''%C3%9Cbersicht%20%281%29%2A.pdf`],
  ] as const;

  it.each(hostile)(
    'named %j is a download and nothing a browser runs',
    async (name, kept, disposition) => {
      const id = await newIncident();
      const content = Buffer.from('<script>alert(1)</script>');
      const made = (await (await attach(id, name, content)).json()) as { id: string; name: string };
      expect(made.name).toBe(kept);
      const { headers } = await download(id, made.id);
      expect(headers.get('content-disposition')).toBe(disposition);
      expect(headers.get('content-type')).toBe('application/octet-stream');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(headers.get('x-evil')).toBeNull();
    },
  );

  it('is of one incident; under the name of another it is not there', async () => {
    const [one, other] = [await newIncident(), await newIncident()];
    const made = (await (await attach(one, 'a', Buffer.from('a'))).json()) as { id: string };
    expect((await download(other, made.id)).status).toBe(404);
    expect((await download(one, 'nothing')).status).toBe(404);
    expect((await download(one, '..%2f..%2fapi-token')).status).toBe(400);
    expect((await attach('nothing', 'a', Buffer.from('a'))).status).toBe(404);
  });

  it.each([
    ['what is no base64', 'x', 'a?b='],
    ['base64 that is cut', 'x', 'YQ='],
    ['an empty name', '', 'YQ=='],
    ['a name that is too long', 'n'.repeat(501), 'YQ=='],
  ])('is not made of %s', async (_, name, content) => {
    const response = await attach(await newIncident(), name, content);
    expect(response.status).toBe(400);
    await problemOf(response);
  });

  it('has at most 5 MiB, and an incident at most twenty', async () => {
    const id = await newIncident();
    expect((await attach(id, 'most', Buffer.alloc(MAX_ATTACHMENT_BYTES))).status).toBe(200);
    const above = await attach(id, 'above', Buffer.alloc(MAX_ATTACHMENT_BYTES + 1));
    expect(above.status).toBe(413);
    expect((await problemOf(above)).detail).toContain('at most 5 MiB');
    expect((await attach(id, 'far above', 'A'.repeat(8 * 1024 * 1024))).status).toBe(413);
    const small = Buffer.from('a');
    for (let n = 1; n < MAX_ATTACHMENTS; n++)
      expect((await attach(id, `${n}`, small)).ok).toBe(true);
    const more = await attach(id, 'one more', small);
    expect(more.status).toBe(409);
    expect((await problemOf(more)).detail).toContain('20 files already');
  });

  it('outlives a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'primum-attach-'));
    const open = async () => {
      const records = await openSqliteRecords({ path: join(folder, 'records.db') });
      const { telemetry } = listen();
      const desk = await openDesk({ records, telemetry, channels: [], connectors: [] });
      return { desk, close: () => desk.close().then(() => records.close()) };
    };
    const first = await open();
    const { id } = await first.desk.incidents.open({ accounts: ['a@b.c'], summary: 's', by: 'o' });
    const content = Buffer.from('evidence');
    const made = await first.desk.attachments.add({ incident: id, name: 'e', content, by: 'o' });
    await first.close();
    const second = await open();
    const kept = await second.desk.attachments.get(id, made.ok ? made.attachment.id : '');
    expect(Buffer.from(kept?.content ?? []).toString()).toBe('evidence');
    await second.close();
    rmSync(folder, { recursive: true });
  });
});
