/** The policy door in front of a service that a milter door watches: one message, one event. */
import { describe, expect, it } from 'vitest';
import {
  recordedTelemetry,
  scriptedGate,
  type Script,
} from '../../../test/dialogues/scripted-gate.ts';
import {
  POLICY_ATTRIBUTES,
  type PolicyAttribute,
  type PolicyRequest,
} from '../../protocol/postfix-policy.ts';
import { OpenTransactions } from '../open-transactions.ts';
import { PolicyJudge, type Asker } from './judge.ts';
import { withDefaults } from './options.ts';

const ANN = 'ann@example.org';
const CLIENT = { client_address: '192.0.2.7', client_port: '40001' };
const OPENED = { clientAddress: '192.0.2.7', clientPort: '40001', envelopeSender: ANN };

type Values = Partial<Record<PolicyAttribute, string>>;

function request(values: Values): PolicyRequest {
  const none = Object.fromEntries(POLICY_ATTRIBUTES.map((name) => [name, '']));
  const usual = { request: 'smtpd_access_policy', sasl_username: ANN, sender: ANN, ...CLIENT };
  const attributes = { ...none, ...usual, server_port: '587', ...values };
  return { attributes: attributes as PolicyRequest['attributes'], unknown: new Map() };
}

function setUp(script: Script = {}) {
  const gate = scriptedGate(script);
  const watched = new OpenTransactions();
  const settings = withDefaults({
    listen: [],
    mta: 'mail.example',
    policy: () => ({ inboundContexts: [] }),
    watched,
  });
  const judge = new PolicyJudge(settings, gate, recordedTelemetry());
  const asker: Asker = { number: 1, current: undefined };
  const rcpt = (instance: string, more: Values = {}) =>
    judge.answer(
      request({ protocol_state: 'RCPT', instance, recipient: 'a@dest.example', ...more }),
      asker,
    );
  const data = (instance: string, more: Values = {}) =>
    judge.answer(
      request({ protocol_state: 'DATA', instance, recipient_count: '1', ...more }),
      asker,
    );
  return { gate, watched, judge, asker, rcpt, data };
}

describe('a transaction that a milter door has open', () => {
  it.each([{ isLate: false }, { isLate: true }])(
    'is checked at RCPT and left to the milter door at DATA (late: $isLate)',
    async (script) => {
      const { gate, watched, judge, asker, rcpt, data } = setUp(script);
      watched.open(OPENED);
      await rcpt('1');
      expect(await data('1')).toEqual({ kind: 'dunno' });
      expect(await data('1', { protocol_state: 'END-OF-MESSAGE' })).toEqual({ kind: 'dunno' });
      judge.leave(asker);
      await judge.close();
      expect(gate.checked).toHaveLength(1);
      expect(gate.judged).toEqual([]);
    },
  );

  it('is still refused at RCPT, and that refusal is judged: the client reads its reference', () => {
    const { gate, watched, judge, asker, rcpt } = setUp();
    watched.open({ ...OPENED, envelopeSender: 'locked@example.org' });
    const locked = { sasl_username: 'locked@example.org', sender: 'locked@example.org' };
    expect(rcpt('1', locked)).toMatchObject({ kind: 'reject' });
    judge.leave(asker);
    expect(gate.judged).toMatchObject([{ account: 'locked@example.org', abandoned: true }]);
  });

  it('is left alone when nothing more is heard of it: the milter door says what became of it', async () => {
    const { gate, watched, judge, asker, rcpt } = setUp();
    const close = watched.open(OPENED);
    void rcpt('1');
    close();
    judge.leave(asker);
    await judge.close();
    expect(gate.judged).toEqual([]);
  });

  it('is not under way any more once the milter door has it whole', () => {
    const { gate, watched, rcpt, data } = setUp();
    const close = watched.open(OPENED);
    void rcpt('1');
    void data('1');
    close();
    void rcpt('2', { client_port: '40002' });
    expect(gate.checked.at(-1)?.underWay).toBeUndefined();
  });

  it('is the whole account of nobody else: another port is judged here', () => {
    const { gate, watched, rcpt, data } = setUp();
    watched.open(OPENED);
    void rcpt('1', { client_port: '40002' });
    void data('1', { client_port: '40002' });
    expect(gate.judged).toMatchObject([{ account: ANN }]);
  });

  it('is found by its sender where the milter door was told no port', () => {
    const { gate, watched, rcpt, data } = setUp();
    watched.open({ ...OPENED, clientPort: '0' });
    void rcpt('1', { client_port: '', sender: 'Ann@Example.org' });
    void data('1', { client_port: '', sender: 'Ann@Example.org' });
    expect(gate.judged).toEqual([]);
  });
});

describe('a transaction that no milter door has open', () => {
  it('is judged here, though one before it on the same connection was not', () => {
    const { gate, watched, rcpt, data } = setUp();
    const close = watched.open(OPENED);
    void rcpt('1');
    void data('1');
    close();
    void rcpt('2');
    void data('2');
    expect(gate.judged).toHaveLength(1);
    expect(gate.counted(ANN)).toEqual({ messages: 1, recipients: 1 });
  });
});
