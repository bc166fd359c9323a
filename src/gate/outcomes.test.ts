/** What comes back, through the gate: whose it was, what it weighs, whom it stops. */
import { describe, expect, it } from 'vitest';
import { createPlatform, policyWith, type Platform } from '../../test/platform.ts';
import type { ComplaintEvent, DeliveryEvent } from '../core/event.ts';
import type { OutcomeRules } from '../core/policy.ts';
import { createMemoryStanding } from '../store/memory/standing.ts';
import type { StandingStore } from '../store/standing.ts';

const ANN = 'ann@example.org';
const BOB = 'bob@example.org';
const UNKNOWN = '550 5.1.1 <x@dest.test>: user unknown (in reply to RCPT TO command)';
let ids = 0;

function deliver(p: Platform, more: Partial<DeliveryEvent> = {}): Promise<void> {
  const event: DeliveryEvent = {
    v: 1,
    kind: 'delivery',
    id: `d${++ids}`,
    at: p.at(),
    mta: 'mx1',
    recipient: 'bob@dest.test',
    result: 'bounced',
    status: '5.1.1',
    reply: UNKNOWN,
    ...more,
  };
  return Promise.resolve(p.gate.note(event));
}

function complain(p: Platform, more: Partial<ComplaintEvent> = {}): Promise<void> {
  const event: ComplaintEvent = {
    v: 1,
    kind: 'complaint',
    id: `c${++ids}`,
    at: p.at(),
    mta: 'mx1',
    feedbackType: 'abuse',
    verified: true,
    ...more,
  };
  return Promise.resolve(p.gate.note(event));
}

async function outcomesOf(p: Platform, account = ANN) {
  const report = await p.inspector.account(account);
  const sum = report?.identities[0]?.contexts[0]?.sums.outcomes ?? 0;
  return { score: sum, ...report?.outcomes };
}

function withOutcomes(changes: {
  readonly [K in keyof OutcomeRules]?: Partial<OutcomeRules[K]>;
}): Pick<Parameters<typeof createPlatform>[0] & object, 'policy'> {
  const shipped = policyWith({}).outcomes;
  return {
    policy: {
      outcomes: {
        stopLines: { ...shipped.stopLines, ...changes.stopLines },
        canary: { ...shipped.canary, ...changes.canary },
        suppression: { ...shipped.suppression, ...changes.suppression },
      },
    },
  };
}

it('a verdict keeps how many recipients were strangers when it was made', () => {
  const p = createPlatform({ accounts: [{ account: ANN }] });
  const to = (...envelopeRecipients: readonly string[]) =>
    p.submit(ANN, { envelopeRecipients }).strangers;
  expect(to('bob@dest.test', 'eve@dest.test')).toBe(2);
  expect(to('bob@dest.test', 'zoe@dest.test')).toBe(1);
  expect(to('bob@dest.test')).toBe(0);
  // A door that names none knows of none.
  expect(to()).toBeUndefined();
});

