/** `primum hold` as a person meets it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdText } from '../../src/cli/commands/holds.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import type { HoldView } from '../../src/client/client.ts';
import { NOW, TOKEN, openFixture } from '../doors/api-fixture.ts';
import type { ApiFixture } from '../doors/api-fixture.ts';

const ANN = 'ann@example.org';
const MTA = 'mx1.example.org';
let api: ApiFixture;
let state: string;

beforeEach(async () => {
  api = await openFixture();
  state = await mkdtemp(join(tmpdir(), 'primum-hold-'));
  await writeFile(join(state, 'api-token'), `${TOKEN}\n`, { mode: 0o600 });
});

afterEach(async () => {
  await api.close();
  await rm(state, { recursive: true });
});

/** So many messages of the account are held with the lock. */
async function contain(count: number, sender = ANN): Promise<void> {
  const contained = Array.from({ length: count }, (_, n) => ({
    ...{
      queueId: `4jWSb00VPKzJf${String(n).padStart(3, '0')}`,
      queueName: 'hold',
      sender,
      saslLogin: ANN,
    },
    ...{ arrivalSeconds: NOW / 1000, sizeBytes: 300, recipients: 1 },
  }));
  await api.desk.agents.report(MTA, [{ id: `contain:${ANN}`, kind: 'contain', contained }]);
}

async function cli(...words: readonly string[]) {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    env: { PRIMUM_STATE: state, PRIMUM_API: api.baseUrl },
    user: () => 'olga',
    isTerminal: () => false,
    ask: () => Promise.resolve(undefined),
  };
  const none = () => Promise.reject(new Error('not asked for'));
  const wiring = {
    version: '1.2.3',
    ...{ start: none, agent: none, replay: none, importPostfix: none, backtest: none },
    ...{
      srs: none,
      checkFiles: none,
      simulate: none,
      score: none,
      calibrate: none,
      judgeName: none,
      connect: none,
      audit: none,
    },
  };
  return { code: await runCli(['hold', ...words], io, wiring), out, err };
}

describe('primum hold', () => {
  it('says how many messages wait, not only how many it shows', async () => {
    await contain(12);
    expect((await cli('list', '--limit', '10')).out).toContain('\n10 of 12 messages.\n');
    expect((await cli('list', '--limit', '12')).out).toContain('\n12 messages.\n');
    expect((await cli('list')).out).toContain('\n12 messages.\n');
  });

  it('speaks of what was typed where something is wrong with it', async () => {
    await contain(1);
    const [hold] = await api.desk.holds.list({ limit: 1 });
    const long = await cli('delete', hold?.reference ?? '', '--why', 'x'.repeat(5_000));
    expect(long.err).toMatch(/^--why is longer than \d+ characters; shorten it\.\n$/);
    const odd = await cli('delete', 'x'.repeat(500), '--why', 'No.');
    expect(odd.err).toMatch(/^What was named is neither a reference nor/);
  });

  it('does not promise that a message without a sender goes back to it', async () => {
    await contain(1, '');
    const { out } = await cli('list', '--json');
    const { holds } = JSON.parse(out) as { readonly holds: readonly HoldView[] };
    expect(holdText(holds[0]!)).toContain('it has no sender to go back to');
    expect(holdText({ ...holds[0]!, envelopeSender: ANN })).toContain('goes back to its sender');
  });
});
