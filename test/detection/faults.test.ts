/** Detection under faults: restarts, batches, odd events, floods, and those who know how it works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../../src/core/event.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { openSqliteStanding } from '../../src/store/sqlite/standing.ts';
import { createPlatform, type Platform, type PlatformOptions } from '../platform.ts';

const ANN = 'ann@example.org';
const HOME = '10.0.0.1';
const ABROAD = '10.3.0.1';
const SPAMMY = 'x@freemail.test';
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 2, 2, 9);
const folder = mkdtempSync(join(tmpdir(), 'primum-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (more: PlatformOptions = {}): Platform =>
  createPlatform({ ...more, rules: { limits: [], foreignSender: 'observe', ...more.rules } });

let count = 0;
function mail(atMs: number, more: Partial<SubmissionEvent> = {}): SubmissionEvent {
  return {
    ...{ v: 1, kind: 'submission', id: `m${(count += 1)}`, at: new Date(atMs).toISOString() },
    ...{ account: ANN, clientAddress: HOME, heloName: 'client.example', tls: 'TLSv1.3' },
    ...{ envelopeSender: ANN, envelopeRecipients: ['friend1@dest.test'] },
    ...{ mta: 'mx1', queueId: `Q${count}` },
    ...more,
  };
}

const thiefs = (atMs: number, i: number): SubmissionEvent =>
  mail(atMs, {
    ...{ clientAddress: ABROAD, heloName: '[10.3.0.1]', envelopeSender: SPAMMY },
    envelopeRecipients: [`stranger${i}@elsewhere.test`],
  });

/** Twenty days from home, then a thief and the owner side by side. */
function story(): SubmissionEvent[] {
  const events: SubmissionEvent[] = [];
  let atMs = START_MS;
  for (let i = 0; i < 80; i += 1, atMs += 6 * HOUR_MS) {
    events.push(mail(atMs, { envelopeRecipients: [`friend${i % 5}@dest.test`] }));
  }
  for (let i = 0; i < 20; i += 1, atMs += HOUR_MS) {
    events.push(thiefs(atMs, i), mail(atMs + 60_000));
  }
  return events;
}

/** All of a verdict, as it stands in the journal. */
async function judged(p: Platform, events: readonly SubmissionEvent[]): Promise<string[]> {
  const verdicts: string[] = [];
  for (const event of events) verdicts.push(JSON.stringify(await p.gate.judge(event)));
  return verdicts;
}

describe('a restart in the middle', () => {
  it.each([40, 83, 97])('after %d messages changes not a bit of any verdict', async (middle) => {
    const events = story();
    const whole = await judged(open(), events);
    const path = join(folder, `standing-${middle}.sqlite`);
    const first = openSqliteStanding({ path });
    const before = await judged(open({ standing: first }), events.slice(0, middle));
    await first.close();
    const second = openSqliteStanding({ path });
    const after = await judged(open({ standing: second }), events.slice(middle));
    await second.close();
    expect([...before, ...after]).toEqual(whole);
    expect(whole.filter((verdict) => verdict.includes('"verdict":"hold"')).length).toBeGreaterThan(
      10,
    );
  });
});

describe('a batch', () => {
  it.each([7, 120])('of %d events gets the verdicts that each gets alone', async (size) => {
    const events = story();
    const alone = await judged(open(), events);
    const p = open();
    const together: string[] = [];
    for (let i = 0; i < events.length; i += size) {
      const given = events.slice(i, i + size).map(async (event) => p.gate.judge(event));
      together.push(...(await Promise.all(given)).map((verdict) => JSON.stringify(verdict)));
    }
    expect(together).toEqual(alone);
  });
});

describe('odd events', () => {
  it('out of order by hours hold the thief and leave the owner alone', async () => {
    const events = story();
    // Each ten are given backwards.
    const mixed = Array.from({ length: Math.ceil(events.length / 10) }, (_, i) =>
      events.slice(i * 10, i * 10 + 10).reverse(),
    ).flat();
    const p = open();
    const verdicts = new Map<string, Verdict>();
    for (const event of mixed) verdicts.set(event.id, await p.gate.judge(event));
    const of = (address: string): string[] =>
      events
        .filter(({ clientAddress }) => clientAddress === address)
        .map(({ id }) => verdicts.get(id)?.verdict ?? '');
    expect(of(ABROAD).filter((verdict) => verdict === 'pass').length).toBeLessThanOrEqual(4);
    expect(new Set(of(HOME))).toEqual(new Set(['pass']));
  });

  it('given twice count once: the verdicts are those of each given once', async () => {
    const events = story();
    const once = await judged(open(), events);
    const p = open();
    for (const [i, event] of events.entries()) {
      expect(JSON.stringify(await p.gate.judge(event))).toBe(once[i]);
      // The second answer repeats what was said, and teaches nothing.
      await p.gate.judge(event);
    }
  });

  const absurd: readonly (readonly [string, Partial<SubmissionEvent>])[] = [
    ['the year 9999', { at: '9999-12-31T23:59:59.999Z' }],
    ['before 1970', { at: '0001-01-01T00:00:00.000Z' }],
    ['no recipients', { envelopeRecipients: [] }],
    ['a count beyond belief', { recipientCount: Number.MAX_SAFE_INTEGER }],
    ['a size beyond belief', { sizeBytes: Number.MAX_VALUE }],
    ['recipients that are none', { envelopeRecipients: ['', '@', 'a'.repeat(1_000), '\u0000'] }],
    ['an address that is none', { clientAddress: 'nowhere' }],
    ['an empty sender and name', { envelopeSender: '', heloName: '' }],
  ];

  it.each(absurd)('with %s have a sound score, and the owner goes on', async (_, more) => {
    const p = open();
    const events = story();
    await judged(p, events.slice(0, 80));
    const { score } = await p.gate.judge(mail(START_MS + 500 * HOUR_MS, more));
    expect(Number.isFinite(score)).toBe(true);
    const after = await judged(
      p,
      [1, 2, 3].map((i) => mail(START_MS + (500 + i) * HOUR_MS)),
    );
    for (const verdict of after) expect(verdict).toContain('"verdict":"pass"');
  });
});