describe('FBK-1: what comes back is tied to who sent it', () => {
  it.each([
    ['queue id', { queueId: '4Q1' }],
    ['queue id in brackets and capitals', { queueId: '4Q1', recipient: '<BOB@dest.test>' }],
  ])('by %s', async (_, named) => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    await deliver(p, named);
    expect(await outcomesOf(p)).toMatchObject({ score: 2.7, hardBounces: 1, unknown: 1 });
  });

  it('by the id of an event that came through the API', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    const api = p.room.forDoor('api', { onFailure: 'pass', timeoutMs: 5000 });
    await api.judge(p.submission(ANN, { id: 'told-1' }));
    await deliver(p, { submission: 'told-1' });
    expect(await outcomesOf(p)).toMatchObject({ hardBounces: 1 });
  });

  it.each([
    ['names no submission of ours', { queueId: '4Q2' }],
    ['names another mail server', { queueId: '4Q1', mta: 'mx2' }],
    ['names nothing at all', {}],
  ])('and counts for nobody when it %s: backscatter and forged bounces', async (_, named) => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    await deliver(p, named);
    expect(await outcomesOf(p)).toMatchObject({ score: 0, hardBounces: 0 });
    expect(p.lines.filter(({ kind }) => kind === 'delivery')).toHaveLength(1);
  });

  it('to the newest message when a short queue id comes again after days', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }, { account: BOB }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    p.wait(3 * 86_400_000);
    p.submit(BOB, { mta: 'mx1', queueId: '4Q1' });
    await deliver(p, { queueId: '4Q1' });
    expect(await outcomesOf(p, BOB)).toMatchObject({ hardBounces: 1 });
    expect(await outcomesOf(p, ANN)).toMatchObject({ hardBounces: 0 });
  });

  it.each([
    ['before it was sent', -3_600_000],
    ['when no queue keeps a message so long', 7 * 86_400_000],
  ])('but not %s', async (_, afterMs) => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    p.wait(afterMs);
    await deliver(p, { queueId: '4Q1' });
    expect(await outcomesOf(p)).toMatchObject({ hardBounces: 0 });
  });

  it('after a restart too: a new gate finds it in what is kept', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    for (let i = 0; i < 100; i += 1) p.submit(ANN, { mta: 'mx1', queueId: `4Q${i}` });
    const again = createPlatform({ accounts: [{ account: ANN }], standing: p.standing });
    again.submit(ANN, { mta: 'mx1', queueId: 'later' });
    for (const queueId of ['4Q0', '4Q77', 'later']) {
      await deliver(again, { queueId, recipient: `${queueId}@dest${queueId}.test` });
    }
    expect(await outcomesOf(again)).toMatchObject({ hardBounces: 3 });
  });
});

describe('what an outcome weighs (detection design 1.2, 1.4)', () => {
  it.each<[string, Partial<DeliveryEvent>, number]>([
    ['user unknown', {}, 2.7],
    ['refused as spam', { status: '5.7.1', reply: '550 5.7.1 looks like spam' }, 4.5],
    ['refused by some policy', { status: '5.7.1', reply: '550 5.7.1 access denied' }, 1.5],
    ['mailbox full', { status: '5.2.2', reply: '552 5.2.2 mailbox full' }, 0],
    ['authentication', { status: '5.7.26', reply: '550 5.7.26 DMARC' }, 0],
    ['greylisted', { result: 'deferred', status: '4.7.1', reply: '450 4.7.1 greylisted' }, 0],
    ['dns', { status: '5.1.2', reply: 'Host or domain name not found' }, 0],
    ['as the event says itself', { class: 'spam-refused', reply: '', status: '' }, 4.5],
    ['delivered', { result: 'delivered', status: '2.0.0', reply: '250 ok' }, 0],
  ])('%s', async (_, told, score) => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    await deliver(p, { queueId: '4Q1', ...told });
    expect((await outcomesOf(p)).score).toBeCloseTo(score, 1);
  });

  it('good news takes bad back a little, never below nothing', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    await deliver(p, { queueId: '4Q1' });
    for (let i = 0; i < 30; i += 1) {
      await deliver(p, { queueId: '4Q1', recipient: `r${i}@dest.test`, result: 'delivered' });
    }
    expect((await outcomesOf(p)).score).toBe(0);
  });

  it('a bounce told twice, by log and by report, counts once; so does an event that comes twice', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    await deliver(p, { queueId: '4Q1', id: 'same' });
    await deliver(p, { queueId: '4Q1', id: 'same' });
    await deliver(p, { queueId: '4Q1' });
    expect(await outcomesOf(p)).toMatchObject({ score: 2.7, hardBounces: 1 });
  });

  it("an account's own dead address, written to again, is one failure of the week", async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    for (const queueId of ['4Q1', '4Q2', '4Q3']) {
      p.submit(ANN, { mta: 'mx1', queueId });
      p.wait(1_000);
    }
    for (const queueId of ['4Q1', '4Q2', '4Q3']) await deliver(p, { queueId });
    expect(await outcomesOf(p)).toMatchObject({ score: 2.7, hardBounces: 3 });
  });

  it('one dead destination is no evidence after three failures in an hour', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    for (let i = 0; i < 20; i += 1) {
      const reply = '550 5.7.1 reputation';
      await deliver(p, { queueId: '4Q1', recipient: `r${i}@dead.test`, status: '5.7.1', reply });
    }
    // Three of 4.5 would be more, but a family is capped.
    expect((await outcomesOf(p)).score).toBeLessThanOrEqual(8);
    for (let i = 0; i < 20; i += 1)
      await deliver(p, { queueId: '4Q1', recipient: `u${i}@dead.test` });
    expect((await outcomesOf(p)).sharesOfWeek).toMatchObject({ hard: 0 });
  });

  it('it changes the next decision and is said there, and alone never holds', async () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    for (const domain of ['a.test', 'b.test', 'c.test']) {
      await deliver(p, { queueId: '4Q1', recipient: `x@${domain}` });
    }
    const verdict = p.submit(ANN);
    expect(verdict).toMatchObject({ verdict: 'pass', rung: 'throttle' });
    expect(verdict.reasons.map(({ text }) => text).join()).toMatch(
      /3 of \d recipients did not exist/,
    );
  });
});

