/** Whom a bounce and a complaint are believed (FBK-8): nobody is held or locked by a stranger. */
import { describe, expect, it } from 'vitest';
import { createPlatform, policyWith, type Platform } from '../../test/platform.ts';
import type { ComplaintEvent, DeliveryEvent } from '../core/event.ts';

const ANN = 'ann@example.org';
type Settings = NonNullable<Parameters<typeof createPlatform>[0]>;
const MANY = Array.from({ length: 30 }, (_, i) => `r${i}@d${i}.test`);
const SHIPPED = policyWith({}).outcomes;
const REFUSING: Settings = {
  policy: {
    outcomes: { ...SHIPPED, suppression: { ...SHIPPED.suppression, complained: 'refuse' } },
  },
};
let ids = 0;

/** An account that has written to all of these, a few at a time. */
async function sent(to: readonly string[] = MANY, more: Settings = {}): Promise<Platform> {
  const p = createPlatform({ accounts: [{ account: ANN }], ...more });
  for (let i = 0; i < to.length; i += 20) {
    p.wait(2 * 3_600_000);
    await judged(p, to.slice(i, i + 20));
  }
  return p;
}

const judged = (p: Platform, to: readonly string[], queueId = '4Q1') =>
  p.gate.judge(p.submission(ANN, { mta: 'mx1', queueId, envelopeRecipients: to }));

async function told(p: Platform, more: Partial<DeliveryEvent> = {}): Promise<void> {
  await p.gate.note({
    ...{ v: 1, kind: 'delivery', id: `d${(ids += 1)}`, at: p.at(), mta: 'mx1', queueId: '4Q1' },
    ...{ recipient: 'r0@d0.test', result: 'bounced', status: '5.1.1' },
    ...{ class: 'unknown-recipient', hard: true, ...more },
  });
}

const bounced = (p: Platform, recipient: string, more: Partial<DeliveryEvent> = {}) =>
  told(p, { recipient, via: 'dsn', ...more });

async function complained(p: Platform, recipient: string, more: Partial<ComplaintEvent> = {}) {
  const { context = '' } = (await p.inspector.account(ANN))?.identities[0]?.contexts[0] ?? {};
  await p.gate.note({
    ...{ v: 1, kind: 'complaint', id: `c${(ids += 1)}`, at: p.at(), feedbackType: 'abuse' },
    ...{ account: ANN, credential: 'main', context, sentAt: p.at(), recipient, verified: true },
    ...more,
  });
}

async function known(p: Platform) {
  const report = await p.inspector.account(ANN);
  const evidence = report?.identities[0]?.contexts[0]?.sums.outcomes ?? 0;
  return { evidence, rung: report?.rung, ...report?.outcomes };
}

describe('FBK-8: bounces that nobody vouches for', () => {
  it('thirty of them put nobody on hold, and no recipient is kept from mail', async () => {
    const p = await sent();
    for (const one of MANY) await bounced(p, one);
    const { verdict, rung, reasons } = await judged(p, MANY);
    expect([verdict, rung]).toEqual(['pass', 'observe']);
    expect(reasons.some(({ signal }) => signal === 'suppressed-recipient')).toBe(false);
    expect(await known(p)).toMatchObject({ hardBounces: 1, sharesOfWeek: { hard: 0 } });
  });

  it('also not with the tokens of many messages, and after deliveries', async () => {
    const p = await sent();
    for (const recipient of MANY) await told(p, { recipient, result: 'delivered' });
    for (let n = 0; n < 40; n += 1) {
      p.wait(60_000);
      const queueId = `4R${n}`;
      await judged(p, MANY, queueId);
      for (const one of MANY) await bounced(p, one, { queueId });
    }
    const { evidence, hardBounces } = await known(p);
    expect(hardBounces).toBe(5);
    expect(evidence).toBeLessThanOrEqual(2.5);
    expect((await judged(p, MANY.slice(0, 1))).verdict).toBe('pass');
  });

  it('count once of a domain', async () => {
    const p = await sent(['a@dest.test', 'b@dest.test']);
    p.wait(60_000);
    await judged(p, ['b@dest.test'], '4Q2');
    await bounced(p, 'a@dest.test');
    await bounced(p, 'b@dest.test', { queueId: '4Q2' });
    expect(await known(p)).toMatchObject({ hardBounces: 1 });
  });

  it('do not keep what the mail log tells later from counting', async () => {
    const p = await sent();
    await bounced(p, 'r0@d0.test');
    await told(p);
    expect((await known(p)).evidence).toBeGreaterThan(2);
    expect(await known(p)).toMatchObject({ sharesOfWeek: { hard: 1 } });
  });
});

