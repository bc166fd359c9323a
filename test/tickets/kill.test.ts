/** `kill -9` before and after each request that makes a ticket or a comment: each is there once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';
import { ANN, openTestDesk } from '../desk/helper.ts';
import { openRequestTracker, openZammad, TOKEN } from './stand-ins.ts';

const AHEAD_MS = 600_000;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-ticket-kill-'));
  path = join(folder, 'records.db');
  writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An incident with a note, while nobody is there to tell of it. */
async function fill(name: string): Promise<string> {
  const records = await openSqliteRecords({ path });
  // From the beginning of the audit log.
  await records.settings.ensure(`tickets read: ${name}`, '0');
  const { desk } = await openTestDesk({ records });
  const { id } = await desk.incidents.open({ accounts: [ANN], summary: 'No. 1', by: 'olga' });
  await desk.incidents.step(id, 'olga', { kind: 'note', text: 'Told once.' });
  await desk.close();
  await records.close();
  return id;
}

it.each([
  ['zammad', openZammad],
  ['rt', openRequestTracker],
] as const)(
  '%s gets nothing twice and misses nothing',
  { timeout: 120_000 },
  async (kind, open) => {
    const there = await open();
    const id = await fill(kind);
    const run = async (round: number): Promise<string> => {
      const child = spawn(
        process.execPath,
        [
          ...[join(import.meta.dirname, 'kill-child.ts'), path, kind, there.url],
          ...[join(folder, 'token'), String(round * AHEAD_MS)],
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      there.onChange = (when) => {
        const isEnd = when === KILLED[round];
        if (isEnd) child.kill('SIGKILL');
        return !isEnd;
      };
      await once(child, 'close');
      return said;
    };
    for (let round = 0; round < KILLED.length; round++) expect(await run(round)).toBe('');
    expect(await run(KILLED.length)).toBe('told\n');
    expect(there.tickets.map(({ title }) => title)).toEqual([`Incident: No. 1 [primum ${id}]`]);
    expect(there.tickets[0]?.comments.map(({ text }) => text)).toEqual(['Told once. - olga']);
    await there.close();
  },
);

/** When each process dies: what it asked for is lost, then done. First a ticket, then a comment. */
const KILLED = ['before', 'after', 'before', 'after'] as const;