describe('an account flooded', () => {
  const sizes = async (p: Platform): Promise<number> => {
    let bytes = 0;
    for await (const [, record] of p.standing.scan('')) bytes += record.length;
    return bytes;
  };

  it('with 100,000 recipients keeps bounded records', { timeout: 60_000 }, async () => {
    const p = open({ rules: { canary: 'off' } });
    let atMs = START_MS;
    const some = async (from: number): Promise<void> => {
      for (let i = from; i < from + 50; i += 1, atMs += 60_000) {
        const envelopeRecipients = Array.from({ length: 1_000 }, (_, n) => `r${i}-${n}@dest.test`);
        await p.gate.judge(mail(atMs, { envelopeRecipients }));
      }
    };
    await some(0);
    const half = await sizes(p);
    await some(50);
    expect(await sizes(p)).toBeLessThanOrEqual(half * 1.1);
    expect(half).toBeLessThan(60_000);
  });

  it('with thousands of contexts keeps bounded records and knows its home', async () => {
    // Not the operator's rule on places, which stops the whole account.
    const watched = { windowSeconds: 86_400, maximum: 12, action: 'observe' } as const;
    const p = open({ rules: { places: watched, countries: watched } });
    const events = story().slice(0, 80);
    await judged(p, events);
    let atMs = START_MS + 500 * HOUR_MS;
    for (let i = 0; i < 3_000; i += 1, atMs += 1_000) {
      const clientAddress = `10.${3 + (i % 200)}.${(i >> 3) % 250}.7`;
      await p.gate.judge(mail(atMs, { clientAddress, heloName: `h${i}.example`, queueId: '' }));
    }
    expect(await sizes(p)).toBeLessThan(60_000);
    expect(await p.gate.judge(mail(atMs))).toMatchObject({ verdict: 'pass', score: 0 });
  });
});

describe('who knows how it works', () => {
  it('and trains for thirty days from abroad, little by little to strangers, is still held', async () => {
    const p = open();
    await judged(p, story().slice(0, 80));
    let atMs = START_MS + 500 * HOUR_MS;
    for (let day = 0; day < 30; day += 1, atMs += 24 * HOUR_MS) {
      const envelopeRecipients =
        day % 6 === 5 ? [`trained${day}@dest.test`] : ['friend1@dest.test'];
      await p.gate.judge(mail(atMs, { clientAddress: ABROAD, envelopeRecipients }));
    }
    const verdicts: string[] = [];
    for (let i = 0; i < 20; i += 1, atMs += HOUR_MS) {
      verdicts.push((await p.gate.judge(thiefs(atMs, 100 + i))).verdict);
    }
    expect(verdicts.filter((verdict) => verdict === 'pass').length).toBeLessThanOrEqual(5);
    expect(verdicts.at(-1)).toBe('hold');
  });

  it('and writes to known and unknown people by turns is held all the same', async () => {
    const p = open();
    await judged(p, story().slice(0, 80));
    let atMs = START_MS + 500 * HOUR_MS;
    const verdicts: string[] = [];
    for (let i = 0; i < 24; i += 1, atMs += 3 * HOUR_MS) {
      const turn = i % 2 === 0 ? thiefs(atMs, i) : mail(atMs, { clientAddress: ABROAD });
      verdicts.push((await p.gate.judge(turn)).verdict);
    }
    expect(verdicts.slice(0, verdicts.indexOf('hold')).length).toBeLessThanOrEqual(8);
    expect(verdicts).toContain('hold');
    // The owner at home is none the worse for it.
    expect((await p.gate.judge(mail(atMs))).verdict).toBe('pass');
  });

  it('and forges complaints and bounces of real queue ids locks nobody', async () => {
    const p = open();
    const events = story().slice(0, 80);
    await judged(p, events);
    const atMs = START_MS + 500 * HOUR_MS;
    const at = new Date(atMs).toISOString();
    for (let i = 0; i < 300; i += 1) {
      await p.gate.note({
        ...{ v: 1, kind: 'complaint', id: `c${i}`, at, account: ANN, feedbackType: 'abuse' },
        ...{ queueId: events[i % 80]?.queueId ?? '', mta: 'mx1', verified: false },
      });
      await p.gate.note({
        ...{ v: 1, kind: 'delivery', id: `d${i}`, at, recipient: `never-written${i}@dest.test` },
        ...{ queueId: events[i % 80]?.queueId ?? '', mta: 'mx1', via: 'dsn' },
        ...{ result: 'bounced', status: '5.1.1' },
      });
    }
    const { verdict, rung } = await p.gate.judge(mail(atMs + HOUR_MS));
    expect([verdict, rung]).toEqual(['pass', 'observe']);
    expect(p.lines.some((line) => line.kind === 'rung' && line.to === 'lock')).toBe(false);
    expect(p.intents.some(({ kind }) => kind === 'lock')).toBe(false);
  });
});