describe('FBK-1: bounces that our own mail server or the domain of the recipient vouches for', () => {
  it.each(['log', 'dsn'] as const)('a bad list is stopped by what the %s tells', async (by) => {
    const to = Array.from({ length: 200 }, (_, i) => `r${i}@d${i % 40}.test`);
    const p = await sent(to);
    for (const recipient of to.slice(0, 40)) {
      await told(p, { recipient, ...(by === 'dsn' && { via: 'dsn', verified: true }) });
    }
    expect((await judged(p, to.slice(0, 1))).verdict).toBe('hold');
  });

  it('count a recipient once, whatever message they name and who tells it first', async () => {
    const p = await sent();
    const messages = ['4Q2', '4Q3'];
    for (const queueId of messages) {
      p.wait(60_000);
      await judged(p, MANY, queueId);
    }
    for (const queueId of ['4Q1', ...messages]) {
      await bounced(p, 'r0@d0.test', { queueId, verified: true });
    }
    await told(p);
    await told(p, { recipient: 'r1@d1.test' });
    await bounced(p, 'r1@d1.test', { queueId: '4Q3', verified: true });
    expect(await known(p)).toMatchObject({ hardBounces: 2 });
  });
});

const from = (recipient: string) => ({
  reporterDomain: recipient.slice(recipient.indexOf('@') + 1),
});
const signed = (p: Platform, recipient: string, more: Partial<ComplaintEvent> = {}) =>
  complained(p, recipient, { ...from(recipient), ...more });

describe('FBK-8: complaints by mail that the domain of the recipient has signed', () => {
  it('of one domain count twenty times, and are evidence of one', async () => {
    const to = Array.from({ length: 40 }, (_, i) => `p${i}@evil.test`);
    const p = await sent(to);
    for (const one of to) await signed(p, one);
    const { complaints, evidence } = await known(p);
    expect(complaints).toBe(20);
    expect(evidence).toBeLessThan(6.2);
  });

  it('count in full, each domain for itself, and keep the recipient from mail', async () => {
    const p = await sent(MANY.slice(0, 3), REFUSING);
    for (const one of MANY.slice(0, 2)) await signed(p, one);
    expect(await known(p)).toMatchObject({ complaints: 2, sharesOfWeek: { complaints: 2 } });
    expect((await known(p)).evidence).toBe(8);
    const { perRecipient } = await p.gate.judge(
      p.submission(ANN, { envelopeRecipients: MANY.slice(0, 3) }),
    );
    expect(perRecipient).toMatchObject({ 'r0@d0.test': 'reject', 'r1@d1.test': 'reject' });
    expect(perRecipient).not.toHaveProperty(['r2@d2.test']);
  });

  it('shown again and again count once a week, however many there are', async () => {
    const to = Array.from({ length: 80 }, (_, i) => `p${i}@d${i}.test`);
    const p = await sent(to);
    for (let round = 0; round < 3; round += 1) for (const one of to) await signed(p, one);
    expect(await known(p)).toMatchObject({ complaints: 80 });
    p.wait(7 * 86_400_000);
    await signed(p, 'p0@d0.test');
    expect(await known(p)).toMatchObject({ complaints: 81 });
  });

  it('are taken back by each who complained, exactly as they counted, and once', async () => {
    const to = Array.from({ length: 40 }, (_, i) => `p${i}@d${i}.test`);
    const p = await sent(to);
    for (const one of to) await signed(p, one);
    for (const one of [...to, ...to]) await signed(p, one, { feedbackType: 'not-spam' });
    expect(await known(p)).toMatchObject({
      complaints: 40,
      complaintsTakenBack: 40,
      evidence: 0,
      sharesOfWeek: { complaints: 0 },
    });
  });

  it('signed by domains that nobody wrote to, with a Message-ID alone, never slow anybody', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    const message = { headerFrom: ANN, messageId: '<post@example.org>' };
    const to = ['a@x.test', 'list@y.test', 'c@z.test'];
    await p.gate.judge(p.submission(ANN, { mta: 'mx1', envelopeRecipients: to, message }));
    const signed = (recipient: string, reporterDomain: string) =>
      p.gate.note({
        ...{ v: 1, kind: 'complaint', id: `c${(ids += 1)}`, at: p.at(), feedbackType: 'abuse' },
        ...{ messageId: '<post@example.org>', recipient, verified: true, reporterDomain },
      });
    const strangers = Array.from({ length: 12 }, (_, i) => `u${i}@ev${i}.test`);
    for (const [i, recipient] of [...to, ...strangers].entries()) {
      await signed(recipient, `ev${i - to.length}.test`);
    }
    expect(await known(p)).toMatchObject({ complaints: 0, evidence: 0 });
    expect((await judged(p, ['d@w.test'])).rung).toBe('observe');
    // What the recipient's own domain has signed counts.
    await signed('c@z.test', 'z.test');
    expect(await known(p)).toMatchObject({ complaints: 1 });
  });

  it('that counted little take little back', async () => {
    const p = await sent(['a@evil.test', 'b@evil.test']);
    await signed(p, 'a@evil.test');
    await signed(p, 'b@evil.test');
    const before = (await known(p)).evidence;
    await signed(p, 'b@evil.test', { feedbackType: 'not-spam' });
    expect((await known(p)).evidence).toBeCloseTo(before - 0.5, 1);
  });

  it('are not taken back by what nobody has signed, nor by the signature of another', async () => {
    const p = await sent(MANY.slice(0, 6));
    for (const one of MANY.slice(0, 3)) await signed(p, one);
    const before = await known(p);
    for (const one of MANY.slice(0, 3)) {
      await complained(p, one, { feedbackType: 'not-spam' });
      await complained(p, one, { feedbackType: 'not-spam', reporterDomain: 'spammer.test' });
    }
    expect(await known(p)).toEqual(before);
  });
});