describe('complaints (FBK-2, FBK-3, FBK-8)', () => {
  const sent = () => {
    const p = createPlatform({ accounts: [{ account: ANN }] });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1' });
    return p;
  };

  it('count when they are verified, once for each who complains', async () => {
    const p = sent();
    await complain(p, { queueId: '4Q1', recipient: 'x@dest.test' });
    await complain(p, { queueId: '4Q1', recipient: 'X@dest.test' });
    expect(await outcomesOf(p)).toMatchObject({ score: 4.6, complaints: 1 });
  });

  it('that are not verified are on record and do nothing', async () => {
    const p = sent();
    for (let i = 0; i < 50; i += 1) {
      await complain(p, { account: ANN, reporter: `r${i}@x.test`, verified: false });
    }
    expect(await outcomesOf(p)).toMatchObject({ score: 0, complaints: 0 });
    expect(p.lines.filter(({ kind }) => kind === 'complaint')).toHaveLength(50);
  });

  it('never lock by themselves, however many there are', async () => {
    const p = sent();
    for (let i = 0; i < 200; i += 1) {
      await complain(p, { queueId: '4Q1', recipient: `r${i}@d${i}.test` });
    }
    expect(p.submit(ANN).rung).not.toBe('lock');
    expect(p.locks.size).toBe(0);
  });

  it('are taken back by not-spam', async () => {
    const p = sent();
    await complain(p, { queueId: '4Q1', recipient: 'x@dest.test' });
    await complain(p, { queueId: '4Q1', recipient: 'x@dest.test', feedbackType: 'not-spam' });
    expect(await outcomesOf(p)).toMatchObject({ score: 0, complaintsTakenBack: 1 });
  });

  it('about a bounce are evidence against the account it came to, and no share of its mail', async () => {
    const p = sent();
    await complain(p, { account: ANN, about: 'dsn', reporter: ANN });
    expect(await outcomesOf(p)).toMatchObject({ score: 3, sharesOfWeek: { complaints: 0 } });
  });

  it('by a trace token name the context themselves', async () => {
    const p = sent();
    const context = (await p.inspector.account(ANN))?.identities[0]?.contexts[0]?.context ?? '';
    await complain(p, { account: ANN, credential: 'main', context, reporter: 'x@y.test' });
    expect(await outcomesOf(p)).toMatchObject({ score: 4.6 });
  });

  it('about an account nobody sent from leave no trace in what is known', async () => {
    const p = createPlatform();
    await complain(p, { account: 'nobody@example.org' });
    expect(p.standing.stats().records).toBe(0);
  });
});

