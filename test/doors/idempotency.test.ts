/** A change sent twice with one Idempotency-Key is made once: at once, in turn, and over a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFixture, problemOf, TOKEN, type ApiFixture } from './api-fixture.ts';

let folder = '';
let api: ApiFixture;

const open = () => openFixture({ recordsPath: join(folder, 'records.sqlite') });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'primum-once-'));
  api = await open();
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const REPORT = { by: 'olga', subject: 'spam', text: 'It came from you.' };

function send(path: string, body: object, key: string, method = 'POST'): Promise<Response> {
  return api.fetch(`/api/v1${path}`, {
    method,
    body: JSON.stringify(body),
    headers: {
      ...{ authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      'idempotency-key': key,
    },
  });
}

async function restart(): Promise<void> {
  await api.close();
  api = await open();
}

const countCases = async (): Promise<number> => (await api.desk.cases.list({ limit: 99 })).length;
const detailOf = async (response: Response): Promise<string> => (await problemOf(response)).detail;

describe('a change sent twice with one Idempotency-Key', () => {
  it('has the same answer after a restart, and is made once', async () => {
    const first = await (await send('/cases', REPORT, 'k1')).json();
    await restart();
    const again = await send('/cases', REPORT, 'k1');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.json()).toEqual(first);
    expect(await countCases()).toBe(1);
  });

  it('is refused after a restart when it is another one', async () => {
    await send('/cases', REPORT, 'k1');
    await restart();
    const other = await send('/cases', { ...REPORT, subject: 'other' }, 'k1');
    expect(other.status).toBe(422);
    expect(await detailOf(other)).toContain('Take a new one');
    expect(await countCases()).toBe(1);
  });

  it('is made once by many at the same moment, who are told that it is under way', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => send('/cases', REPORT, 'k1')));
    const statuses = new Set(all.map(({ status }) => status));
    expect([...statuses].every((status) => status === 200 || status === 409)).toBe(true);
    expect(await countCases()).toBe(1);
    expect((await send('/cases', REPORT, 'k1')).status).toBe(200);
  });

  it('keeps its own answer though others come under its key while it is under way', async () => {
    await api.close();
    const gate = Promise.withResolvers<{ readonly ok: true; readonly value: string }>();
    let calls = 0;
    const reload = () => {
      calls += 1;
      return gate.promise;
    };
    api = await openFixture({ parts: { reload } });
    const first = send('/reload', { by: 'olga' }, 'k1');
    await expect.poll(() => calls).toBe(1);
    expect((await send('/reload', { by: 'paul' }, 'k1')).status).toBe(422);
    const same = await send('/reload', { by: 'olga' }, 'k1');
    expect(await detailOf(same)).toContain('is under way');
    gate.resolve({ ok: true, value: 'Nothing changed.' });
    const answer: unknown = await (await first).json();
    expect(await (await send('/reload', { by: 'olga' }, 'k1')).json()).toEqual(answer);
    expect(calls).toBe(1);
  });

  it('that came too late is told so again, and not that it is under way', async () => {
    const made = (await (await send('/cases', REPORT, 'k1')).json()) as { readonly id: string };
    const step = { by: 'olga', step: { kind: 'close', finding: 'not ours', text: 'x' } };
    await send(`/cases/${made.id}/steps`, step, 'k2');
    const late = await send(`/cases/${made.id}/steps`, step, 'k3');
    const again = await send(`/cases/${made.id}/steps`, step, 'k3');
    const sentences = [await detailOf(late), await detailOf(again)];
    expect(sentences[0]).toContain('was closed by olga');
    expect(sentences[1]).toBe(sentences[0]);
  });

  it('is made once though its answer is long', async () => {
    const long = { ...REPORT, text: '"'.repeat(20_000), evidence: '\u0001'.repeat(20_000) };
    expect((await send('/cases', long, 'k1')).status).toBe(200);
    const again = await send('/cases', long, 'k1');
    expect(again.status).toBe(409);
    expect(await detailOf(again)).toContain('was done already');
    expect(await countCases()).toBe(1);
  });

  it('that a crash cut off is not made again without a word', async () => {
    await send('/cases', REPORT, 'k1');
    const cut = new DatabaseSync(join(folder, 'records.sqlite'));
    cut.exec("UPDATE requests SET status = 0, answer = ''");
    cut.close();
    await restart();
    const again = await send('/cases', REPORT, 'k1');
    expect(again.status).toBe(409);
    expect(await detailOf(again)).toContain('cut off');
    expect(await countCases()).toBe(1);
  });

  it('keeps no secret in the records, and gives none twice after a restart', async () => {
    const body = { by: 'adam', name: 'siem', scopes: ['cases:read'] };
    const first = (await (await send('/tokens', body, 'k1')).json()) as { readonly token: string };
    expect(await (await send('/tokens', body, 'k1')).json()).toEqual(first);
    const link = (await (await send('/users', { by: 'adam', name: 'olga' }, 'k2')).json()) as {
      readonly token: string;
    };
    const db = new DatabaseSync(join(folder, 'records.sqlite'));
    const kept = JSON.stringify(db.prepare('SELECT * FROM requests').all());
    db.close();
    expect(kept).not.toContain(first.token);
    expect(kept).not.toContain(link.token);
    await restart();
    expect((await send('/tokens', body, 'k1')).status).toBe(409);
    expect((await api.desk.users.tokens()).length).toBe(1);
  });

  it('is one of these where its answer holds a secret, which is shown once', async () => {
    const { paths } = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(await api.door.openApi());
    const schema = z.object({
      responses: z.object({
        200: z.object({
          content: z.record(
            z.string(),
            z.object({
              schema: z.object({ properties: z.record(z.string(), z.unknown()).optional() }),
            }),
          ),
        }),
      }),
    });
    const secret = Object.entries(paths).flatMap(([path, { post }]) => {
      if (post === undefined) return [];
      const { content } = schema.parse(post).responses[200];
      const names = Object.keys(content['application/json']?.schema.properties ?? {});
      return names.some((name) => /token|path|secret|password|csrf/.test(name)) ? [path] : [];
    });
    // Of these the records keep no answer (`repeats: 'secret'`), or no key at all.
    expect(secret.map((path) => path.replace('/api/v1', '')).sort()).toEqual([
      ...['/questions', '/session', '/tokens', '/trace', '/users'],
    ]);
  });

  it('is made again after a failure that was not its own, and after a day', async () => {
    const other = new DatabaseSync(join(folder, 'records.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const failed = await send('/cases', REPORT, 'k1');
    expect(failed.status).toBe(503);
    other.exec('ROLLBACK');
    other.close();
    expect((await send('/cases', REPORT, 'k1')).status).toBe(200);
    const db = new DatabaseSync(join(folder, 'records.sqlite'));
    db.exec('UPDATE requests SET at_ms = at_ms - 86400001');
    db.close();
    await restart();
    expect((await send('/cases', REPORT, 'k1')).headers.get('idempotent-replayed')).toBeNull();
    expect(await countCases()).toBe(2);
  });
});