describe('FBK-8: complaints by mail that only our token vouches for', () => {
  it('thirty of the recipients of one message count as one, hold nobody and suppress nobody', async () => {
    const p = await sent(MANY, REFUSING);
    const sentAt = p.at();
    for (const one of MANY) await complained(p, one, { sentAt });
    const { complaints, evidence, sharesOfWeek } = await known(p);
    expect([complaints, evidence, sharesOfWeek?.complaints]).toEqual([1, 0.5, 0]);
    const { verdict, rung, perRecipient } = await judged(p, MANY);
    expect([verdict, rung, perRecipient]).toEqual(['pass', 'observe', undefined]);
  });

  it('of many messages count three times a week, together less than the first rung', async () => {
    const p = await sent();
    for (let n = 0; n < 40; n += 1) {
      p.wait(60_000);
      await complained(p, MANY[n % 30] ?? '');
    }
    const { complaints, evidence, rung } = await known(p);
    expect([complaints, rung]).toEqual([3, 'observe']);
    expect(evidence).toBeCloseTo(1.5, 1);
    expect((await judged(p, ['new@other.test'])).verdict).toBe('pass');
  });

  it('of messages of one second count each for itself, by what their tokens say', async () => {
    const p = await sent();
    const sentAt = p.at();
    for (const messageReference of ['AAAA', 'AAAA', 'BBBB', 'CCCC']) {
      await complained(p, MANY[0] ?? '', { sentAt, messageReference });
    }
    expect((await known(p)).complaints).toBe(3);
  });

  it('are taken back as they counted: never more than they gave', async () => {
    const p = await sent();
    const sentAt = p.at();
    await signed(p, 'r0@d0.test');
    await complained(p, 'r1@d1.test', { sentAt });
    for (const one of MANY) await complained(p, one, { sentAt, feedbackType: 'not-spam' });
    const { evidence, complaintsTakenBack } = await known(p);
    expect(evidence).toBeCloseTo(4.6, 1);
    expect(complaintsTakenBack).toBe(1);
  });
});

describe('FBK-8: complaints by mail that another domain than the recipient’s has signed', () => {
  it('are one of each message, whatever domains somebody has, and suppress nobody', async () => {
    const p = await sent(MANY.slice(0, 3));
    const sentAt = p.at();
    for (let i = 0; i < 6; i += 1) {
      await complained(p, `r${i % 3}@d${i % 3}.test`, { sentAt, reporterDomain: `ev${i}.test` });
    }
    expect(await known(p)).toMatchObject({ complaints: 1, evidence: 1.5, rung: 'observe' });
    const { reasons } = await judged(p, MANY.slice(0, 3));
    expect(reasons.some(({ signal }) => signal === 'suppressed-recipient')).toBe(false);
  });

  it('of a provider that hides its customers count for each message', async () => {
    const p = await sent();
    for (let i = 0; i < 8; i += 1) {
      p.wait(1_000);
      await complained(p, '', { reporterDomain: 'provider.test' });
    }
    const { complaints, evidence, sharesOfWeek } = await known(p);
    expect([complaints, sharesOfWeek?.complaints]).toEqual([8, 8]);
    expect(evidence).toBeCloseTo(3, 1);
  });

  it('are on record only where they show no token and the account never wrote there', async () => {
    const p = await sent(MANY.slice(0, 3));
    const named = { mta: 'mx1', queueId: '4Q1' };
    for (let i = 0; i < 6; i += 1) {
      await p.gate.note({
        ...{ v: 1, kind: 'complaint', id: `m${i}`, at: p.at(), feedbackType: 'abuse' },
        ...{ ...named, recipient: `x@ev${i}.test`, reporterDomain: `ev${i}.test`, verified: true },
      });
    }
    expect(await known(p)).toMatchObject({ complaints: 0, evidence: 0 });
    expect((await judged(p, ['new@other.test'])).verdict).toBe('pass');
  });
});
