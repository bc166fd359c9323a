/** FWD-2 and FWD-3 through the gate: what comes back for a forward, and when it goes off. */
import { describe, expect, it } from 'vitest';
import { derivedFrom } from '../../test/derived.ts';
import { createPlatform, policyWith, type Platform } from '../../test/platform.ts';
import type { DeliveryEvent } from '../core/event.ts';

const BOB = 'bob@example.org';
const FAR = 'bob@far.test';
const TAG = 'tag0000000';
const GONE = { result: 'bounced', status: '5.1.1', reply: '550 5.1.1 user unknown' } as const;
const FULL = { result: 'bounced', status: '5.2.2', reply: '552 5.2.2 mailbox full' } as const;
const TAKEN = { result: 'delivered', status: '2.0.0' } as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let ids = 0;

function open(more: Parameters<typeof createPlatform>[0] = {}): Platform {
  const { policy, ...rest } = more;
  return createPlatform({
    accounts: [{ account: BOB }],
    ...rest,
    policy: { domains: ['example.org'], ...policy },
  });
}

/** A message that leaves through the forward, under a queue id and a sender of its own. */
function forward(p: Platform, name: string, to = FAR): void {
  const event = { v: 1, kind: 'forward', id: `f${++ids}`, at: p.at(), mta: 'mx1' } as const;
  const left = { account: BOB, from: 'ann@outside.test', to, queueId: name };
  void p.gate.note({ ...event, ...left, tag: TAG, stamp: name });
}

async function deliver(p: Platform, more: Partial<DeliveryEvent>): Promise<void> {
  const event = { v: 1, kind: 'delivery', id: `d${++ids}`, at: p.at(), mta: 'mx1' } as const;
  await p.gate.note({ ...event, recipient: FAR, result: 'bounced', ...more });
}

/** The word of our own mail server, which saw the answer. */
const answered = (p: Platform, name: string, answer: Partial<DeliveryEvent>) =>
  deliver(p, { ...answer, queueId: name });
/** A bounce that came by mail to the sender of that message, and gives its header back. */
const cameBack = (p: Platform, name: string, answer: Partial<DeliveryEvent>) =>
  deliver(p, { queueId: name, ...answer, via: 'dsn', forward: TAG, forwardStamp: name });
/** One that gives nothing back, and that anybody can have written. */
const said = (p: Platform, name: string, answer: Partial<DeliveryEvent>) =>
  deliver(p, { ...answer, queueId: '', via: 'dsn', forward: TAG, forwardStamp: name });

async function refuse(p: Platform, count: number, answer: Partial<DeliveryEvent>, waitMs: number) {
  for (let i = 1; i <= count; i += 1) {
    forward(p, `m${i}`);
    await answered(p, `m${i}`, answer);
    p.wait(waitMs);
  }
}

const offs = (p: Platform) => p.intents.filter((intent) => intent.kind === 'forward-off');
const alerts = (p: Platform) => p.intents.filter((intent) => intent.kind === 'alert');

