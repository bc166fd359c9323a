/** What a daemon keeps goes by the clock it was given, or what is looked for by time is not found. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';
import { openStores, type Closers } from './stores.ts';

it('a line of days ago by that clock is found between its bounds', async () => {
  const nowMs = Date.parse('2026-03-02T06:00:00.000Z');
  const state = mkdtempSync(join(tmpdir(), 'primum-stores-'));
  const closers: Closers = [];
  try {
    const config = { ...loadConfig(undefined, {}), state };
    const { journal } = await openStores(config, {
      telemetry: createSilentTelemetry(),
      closers,
      listening: Promise.resolve(),
      now: () => nowMs,
    });
    journal.append({
      ...{ v: 1, kind: 'login', id: 'l1', at: new Date(nowMs).toISOString(), ok: true },
      ...{ account: 'ann@example.org', service: 'imap', clientAddress: '192.0.2.7' },
    });
    await journal.flush();
    const key = { field: 'account', value: 'ann@example.org' } as const;
    const bounds = { since: nowMs - 60_000, until: nowMs + 60_000 };
    expect(await journal.findBy([{ ...key, ...bounds }], () => true)).toMatchObject({ id: 'l1' });
  } finally {
    for (const close of closers.reverse()) await close();
    rmSync(state, { recursive: true, force: true });
  }
});
