import { describe, expect, it } from 'vitest';
import {
  recordedTelemetry,
  scriptedGate,
  type Script,
} from '../../../test/dialogues/scripted-gate.ts';
import { LOCAL_SERVICE } from '../../core/event.ts';
import { newClient, serviceOf } from './client.ts';
import { MilterJudge } from './judge.ts';
import { withDefaults, type OwnNotices } from './options.ts';
import { newTransaction, type Transaction } from './transaction.ts';

const LIMITED = 'limited@example.org';

function setUp(
  script: Script = {},
  ownNotices?: OwnNotices,
  deferAs: 'hold' | 'tempfail' = 'tempfail',
) {
  const gate = scriptedGate(script);
  const settings = withDefaults({
    listen: [],
    mta: 'mail.example',
    policy: () => ({ inboundDaemons: [] }),
    deferAs,
    ...(ownNotices && { ownNotices }),
  });
  const judge = new MilterJudge(settings, gate, recordedTelemetry());
  const begin = (saslLogin: string): Transaction =>
    newTransaction(
      { ...newClient(), address: '192.0.2.7', saslLogin },
      { id: judge.newId(), at: judge.now(), envelopeSender: saslLogin, forget: () => undefined },
    );
  const lastUnderWay = () => gate.checked.at(-1)?.underWay;
  return { gate, judge, begin, lastUnderWay };
}

describe('what is under way in a milter door', () => {
  it('is told to the checks of other messages of the same sender, and only there', () => {
    const { judge, begin, lastUnderWay } = setUp();
    const [first, second] = [begin('ann@example.org'), begin('ann@example.org')];
    void judge.rcpt(first, 'a@dest.example', true);
    void judge.rcpt(first, 'b@dest.example', true);
    expect(lastUnderWay()).toBeUndefined();
    void judge.rcpt(second, 'a@dest.example', true);
    expect(lastUnderWay()).toEqual({ messages: 1, recipients: 2 });
    void judge.rcpt(begin('ben@example.org'), 'a@dest.example', true);
    expect(lastUnderWay()).toBeUndefined();
    judge.abandon(first);
    void judge.rcpt(second, 'b@dest.example', true);
    expect(lastUnderWay()).toBeUndefined();
  });

  it('stays right when a connection is lost while its recipient is being refused', async () => {
    const { judge, begin, lastUnderWay } = setUp({ isLate: true });
    const [lost, kept] = [begin(LIMITED), begin(LIMITED)];
    await judge.rcpt(kept, 'a@dest.example', true);
    await judge.rcpt(kept, 'b@dest.example', true);
    const refused = judge.rcpt(lost, 'c@dest.example', true);
    judge.abandon(lost);
    expect(await refused).toMatchObject({ kind: 'refuse' });
    await judge.rcpt(begin(LIMITED), 'd@dest.example', true);
    expect(lastUnderWay()).toEqual({ messages: 1, recipients: 2 });
    await judge.close();
  });
});

describe('CON-3: what the gate is told of the hold queue', () => {
  it.each([
    ['nothing can be held', { deferAs: 'hold', canHold: false, told: 'all' }],
    ['slowed mail is refused for now', { deferAs: 'tempfail', canHold: true, told: 'slowed' }],
    ['all can be held', { deferAs: 'hold', canHold: true, told: undefined }],
  ] as const)('%s', async (_, { deferAs, canHold, told }) => {
    const { gate, judge, begin } = setUp({}, undefined, deferAs);
    const transaction = begin('ann@example.org');
    transaction.isInMessage = true;
    await judge.message(transaction, { inspected: undefined }, canHold);
    expect(gate.judged.map(({ comesAgain }) => comesAgain)).toEqual([told]);
  });
});

describe('CON-4: a notification of ours to a sender', () => {
  const MESSAGE_ID = '<primum.1@example.org>';
  const inspected = (messageId: string) => ({
    facts: {},
    headers: [{ name: 'Message-Id', value: ` ${messageId}` }],
    sizeBytes: 500,
  });

  function sendmail(envelopeSender = '') {
    const { gate, judge } = setUp(
      {},
      { isAnyAwaited: true, isOne: (id, to) => id === MESSAGE_ID && to === 'ann@example.org' },
    );
    const client = { ...newClient(), address: '127.0.0.1', port: 0, daemonPort: '0' };
    expect(serviceOf(client)).toBe(LOCAL_SERVICE);
    const opening = { id: judge.newId(), at: judge.now(), forget: () => undefined };
    const transaction = newTransaction(client, { ...opening, envelopeSender });
    const send = async (recipient: string, messageId: string) => {
      await judge.mail(transaction, true);
      await judge.rcpt(transaction, recipient, true);
      return judge.message(transaction, { inspected: inspected(messageId) }, true);
    };
    return { gate, send };
  }

  it('passes and is neither judged nor counted', async () => {
    const { gate, send } = sendmail();
    expect(await send('ann@example.org', MESSAGE_ID)).toEqual({ answer: { kind: 'pass' } });
    expect([gate.checked.length, gate.judged.length]).toEqual([0, 0]);
  });

  it.each([
    ['with another Message-ID', '', 'ann@example.org', '<primum.2@example.org>'],
    ['to somebody else', '', 'eve@example.org', MESSAGE_ID],
    ['from an address', 'web@example.org', 'ann@example.org', MESSAGE_ID],
  ])('mail of the sendmail command %s is judged', async (_, sender, recipient, messageId) => {
    const { gate, send } = sendmail(sender);
    expect((await send(recipient, messageId)).judged).toBeDefined();
    expect(gate.judged).not.toEqual([]);
  });
});