describe('FWD-2: a forward whose far side is dead goes off', () => {
  it.each([
    ['in the dialogue', answered],
    ['by mail, later', cameBack],
  ])('after three unknown recipients within a day, refused %s', async (_, fails) => {
    const p = open();
    for (const name of ['m1', 'm2', 'm3']) {
      forward(p, name);
      expect(offs(p)).toHaveLength(0);
      await fails(p, name, GONE);
      p.wait(HOUR_MS);
    }
    expect(offs(p)).toMatchObject([{ account: BOB, to: FAR, isWhole: true, by: 'primum' }]);
    const [alert] = alerts(p);
    expect(alert).toMatchObject({ account: BOB, practice: 'FWD-2', enforced: true });
    expect(alert?.summary).toContain('3 messages within a day were refused');
    expect(alert?.owner).toMatchObject({ address: BOB });
  });

  it('after five failures of any kind within seven days, and not after four', async () => {
    const p = open();
    await refuse(p, 4, FULL, DAY_MS);
    expect(offs(p)).toHaveLength(0);
    forward(p, 'm5');
    await answered(p, 'm5', FULL);
    expect(offs(p)).toHaveLength(1);
  });

  it('not when they are spread over more than seven days', async () => {
    const p = open();
    await refuse(p, 12, FULL, 2 * DAY_MS);
    expect(offs(p)).toHaveLength(0);
  });

  it('not when a message got through meanwhile: the count begins anew', async () => {
    const p = open();
    for (let i = 1; i <= 8; i += 1) {
      forward(p, `m${i}`);
      await answered(p, `m${i}`, i === 4 ? TAKEN : FULL);
      p.wait(2 * HOUR_MS);
    }
    expect(offs(p)).toHaveLength(0);
    forward(p, 'm9');
    await answered(p, 'm9', FULL);
    expect(offs(p)).toHaveLength(1);
  });

  it('though the far side takes every message first and bounces it later', async () => {
    const p = open();
    for (let i = 1; i <= 3; i += 1) {
      forward(p, `m${i}`);
      await answered(p, `m${i}`, TAKEN);
      p.wait(600_000);
      await cameBack(p, `m${i}`, GONE);
    }
    expect(offs(p)).toHaveLength(1);
  });

  it('once only, however many failures follow', async () => {
    const p = open();
    await refuse(p, 30, GONE, 0);
    expect([offs(p).length, alerts(p).length]).toEqual([1, 1]);
  });

  it('and again after somebody switched it on and it is still dead', async () => {
    const p = open();
    const die = async (from: number): Promise<void> => {
      for (let i = from; i < from + 3; i += 1) {
        forward(p, `m${i}`);
        await answered(p, `m${i}`, GONE);
      }
    };
    await die(1);
    const change = { v: 1, kind: 'change', id: 'on', at: p.at(), what: 'forward' } as const;
    await p.gate.note({ ...change, account: BOB });
    forward(p, 'again');
    await answered(p, 'again', GONE);
    expect(offs(p)).toHaveLength(1);
    await die(10);
    expect(offs(p)).toHaveLength(2);
  });

  it('only people are told in observe mode, and where it is not wanted', async () => {
    const notWanted = { forwards: { ...policyWith({}).forwards, switchOff: false } };
    for (const p of [open({ rules: { mode: 'observe' } }), open({ policy: notWanted })]) {
      for (const name of ['m1', 'm2', 'm3']) {
        forward(p, name);
        await answered(p, name, GONE);
      }
      expect(offs(p)).toHaveLength(0);
      expect(alerts(p)).toMatchObject([{ enforced: false }]);
    }
  });

  it('one destination of several goes off by itself, the others go on', async () => {
    const p = open();
    for (let i = 1; i <= 3; i += 1) {
      forward(p, `a${i}`);
      forward(p, `b${i}`, 'bob@other.test');
      await answered(p, `a${i}`, GONE);
      await deliver(p, { ...TAKEN, queueId: `b${i}`, recipient: 'bob@other.test' });
    }
    expect(offs(p)).toMatchObject([{ to: FAR, isWhole: false }]);
  });

  it('the same sender to another destination of the account on the same day counts there too', async () => {
    const p = open();
    for (const [i, stamp] of ['s1', 's2', 's3'].entries()) {
      for (const to of [FAR, 'bob@other.test']) {
        const event = { v: 1, kind: 'forward', id: `f${++ids}`, at: p.at(), mta: 'mx1' } as const;
        const left = { account: BOB, from: 'ann@outside.test', queueId: `${to}${i}` };
        void p.gate.note({ ...event, ...left, to, tag: TAG, stamp });
      }
    }
    for (const recipient of [FAR, 'bob@other.test']) {
      for (const [i, stamp] of ['s1', 's2', 's3'].entries()) {
        await cameBack(p, stamp, { ...GONE, recipient, queueId: `${recipient}${i}` });
      }
    }
    expect(offs(p)).toMatchObject([
      { to: FAR, isWhole: false },
      { to: 'bob@other.test', isWhole: true },
    ]);
  });

  it('by the log of an alias, whose message names no forwarder: the recipient before it does', async () => {
    const p = open();
    for (const name of ['m1', 'm2', 'm3']) {
      await answered(p, name, { ...GONE, expandedFrom: 'Sales@example.org' });
    }
    expect(offs(p)).toMatchObject([{ account: 'sales@example.org', to: FAR }]);
  });

  it('not by the log of an alias from one own address to another', async () => {
    const p = open();
    for (const name of ['m1', 'm2', 'm3']) {
      await answered(p, name, { ...GONE, recipient: 'a@example.org', expandedFrom: BOB });
    }
    expect(p.intents).toHaveLength(0);
  });

  it.each([
    ['listed', HOUR_MS, 0],
    ['spam-refused', HOUR_MS, 0], // A stranger chooses what is refused.
    ['spam-refused', DAY_MS, 1],
  ] as const)('for five times %s, %d ms apart: %d times', async (replyClass, apartMs, count) => {
    const p = open();
    await refuse(p, 5, { result: 'bounced', class: replyClass, hard: false }, apartMs);
    expect(offs(p)).toHaveLength(count);
  });

  it('is known after a restart: what was counted before counts', async () => {
    const p = open();
    forward(p, 'm1');
    forward(p, 'm2');
    await answered(p, 'm1', GONE);
    await answered(p, 'm2', GONE);
    const again = open({ standing: p.standing });
    forward(again, 'm3');
    await answered(again, 'm3', GONE);
    expect(offs(again)).toHaveLength(1);
  });
});

