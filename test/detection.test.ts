/** The low flyer through the gate: whom it stops, whom it leaves alone, what cannot be done to it. */
import { describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../src/core/event.ts';
import type { Verdict } from '../src/core/verdict.ts';
import { createPlatform, type Platform } from './platform.ts';

const ANN = 'ann@example.org';
const HOME = '10.0.0.1';
/** A hosting network of the test platform. */
const ABROAD = '10.3.0.1';
const SPAMMY = 'x@freemail.test';
const HOUR = 3_600_000;

function open(more: Parameters<typeof createPlatform>[0] = {}): Platform {
  return createPlatform({
    ...more,
    rules: { limits: [], foreignSender: 'observe', ...more.rules },
  });
}

/** Weeks of mail from home to the same few people. */
function live(p: Platform, days = 20, account = ANN): void {
  for (let i = 0; i < days * 4; i += 1) {
    p.submit(account, { clientAddress: HOME, envelopeRecipients: [`friend${i % 5}@dest.test`] });
    p.wait(6 * HOUR);
  }
}

let strangers = 0;
function steal(p: Platform, more: Partial<SubmissionEvent> = {}): Verdict {
  p.wait(HOUR);
  return p.submit(ANN, {
    clientAddress: ABROAD,
    heloName: '[10.3.0.1]',
    envelopeRecipients: [`stranger${(strangers += 1)}@elsewhere.test`],
    ...more,
  });
}

describe('the low flyer (SND-6)', () => {
  it('is held after few messages, by place and people together, on the envelope alone', () => {
    const p = open();
    live(p);
    const verdicts = Array.from({ length: 8 }, () => steal(p).verdict);
    expect(verdicts.slice(0, 2)).toEqual(['pass', 'pass']);
    expect(verdicts.slice(2)).not.toContain('pass');
  });

  it('is held alone: the owner goes on writing from home', () => {
    const p = open();
    live(p);
    for (let i = 0; i < 6; i += 1) steal(p, { envelopeSender: SPAMMY });
    expect(steal(p, { envelopeSender: SPAMMY }).verdict).toBe('hold');
    for (let i = 0; i < 5; i += 1) {
      const own = { clientAddress: HOME, envelopeRecipients: [`friend${i}@dest.test`] };
      expect(p.submit(ANN, own).verdict).toBe('pass');
    }
  });

  it("is held alone: the form of the owner's web shop goes on, too", () => {
    const p = open({ rules: { mode: 'observe' } });
    live(p);
    const order = (): Verdict['verdict'] => {
      p.wait(5 * HOUR);
      strangers += 1;
      return p.submit(ANN, {
        clientAddress: '10.2.0.9',
        heloName: 'shop.example',
        envelopeRecipients: [`buyer${strangers}@elsewhere.test`],
        sizeBytes: 2_000 + (strangers % 3),
      }).verdict;
    };
    for (let i = 0; i < 15; i += 1) order();
    for (let i = 0; i < 6; i += 1) steal(p, { envelopeSender: SPAMMY });
    expect(steal(p, { envelopeSender: SPAMMY }).verdict).toBe('hold');
    expect([order(), order(), order()]).not.toContain('hold');
    expect(steal(p, { envelopeSender: SPAMMY }).verdict).toBe('hold');
  });

  it('gains nothing by known recipients in between', () => {
    const p = open();
    live(p);
    const verdicts = Array.from({ length: 16 }, (_, i) =>
      i % 2 === 0
        ? steal(p, { envelopeSender: SPAMMY })
        : steal(p, { envelopeRecipients: ['friend1@dest.test'], envelopeSender: SPAMMY }),
    );
    expect(verdicts.slice(4).every(({ verdict }) => verdict === 'hold')).toBe(true);
  });

  it('gains nothing by another network for each message', () => {
    const p = open();
    live(p);
    const last = Array.from({ length: 8 }, (_, i) =>
      steal(p, { clientAddress: `10.3.${i + 1}.7`, envelopeSender: SPAMMY }),
    ).at(-1);
    expect(last?.verdict).toBe('hold');
  });

  it('gains little by weeks of training from the same place', () => {
    const p = open();
    live(p);
    for (let day = 0; day < 30; day += 1) {
      p.wait(24 * HOUR);
      p.submit(ANN, { clientAddress: ABROAD, envelopeRecipients: ['friend1@dest.test'] });
    }
    const verdicts = Array.from({ length: 12 }, () => steal(p, { envelopeSender: SPAMMY }));
    expect(verdicts.filter(({ verdict }) => verdict === 'pass').length).toBeLessThanOrEqual(4);
    expect(verdicts.at(-1)?.verdict).toBe('hold');
  });
});

describe('who is not a thief', () => {
  it('a person on the way writes to friends from a new country and is left alone', () => {
    const p = open();
    live(p);
    for (let i = 0; i < 30; i += 1) {
      p.wait(HOUR);
      const own = { clientAddress: ABROAD, envelopeRecipients: [`friend${i % 5}@dest.test`] };
      expect(p.submit(ANN, own).verdict).toBe('pass');
    }
  });

  it('a new account writes to strangers without being held', () => {
    const p = open();
    for (let i = 0; i < 25; i += 1) {
      p.wait(HOUR);
      const first = { clientAddress: HOME, envelopeRecipients: [`first${i}@dest.test`] };
      expect(p.submit(ANN, first).verdict).toBe('pass');
    }
  });

  it.each(['application', 'device', 'list', 'system'] as const)(
    'SND-10: a %s is never locked as if stolen',
    (kind) => {
      const p = open({ accounts: [{ account: ANN, class: kind }] });
      live(p);
      for (let i = 0; i < 40; i += 1) steal(p, { envelopeSender: SPAMMY });
      expect(p.lines.some((line) => line.kind === 'rung' && line.to === 'lock')).toBe(false);
    },
  );

  it('a forward is not judged by what strangers wrote', () => {
    const p = open({ accounts: [{ account: ANN, class: 'forward' }] });
    live(p);
    for (let i = 0; i < 20; i += 1) expect(steal(p).verdict).toBe('pass');
  });

  it('FBK-8: bounces of mail that nobody here sent count for nobody', async () => {
    const p = open();
    live(p);
    for (let i = 0; i < 200; i += 1) {
      await p.gate.note({
        ...{ v: 1, kind: 'delivery', id: `b${i}`, at: p.at(), recipient: `r${i}@dest.test` },
        ...{ submission: `forged${i}`, result: 'bounced', status: '5.1.1' },
      });
      await p.gate.note({
        ...{ v: 1, kind: 'complaint', id: `c${i}`, at: p.at(), account: ANN },
        ...{ feedbackType: 'abuse', verified: false },
      });
    }
    const own = { clientAddress: HOME, envelopeRecipients: ['friend1@dest.test'] };
    expect(p.submit(ANN, own)).toMatchObject({ verdict: 'pass', score: 0 });
  });
});

describe('a word from the owner', () => {
  it('"this was me" opens the context and trusts it', async () => {
    const p = open();
    live(p);
    let held = steal(p, { envelopeSender: SPAMMY });
    for (let i = 0; i < 5; i += 1) held = steal(p, { envelopeSender: SPAMMY });
    expect(held.verdict).toBe('hold');
    await p.gate.note({
      ...{ v: 1, kind: 'confirm', id: 'me', at: p.at(), account: ANN },
      ...{ context: held.context, mine: true, by: ANN },
    });
    expect(steal(p).verdict).toBe('pass');
    const report = await p.inspector.account(ANN);
    const context = report?.identities[0]?.contexts.find((row) => row.context === held.context);
    expect(context).toMatchObject({ trusted: true });
  });

  it('"not me" locks the account, and only where rules are enforced', async () => {
    for (const [mode, locks] of [
      ['enforce', 1],
      ['observe', 0],
    ] as const) {
      const p = open({ rules: { mode } });
      live(p, 2);
      await p.gate.note({
        ...{ v: 1, kind: 'confirm', id: 'no', at: p.at(), account: ANN },
        ...{ mine: false, by: ANN },
      });
      expect(p.intents.filter(({ kind }) => kind === 'lock')).toHaveLength(locks);
      // Who watches only must hear that nothing was done by itself.
      const alerts = p.intents.filter(({ kind }) => kind === 'alert');
      expect(alerts.some((one) => 'cause' in one && one.cause === 'not-the-owner')).toBe(
        mode === 'observe',
      );
      expect(p.lines.some((line) => line.kind === 'rung' && line.to === 'lock')).toBe(true);
    }
  });
});

describe('an explanation', () => {
  it('says to owner and reviewer what was seen, what is usual, and what would change it', async () => {
    const p = open();
    live(p);
    let held = steal(p, { envelopeSender: SPAMMY });
    for (let i = 0; i < 4; i += 1) held = steal(p, { envelopeSender: SPAMMY });
    const found = await p.inspector.explain(held.reference);
    expect(found?.verdict).toMatchObject({ model: 'primum-5' });
    expect(found?.verdict.hypothesis).toBeDefined();
    expect(found?.verdict.sums?.recipients).toBeGreaterThan(4);
    expect(found?.verdict.wouldChange).toMatch(/it would score \d/);
    expect(found?.words.owner).toMatch(/^This message .* your other devices keep sending/s);
    expect(found?.words.reviewer).toMatch(/usually that is so of [\d.]+ % of its messages/);
  });
});

describe('odd events', () => {
  it('from the future, late or twice change no verdict of the owner for long', () => {
    const p = open();
    live(p);
    const own = { clientAddress: HOME, envelopeRecipients: ['friend1@dest.test'] };
    p.submit(ANN, { ...own, at: '2099-01-01T00:00:00.000Z' });
    const twice = p.submission(ANN, own);
    for (let i = 0; i < 2; i += 1) expect(p.gate.judge(twice)).toMatchObject({ verdict: 'pass' });
    p.submit(ANN, { ...own, at: '2020-01-01T00:00:00.000Z' });
    for (let i = 0; i < 5; i += 1) expect(p.submit(ANN, own).verdict).toBe('pass');
  });
});
