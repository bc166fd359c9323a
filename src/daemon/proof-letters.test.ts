/** FBK-4: a letter to abuse@ and postmaster@ of each domain must come back, and the scorecard says so. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planOf } from '../../test/watch/plan.ts';
import { loadConfig } from '../config/load.ts';
import type { SpooledMessage } from '../spool/contract.ts';
import { proof } from '../watch/checks/proof.ts';
import { openTools } from '../watch/open-tools.ts';
import { proofFile } from './proof-file.ts';
import { createProofLetters } from './proof-letters.ts';

const DAY_MS = 86_400_000;
const DOMAIN = 'own.example';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-proof-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function setUp(domains: readonly string[] = [DOMAIN]) {
  const clock = { now: Date.UTC(2026, 10, 28) };
  const letters: { to: string; subject: string; text: string }[] = [];
  const others: string[] = [];
  const warnings: string[] = [];
  const trouble: { error?: Error; whileSending?: () => Promise<void> } = {};
  const config = { ...loadConfig(undefined, {}), state: folder };
  const proofs = createProofLetters(config, {
    now: () => clock.now,
    domains: () => domains,
    telemetry: { warn: (text) => void warnings.push(text) },
    send: async (to, { subject, text }) => {
      if (trouble.error !== undefined) throw trouble.error;
      letters.push({ to, subject, text });
      await trouble.whileSending?.();
    },
  });
  const consumer = proofs.before({
    take: (message) => {
      others.push(message.id);
      return Promise.resolve();
    },
  });
  /** What the LMTP door took in. */
  async function comesIn(text: string, sender = 'someone@own.example'): Promise<void> {
    const path = join(folder, 'message');
    writeFileSync(path, `xx${text}`);
    const file = { path, start: 2 };
    await consumer.take({ id: 'M', sender, file } as SpooledMessage, () => undefined);
  }
  async function row(domain = DOMAIN) {
    const plan = planOf({ domains, proof: { file: proofFile(config), withinMs: DAY_MS } });
    const [seen] = await proof.run(
      domain,
      openTools(plan, () => clock.now),
    );
    return { state: seen?.state, text: seen?.evidence.join(' ') ?? '' };
  }
  const copyOf = (to: string): string => {
    const letter = letters.findLast((each) => each.to === to);
    return `Subject: ${letter?.subject ?? ''}\r\nTo: ${to}\r\n\r\n${letter?.text ?? ''}`;
  };
  return { proofs, clock, letters, others, warnings, trouble, comesIn, row, copyOf };
}

const ABUSE = `abuse@${DOMAIN}`;
const POSTMASTER = `postmaster@${DOMAIN}`;

describe('FBK-4: letters that must come back', () => {
  it('may come back before they are quite handed over', async () => {
    const { proofs, letters, others, trouble, comesIn, copyOf, row } = setUp();
    trouble.whileSending = () => comesIn(copyOf(letters.at(-1)?.to ?? ''));
    await proofs.tick();
    expect(await row()).toMatchObject({ state: 'pass' });
    expect(others).toEqual([]);
  });

  it('go to both addresses once a week', async () => {
    const { proofs, letters, clock } = setUp();
    expect(await proofs.tick()).toBe(2);
    expect(letters.map(({ to }) => to).sort()).toEqual([ABUSE, POSTMASTER]);
    clock.now += 6 * DAY_MS;
    expect(await proofs.tick()).toBe(0);
    clock.now += DAY_MS;
    expect(await proofs.tick()).toBe(2);
  });

  it('are proof when both are back, and are nobody’s case', async () => {
    const { proofs, comesIn, row, copyOf, others, clock } = setUp();
    expect((await row()).state).toBe('not-applicable');
    await proofs.tick();
    expect((await row()).text).toContain('is under way');
    await comesIn(copyOf(ABUSE));
    clock.now += 2 * DAY_MS;
    const half = await row();
    expect(half).toMatchObject({ state: 'fail' });
    expect(half.text).toContain(`The letter to ${POSTMASTER} of 2026-11-28 did not come back.`);
    await comesIn(`Subject: Fwd: mail for you\r\n\r\n> ${copyOf(POSTMASTER)}`);
    expect((await row()).state).toBe('pass');
    expect(others).toEqual([]);
  });

  it('are known where a gateway broke their lines', async () => {
    const { proofs, comesIn, others, copyOf } = setUp();
    await proofs.tick();
    await comesIn(copyOf(ABUSE).replaceAll(/(primum-proof-.{10})/g, '$1=\r\n'));
    expect(others).toEqual([]);
  });

  it('that bounce, and words that only look like one, prove nothing', async () => {
    const { proofs, comesIn, row, copyOf, others, clock } = setUp();
    await proofs.tick();
    await comesIn(`Content-Type: multipart/report\r\n\r\n${copyOf(ABUSE)}`);
    await comesIn(copyOf(ABUSE), '');
    await comesIn(`Auto-Submitted: auto-replied\r\n\r\n${copyOf(ABUSE)}`);
    await comesIn(`Subject: primum-proof-${'0'.repeat(32)}\r\n\r\n`);
    expect(others).toHaveLength(4);
    clock.now += 2 * DAY_MS;
    expect((await row()).state).toBe('fail');
  });

  it('are remembered after a restart', async () => {
    const { proofs, copyOf } = setUp();
    await proofs.tick();
    const text = copyOf(ABUSE);
    const after = setUp();
    expect(await after.proofs.tick()).toBe(0);
    await after.comesIn(text);
    expect(after.others).toEqual([]);
  });

  it('are at most fifty at once, those that never had one first', async () => {
    const domains = Array.from({ length: 40 }, (_, at) => `d${at}.example`);
    const { proofs, letters } = setUp(domains);
    expect(await proofs.tick()).toBe(50);
    expect(await proofs.tick()).toBe(30);
    expect(new Set(letters.map(({ to }) => to)).size).toBe(80);
  });

  it('that cannot be sent are tried again, and that is said', async () => {
    const { proofs, warnings, trouble, row } = setUp();
    trouble.error = new Error('127.0.0.1:25: nobody there.');
    expect(await proofs.tick()).toBe(0);
    expect(warnings).toHaveLength(1);
    expect((await row()).state).toBe('not-applicable');
    delete trouble.error;
    expect(await proofs.tick()).toBe(2);
  });
});