describe('FWD-2: forged bounces switch nothing off', () => {
  it('a thousand bounces to one sender that somebody got hold of count as one', async () => {
    const p = open();
    forward(p, 'leaked');
    for (let i = 0; i < 1_000; i += 1) {
      await cameBack(p, 'leaked', GONE);
      p.wait(600_000);
    }
    expect(p.intents).toHaveLength(0);
  });

  it.each([
    ['without the header of what was forwarded', { queueId: '' }],
    ['with a queue id that is made up', { queueId: 'made-up' }],
    ['with the queue id of another of our messages', { queueId: 'own' }],
    ['with the queue id of one that really came back', { queueId: 'm0' }],
  ])('FBK-8: nor do those to many senders, %s', async (_, named) => {
    const p = open();
    forward(p, 'm0');
    await p.gate.judge(p.submission(BOB, { mta: 'mx1', queueId: 'own' }));
    await cameBack(p, 'm0', GONE);
    for (let i = 1; i <= 30; i += 1) {
      forward(p, `m${i}`);
      await answered(p, `m${i}`, TAKEN);
      p.wait(60_000);
      await cameBack(p, `m${i}`, { ...GONE, ...named });
    }
    expect(offs(p)).toHaveLength(0);
  });

  it('those that the far side has signed, or our own mail server made, need no header', async () => {
    const p = open();
    for (const name of ['m1', 'm2', 'm3']) {
      forward(p, name);
      await answered(p, name, TAKEN);
      await cameBack(p, name, { ...GONE, queueId: '', verified: true });
    }
    expect(offs(p)).toHaveLength(1);
  });

  it('nor do those that nobody vouches for, to however many senders: people are told once a week', async () => {
    const p = open();
    for (let i = 1; i <= 60; i += 1) {
      forward(p, `m${i}`);
      await said(p, `m${i}`, GONE);
      if (i === 4) expect(alerts(p)).toHaveLength(0);
    }
    expect(offs(p)).toHaveLength(0);
    expect(alerts(p)).toMatchObject([{ account: BOB, practice: 'FWD-2', enforced: false }]);
    expect(alerts(p)[0]?.summary).toContain('anybody can have written them');
    p.wait(8 * DAY_MS);
    for (let i = 1; i <= 60; i += 1) {
      forward(p, `n${i}`);
      await said(p, `n${i}`, GONE);
    }
    expect([offs(p).length, alerts(p).length]).toEqual([0, 2]);
  });

  it('nor when our own log says that all was sent, in either order', async () => {
    const p = open();
    for (let i = 1; i <= 20; i += 1) {
      forward(p, `m${i}`);
      if (i % 2 === 0) await answered(p, `m${i}`, TAKEN);
      await said(p, `m${i}`, GONE);
      if (i % 2 === 1) await answered(p, `m${i}`, TAKEN);
      p.wait(2 * HOUR_MS);
    }
    expect(offs(p)).toHaveLength(0);
  });

  it('nor do they keep what our own log tells from counting', async () => {
    const p = open();
    for (const name of ['m1', 'm2', 'm3']) {
      forward(p, name);
      await said(p, name, GONE);
      await answered(p, name, GONE);
    }
    expect(offs(p)).toHaveLength(1);
  });

  it('nor do they count when mail gets through besides', async () => {
    const p = open();
    for (let i = 1; i <= 10; i += 1) {
      forward(p, `spy${i}`);
      await answered(p, `spy${i}`, TAKEN);
      await cameBack(p, `spy${i}`, GONE);
      forward(p, `other${i}`);
      await answered(p, `other${i}`, TAKEN);
      p.wait(2 * HOUR_MS);
    }
    expect(p.intents).toHaveLength(0);
  });

  it.each([
    ['to a tag of no account', { forward: 'nobody0000', forwardStamp: 's' }],
    ['without the hash of the sender', { forward: TAG }],
    ['to a sender that names no account', { forward: '', forwardStamp: 'm1' }],
    ['naming a queue id that was never given out', { queueId: 'made-up' }],
    ['naming nothing', {}],
  ])('%s: they are on record and count for nobody', async (_, named) => {
    const p = open();
    forward(p, 'm1');
    const before = p.standing.stats().records;
    for (let i = 0; i < 10; i += 1) await deliver(p, { ...GONE, ...named });
    expect(p.intents).toHaveLength(0);
    expect(p.standing.stats().records).toBe(before);
  });

  it('a bounce that our own mail server sends back counts once, in either order', async () => {
    const p = open();
    for (const name of ['m1', 'm2']) {
      forward(p, name);
      await answered(p, name, GONE);
      await cameBack(p, name, GONE);
      await cameBack(p, name, GONE);
    }
    expect(offs(p)).toHaveLength(0);
    const q = open();
    for (const name of ['m1', 'm2']) {
      forward(q, name);
      await cameBack(q, name, GONE);
      await answered(q, name, GONE);
      await answered(q, name, GONE);
    }
    expect(offs(q)).toHaveLength(0);
  });
});

