import { describe, expect, it } from 'vitest';
import {
  recordedTelemetry,
  scriptedGate,
  type Script,
} from '../../../test/dialogues/scripted-gate.ts';
import { newClient } from './client.ts';
import { MilterJudge } from './judge.ts';
import { withDefaults } from './options.ts';
import { newTransaction, type Transaction } from './transaction.ts';

const LIMITED = 'limited@example.org';

function setUp(script: Script = {}) {
  const gate = scriptedGate(script);
  const settings = withDefaults({
    listen: [],
    mta: 'mail.example',
    policy: () => ({ inboundDaemons: [] }),
    deferAs: 'tempfail',
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
