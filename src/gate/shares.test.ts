/** What counts in the share of mail that failed, and in the canary of a burst: only what would have left. */
import { describe, expect, it } from 'vitest';
import { createPlatform, policyWith, type Platform } from '../../test/platform.ts';

const ANN = 'ann@example.org';

async function bounce(p: Platform, queueId: string, recipient: string): Promise<void> {
  await Promise.resolve(
    p.gate.note({
      v: 1,
      kind: 'delivery',
      id: `bounce-${queueId}-${recipient}`,
      at: p.at(),
      mta: 'mx1',
      queueId,
      recipient,
      result: 'bounced',
      status: '5.1.1',
      reply: '550 5.1.1 user unknown (in reply to RCPT TO command)',
    }),
  );
}

function platform(mode: 'enforce' | 'observe'): Platform {
  const shipped = policyWith({}).outcomes;
  return createPlatform({
    accounts: [{ account: ANN }],
    rules: { mode, canary: 'throttle' },
    policy: {
      outcomes: {
        stopLines: { ...shipped.stopLines, recipients: 20, action: 'hold' },
        canary: { ...shipped.canary, burst: 6, release: 4, unknown: 3 },
        suppression: { ...shipped.suppression, unknown: 'observe' },
      },
    },
  });
}

describe('the share of failures (SND-13)', () => {
  async function afterFailures(deadOf: (i: number) => string, next = 'kim@dest.test') {
    const p = platform('enforce');
    for (let i = 0; i < 12; i += 1) {
      const queueId = `4Q${i}`;
      const envelopeRecipients = ['kim@dest.test', 'lee@dest.test', deadOf(i)];
      p.submit(ANN, { mta: 'mx1', queueId, envelopeRecipients });
      await bounce(p, queueId, deadOf(i));
      p.wait(12 * 3_600_000);
    }
    return p.submit(ANN, { envelopeRecipients: [next] });
  }

  it('has a dead address of a list once a week, however often it is written to', async () => {
    const verdict = await afterFailures(() => 'gone@dest.test');
    expect(verdict.reasons.map(({ signal }) => signal)).not.toContain('stop-line');
  });

  it('has each of ever other ones', async () => {
    const verdict = await afterFailures((i) => `gone${i}@dest${i % 4}.test`);
    expect(verdict.reasons.map(({ signal }) => signal)).toContain('stop-line');
  });

  it('stops what may fail, too, and no letter to people the account knows', async () => {
    const everOther = (i: number): string => `gone${i}@dest${i % 4}.test`;
    const known = await afterFailures(everOther);
    expect(known.verdict).toBe('pass');
    const stranger = await afterFailures(everOther, 'stranger@dest.test');
    expect(stranger.verdict).toBe('hold');
  });
});

describe('the canary of a burst (SND-13)', () => {
  it('hears nothing of what was asked to wait and went all the same', async () => {
    const p = platform('observe');
    const verdicts = Array.from({ length: 10 }, (_, i) =>
      p.submit(ANN, {
        mta: 'mx1',
        queueId: `4Q${i}`,
        envelopeRecipients: [`new${i}@dest${i}.test`],
      }),
    );
    const waited = verdicts.flatMap(({ verdict }, i) => (verdict === 'defer' ? [i] : []));
    expect(waited.length).toBeGreaterThan(3);
    for (const i of waited) await bounce(p, `4Q${i}`, `new${i}@dest${i}.test`);
    const next = p.submit(ANN, { envelopeRecipients: ['one-more@dest.test'] });
    const canary = next.reasons.find(({ signal }) => signal === 'canary');
    expect(canary?.text).toContain('0 do not exist');
  });
});