describe('FWD-3: forwarded mail is the forwarder’s', () => {
  const redirected = (p: Platform, from: string, more: object = {}) =>
    p.submit('', {
      clientAddress: '127.0.0.1',
      envelopeSender: from,
      envelopeRecipients: [FAR],
      forwarder: 'Bob@Example.org',
      mta: 'mx1',
      ...more,
    });

  it('counts for the forward, not for the remote sender and not for the own mail of the account', () => {
    const p = open({ policy: { relay: { action: 'off', networks: [] } } });
    for (const from of ['a@one.test', 'b@two.test']) {
      expect(redirected(p, from)).toMatchObject({
        verdict: 'pass',
        account: 'forward:bob@example.org',
        identity: 'forward:bob@example.org',
      });
    }
  });

  it('a bounce of it is no evidence against the account and against no sender', async () => {
    const p = open({ policy: { relay: { action: 'off', networks: [] } } });
    p.submit(BOB, { envelopeSender: BOB });
    redirected(p, 'a@one.test', { queueId: 'q1' });
    forward(p, 'q1');
    await answered(p, 'q1', GONE);
    const report = await p.inspector.account(BOB);
    expect(report?.outcomes.hardBounces).toBe(0);
  });

  it.each([
    ['reject', 'reject'],
    ['hold', 'hold'],
    ['observe', 'pass'],
    ['off', 'pass'],
  ] as const)('spam is not sent on: %s', (spam, verdict) => {
    const p = open({
      policy: {
        relay: { action: 'off', networks: [] },
        forwards: { ...policyWith({}).forwards, spam },
      },
    });
    const scans = [{ scanner: 'rspamd', result: 'spam', score: 20 }] as const;
    const message = { derived: derivedFrom(['Buy now.'], { scans }) };
    expect(redirected(p, 'a@one.test', { message }).verdict).toBe(verdict);
    expect(redirected(p, 'a@one.test', { message, forwarder: '' }).verdict).toBe('pass');
  });
});