describe('SND-13: recipients that should not be written to again', () => {
  const bounced = async (unknown: 'off' | 'observe' | 'refuse', standing?: StandingStore) => {
    const p = createPlatform({
      ...(standing && { standing }),
      accounts: [{ account: ANN }, { account: BOB }],
      ...withOutcomes({ suppression: { unknown, complained: unknown } }),
    });
    p.submit(ANN, { mta: 'mx1', queueId: '4Q1', envelopeRecipients: ['gone@dest.test'] });
    await deliver(p, { queueId: '4Q1', recipient: 'gone@dest.test' });
    return p;
  };
  const both = { envelopeRecipients: ['here@dest.test', 'Gone@dest.test'] };

  it('are evidence, more for another account than for the one that was told', async () => {
    const p = await bounced('observe');
    const weightOf = (account: string) =>
      p.submit(account, both).reasons.find(({ signal }) => signal === 'suppressed-recipient')
        ?.weight;
    expect(weightOf(BOB)).toBe(1.5);
    expect(weightOf(ANN)).toBe(0.5);
  });

  it('are refused where it is set, each alone, with a reason and a reference', async () => {
    const p = await bounced('refuse');
    const asked = p.checkSubmit(BOB, both);
    expect(asked).toMatchObject({ verdict: 'pass', enforced: true });
    expect(asked.perRecipient).toEqual({ 'Gone@dest.test': 'reject' });
    expect(asked.reasons[0]).toMatchObject({ signal: 'suppressed', practice: 'SND-13' });
    const alone = p.checkSubmit(ANN, { envelopeRecipients: ['gone@dest.test'] });
    expect(alone).toMatchObject({ verdict: 'reject' });
  });

  it('are told with why and how long, and written to again once a person says so', async () => {
    const p = await bounced('refuse');
    const recipient = 'GONE@dest.test';
    expect(await p.inspector.suppression({ recipient, account: BOB })).toEqual([
      {
        ...{ kind: 'unknown', times: 1, action: 'refuse', isOwn: false },
        ...{ at: p.at(), until: new Date(Date.parse(p.at()) + 90 * 86_400_000).toISOString() },
      },
    ]);
    expect(await p.inspector.suppression({ recipient: 'here@dest.test' })).toEqual([]);
    expect(await p.inspector.endSuppression(recipient)).toBe(true);
    expect(await p.inspector.endSuppression(recipient)).toBe(false);
    expect(await p.inspector.suppression({ recipient })).toEqual([]);
    expect(p.checkSubmit(BOB, both).perRecipient).toBeUndefined();
  });

  it('are written to again at once while that cannot be on disk, and who asked is told', async () => {
    const flush = () => Promise.reject(new Error('database or disk is full'));
    const p = await bounced('refuse', { ...createMemoryStanding(), flush });
    const recipient = 'gone@dest.test';
    await expect(p.inspector.endSuppression(recipient)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(
        /^Mail to it goes again, but that is not on disk yet/,
      ) as string,
    });
    expect(await p.inspector.suppression({ recipient })).toEqual([]);
  });

  it('are not looked for where it is off', async () => {
    const p = await bounced('off');
    expect(p.submit(BOB, both).reasons).toEqual([]);
  });

  it('exist again after a delivery, and after the time that is set', async () => {
    const p = await bounced('refuse');
    p.submit(ANN, { mta: 'mx1', queueId: '4Q2' });
    await deliver(p, { queueId: '4Q2', recipient: 'gone@dest.test', result: 'delivered' });
    expect(p.checkSubmit(BOB, both).perRecipient).toBeUndefined();
    const later = await bounced('refuse');
    later.wait(91 * 86_400_000);
    expect(later.checkSubmit(BOB, both).perRecipient).toBeUndefined();
  });

  it('that complained are refused to the account they complained of only', async () => {
    const p = await bounced('refuse');
    await complain(p, { queueId: '4Q1', recipient: 'cross@dest.test' });
    const to = { envelopeRecipients: ['cross@dest.test'] };
    expect(p.checkSubmit(ANN, to).verdict).toBe('reject');
    expect(p.checkSubmit(BOB, to).verdict).toBe('pass');
  });
});
