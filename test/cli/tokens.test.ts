/** `primum token` as a person meets it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../../src/desk/desk.ts';
import { digestOf } from '../../src/desk/passwords.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { commandLine } from './command-line.ts';

const { run, api } = commandLine();
const cli = (...words: readonly string[]) => run(['token', ...words]);

describe('primum token', () => {
  it('shows a token once, lists it without its secret, and revokes it', async () => {
    const added = await cli('add', 'siem', '--scope', 'incidents:read,holds:read,audit:read');
    expect(added.code).toBe(0);
    const [secret = ''] = added.out.split('\n');
    expect(secret).toMatch(/^[\w-]{43}$/);
    const ask = (path: string) =>
      api()
        .fetch(`/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } })
        .then(({ status }) => status);
    expect([await ask('/incidents'), await ask('/holds'), await ask('/audit')]).toEqual([
      200, 200, 200,
    ]);
    expect(await ask('/cases')).toBe(403);
    const listed = await cli('list');
    expect(listed.out).toMatch(/siem +reader +incidents:read,holds:read,audit:read .* olga/);
    expect(listed.out).not.toContain(secret);
    const id = /revoke (\w+)"/.exec(added.out)?.[1] ?? '';
    expect((await cli('revoke', id)).out).toBe(`The token ${id} is revoked.\n`);
    expect(await ask('/incidents')).toBe(401);
    const again = await cli('revoke', id);
    expect(again.code).not.toBe(0);
    expect(again.err).toContain(`There is no token ${id}.`);
    expect(
      (await api().desk.audit.list({ limit: 5 })).map(({ action, by }) => [action, by]),
    ).toEqual([
      ['token.remove', 'olga'],
      ['token.add', 'olga'],
    ]);
  });

  it.each([
    [['add', 'siem'], 'Say what it is for'],
    [['add', 'siem', '--scope', 'hold:read'], 'is neither * nor one of accounts, audit, cases'],
    [['add', 'siem', '--scope', '*', '--role', 'root'], '--role is reader, reviewer or admin'],
  ])('%j says what to write instead', async (words, said) => {
    const { code, err } = await cli(...words);
    expect(code).not.toBe(0);
    expect(err).toContain(said);
  });
});

describe('a token at rest', () => {
  it('is only a digest, and outlives a restart', async () => {
    const state = await mkdtemp(join(tmpdir(), 'primum-token-'));
    const path = join(state, 'records.db');
    const telemetry = createTelemetry({
      level: 'fatal',
      destination: { write: () => undefined },
      processFigures: false,
    });
    const open = async () => {
      const records = await openSqliteRecords({ path });
      const desk = await openDesk({ records, telemetry, channels: [], connectors: [] });
      return { desk, close: () => desk.close().then(() => records.close()) };
    };
    const first = await open();
    const request = { name: 'siem', role: 'reader' as const, scopes: ['*'], by: 'olga' };
    const { token } = await first.desk.users.addToken(request);
    await first.close();
    const bytes = await readFile(path);
    expect(bytes.includes(token)).toBe(false);
    expect(bytes.includes(digestOf(token))).toBe(true);
    const second = await open();
    expect(await second.desk.users.token(token)).toMatchObject({ name: 'siem', scopes: ['*'] });
    await second.close();
    await rm(state, { recursive: true });
  });
});
