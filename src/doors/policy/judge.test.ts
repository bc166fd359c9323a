import { describe, expect, it } from 'vitest';
import {
  LIMITED_RECIPIENTS,
  recordedTelemetry,
  scriptedGate,
  type Script,
} from '../../../test/dialogues/scripted-gate.ts';
import {
  POLICY_ATTRIBUTES,
  type PolicyAction,
  type PolicyAttribute,
  type PolicyRequest,
} from '../../protocol/postfix-policy.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gate } from '../../gate-contract.ts';
import { PolicyJudge, type Asker } from './judge.ts';
import {
  MAX_LATE_SERVICES,
  MAX_NAMED_RECIPIENTS,
  MAX_REFUSED_RECIPIENTS,
  withDefaults,
  type PolicyDoorOptions,
} from './options.ts';

const ANN = 'ann@example.org';

function request(values: Partial<Record<PolicyAttribute, string>>): PolicyRequest {
  const none = Object.fromEntries(POLICY_ATTRIBUTES.map((name) => [name, '']));
  const usual = { request: 'smtpd_access_policy', sasl_username: ANN, sender: ANN };
  const attributes = { ...none, ...usual, server_port: '587', ...values };
  return { attributes: attributes as PolicyRequest['attributes'], unknown: new Map() };
}

function setUp(options: Partial<PolicyDoorOptions> = {}, script: Script = {}, own?: Gate) {
  const gate = scriptedGate(script);
  const telemetry = recordedTelemetry();
  const settings = withDefaults({
    listen: [],
    mta: 'mail.example',
    policy: () => ({ inboundContexts: [] }),
    ...options,
  });
  const judge = new PolicyJudge(settings, own ?? gate, telemetry);
  let number = 0;
  const asker = (): Asker => ({ number: (number += 1), current: undefined });
  const rcpt = (
    who: Asker,
    instance: string,
    more: Partial<Record<PolicyAttribute, string>> = {},
  ) =>
    judge.answer(
      request({ protocol_state: 'RCPT', instance, recipient: 'a@dest.example', ...more }),
      who,
    );
  const data = (
    who: Asker,
    instance: string,
    more: Partial<Record<PolicyAttribute, string>> = {},
  ) =>
    judge.answer(request({ protocol_state: 'DATA', instance, recipient_count: '1', ...more }), who);
  return { gate, telemetry, judge, asker, rcpt, data };
}

describe('a transaction', () => {
  it('is checked and judged under one id, so that the reference told at RCPT is found', () => {
    const { gate, asker, rcpt, data } = setUp();
    const who = asker();
    void rcpt(who, '1');
    void rcpt(who, '1', { recipient: 'b@dest.example' });
    void data(who, '1', { recipient_count: '2' });
    const ids = [...gate.checked.map(({ event }) => event.id), ...gate.judged.map(({ id }) => id)];
    expect(new Set(ids).size).toBe(1);
    expect(gate.counted(ANN)).toEqual({ messages: 1, recipients: 2 });
  });

  it('leaves the counting of verdicts to the gate, which would count them twice else', () => {
    const { telemetry, asker, rcpt, data } = setUp();
    const who = asker();
    void rcpt(who, '1');
    void data(who, '1');
    void rcpt(asker(), '2', { sasl_username: 'locked@example.org' });
    expect(telemetry.said).toEqual([]);
  });

  it('tells a check what the account has open elsewhere, and only that', () => {
    const { gate, asker, rcpt, data } = setUp();
    const [first, second] = [asker(), asker()];
    void rcpt(first, '1');
    void rcpt(first, '1', { recipient: 'b@dest.example' });
    void rcpt(second, '2');
    void data(first, '1', { recipient_count: '2' });
    void rcpt(second, '2', { recipient: 'b@dest.example' });
    void rcpt(asker(), '3', { sasl_username: 'bob@example.org' });
    expect(gate.checked.map(({ underWay }) => underWay)).toEqual([
      undefined,
      undefined,
      { messages: 1, recipients: 2 },
      undefined,
      undefined,
    ]);
  });

  it('does not leave refused recipients under way', () => {
    const { gate, asker, rcpt } = setUp();
    void rcpt(asker(), '1', { sasl_username: 'locked@example.org' });
    void rcpt(asker(), '2', { sasl_username: 'locked@example.org' });
    expect(gate.checked.at(-1)?.underWay).toBeUndefined();
  });

  it('keeps 1,000 recipients by name and counts the rest', () => {
    const { gate, asker, rcpt, judge } = setUp();
    const who = asker();
    for (let n = 0; n < MAX_NAMED_RECIPIENTS + 5; n += 1) {
      void rcpt(who, '1', { recipient: `r${n}@dest.example` });
    }
    judge.leave(who);
    expect(gate.judged[0]?.envelopeRecipients).toHaveLength(MAX_NAMED_RECIPIENTS);
    expect(gate.judged[0]?.recipientCount).toBe(MAX_NAMED_RECIPIENTS + 5);
  });

  it('keeps 100 refused recipients as evidence', () => {
    const { gate, asker, rcpt, judge } = setUp();
    const who = asker();
    for (let n = 0; n < LIMITED_RECIPIENTS + MAX_REFUSED_RECIPIENTS + 5; n += 1) {
      void rcpt(who, '1', {
        sasl_username: 'limited@example.org',
        recipient: `r${n}@dest.example`,
      });
    }
    judge.leave(who);
    expect(gate.judged.at(-1)?.refusedRecipients).toHaveLength(MAX_REFUSED_RECIPIENTS);
  });

  it('has a bound: the oldest is judged and let go, and that is said', () => {
    const { gate, telemetry, judge, asker, rcpt } = setUp({ maxTransactions: 3 });
    for (const instance of ['1', '2', '3', '4', '5']) void rcpt(asker(), instance);
    expect(judge.openTransactions).toBe(3);
    expect(gate.judged).toHaveLength(2);
    expect(telemetry.said).toEqual([
      { what: 'shed', detail: 'policy transaction' },
      { what: 'shed', detail: 'policy transaction' },
    ]);
  });

  it('is remembered after its connection went on: a late END-OF-MESSAGE counts nothing', () => {
    const { gate, asker, rcpt, data } = setUp();
    const who = asker();
    void data(who, '1', { sasl_username: 'held@example.org' });
    void rcpt(who, '2');
    const late = data(who, '1', {
      protocol_state: 'END-OF-MESSAGE',
      sasl_username: 'held@example.org',
    });
    expect(late).toMatchObject({ kind: 'hold' });
    expect(gate.counted('held@example.org').messages).toBe(1);
  });

  it('that was given up is judged for real when DATA comes after all', () => {
    const { gate, judge, asker, rcpt, data } = setUp();
    void data(asker(), '1');
    const who = asker();
    void rcpt(who, '2');
    judge.leave(who);
    expect(gate.judged.at(-1)).toMatchObject({ abandoned: true });
    void data(asker(), '2', { recipient: 'a@dest.example' });
    expect(gate.judged.at(-1)).not.toHaveProperty('abandoned');
    expect(gate.counted(ANN)).toEqual({ messages: 2, recipients: 2 });
  });

  it("that nothing is heard of ends after its time, by the gate's clock", () => {
    let now = 1_000_000;
    const { gate, judge, asker, rcpt } = setUp({ transactionIdleSeconds: 60 }, { now: () => now });
    void rcpt(asker(), '1');
    now += 60_000;
    judge.expire();
    expect(gate.judged).toHaveLength(0);
    now += 1;
    judge.expire();
    expect(gate.judged).toHaveLength(1);
    expect(judge.openTransactions).toBe(0);
  });

  it('of another port is another service: one that asks only at RCPT counts what it accepts', () => {
    const { gate, judge, asker, rcpt, data } = setUp();
    void data(asker(), '1');
    const who = asker();
    void rcpt(who, '2', { server_port: '465' });
    judge.leave(who);
    expect(gate.judged.at(-1)).not.toHaveProperty('abandoned');
  });

  it('of a service beyond 1,024 that ask at DATA is taken for one that asks only at RCPT', () => {
    const { gate, judge, asker, rcpt, data } = setUp();
    for (let n = 0; n <= MAX_LATE_SERVICES; n += 1) {
      const who = asker();
      const more = { policy_context: `service-${n}` };
      void data(who, `d${n}`, more);
      void rcpt(who, `r${n}`, more);
      judge.leave(who);
      const isKnown = n < MAX_LATE_SERVICES;
      expect(gate.judged.at(-1)?.abandoned).toBe(isKnown ? true : undefined);
    }
  });

  it('is judged once when the answers of the gate come late and its connection ends meanwhile', async () => {
    const { gate, judge, asker, rcpt } = setUp({}, { isLate: true });
    const who = asker();
    await rcpt(who, '1');
    judge.leave(who);
    judge.expire();
    await judge.close();
    expect(gate.judged).toHaveLength(1);
  });
});

describe('a refusal at RCPT (SND-2)', () => {
  const limited = { sasl_username: 'limited@example.org' };
  const to = (n: number) => ({ ...limited, recipient: `r${n}@dest.example` });

  it.each([{ isLate: false }, { isLate: true }])(
    'is judged before it is answered, under the id of the checks (late: $isLate)',
    async (script) => {
      const { gate, asker, rcpt } = setUp({}, script);
      const who = asker();
      for (let n = 1; n <= LIMITED_RECIPIENTS; n += 1) await rcpt(who, '1', to(n));
      const answer = await rcpt(who, '1', to(3));
      expect(answer).toMatchObject({ text: expect.stringContaining('Reference 000001') as string });
      expect(gate.judged).toMatchObject([
        { id: gate.checked[0]?.event.id, abandoned: true, envelopeRecipients: { length: 3 } },
      ]);
      expect(gate.counted('limited@example.org').messages).toBe(0);
    },
  );

  it('is judged once a transaction; further ones tell the same reference', () => {
    const { gate, judge, asker, rcpt } = setUp();
    const who = asker();
    const answers = [1, 2, 3].map((n) =>
      rcpt(who, '1', { ...to(n), sasl_username: 'locked@example.org' }),
    );
    judge.leave(who);
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(gate.judged).toHaveLength(1);
  });

  it('leaves the message an event of its own, with the recipients refused', () => {
    const { gate, asker, rcpt, data } = setUp();
    const who = asker();
    for (let n = 1; n <= 4; n += 1) void rcpt(who, '1', to(n));
    void data(who, '1', { ...limited, recipient_count: '2' });
    const [refusal, message] = gate.judged;
    expect(message?.id).not.toBe(refusal?.id);
    expect(message).toMatchObject({
      envelopeRecipients: ['r1@dest.example', 'r2@dest.example'],
      refusedRecipients: ['r3@dest.example', 'r4@dest.example'],
    });
    expect(gate.counted('limited@example.org')).toEqual({ messages: 1, recipients: 2 });
  });

  it('leaves what was accepted before it to be judged when nothing more is heard', () => {
    const { gate, judge, asker, rcpt } = setUp();
    const who = asker();
    for (let n = 1; n <= 3; n += 1) void rcpt(who, '1', to(n));
    judge.leave(who);
    expect(gate.judged).toHaveLength(2);
    expect(gate.counted('limited@example.org')).toEqual({ messages: 1, recipients: 2 });
  });

  it('is not judged there when it is not answered there: passed, held later, or observed', () => {
    const { gate, asker, rcpt } = setUp();
    void rcpt(asker(), '1');
    void rcpt(asker(), '2', { sasl_username: 'held@example.org' });
    void rcpt(asker(), '3', { sasl_username: 'watched@example.org' });
    expect(gate.judged).toHaveLength(0);
  });

  it('is answered by its check when the judgement takes long, before Postfix gives up', async () => {
    const usual = scriptedGate();
    const never = new Promise<never>(() => undefined);
    const { asker, rcpt } = setUp({}, {}, { ...usual, judge: () => never });
    const answer = await rcpt(asker(), '1', { sasl_username: 'locked@example.org' });
    expect(answer).toMatchObject({ kind: 'reject' });
  });

  it('stands when the judgement fails or is milder than the check', async () => {
    const usual = scriptedGate();
    const milder: Gate['judge'] = (event) => ({
      ...(usual.check(event) as Verdict),
      verdict: 'pass',
      enforced: false,
    });
    const failing: Gate['judge'] = () => Promise.reject(new Error('broken'));
    for (const judge of [milder, failing]) {
      const { asker, rcpt } = setUp({}, {}, { ...usual, judge });
      const answer = await rcpt(asker(), '1', { sasl_username: 'locked@example.org' });
      expect(answer).toMatchObject({ kind: 'reject' });
    }
  });

  it('is waited for when the door closes', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const usual = scriptedGate();
    const { judge, asker, rcpt } = setUp(
      {},
      {},
      {
        ...usual,
        judge: (event) => held.then(() => usual.judge(event)),
      },
    );
    const answer = rcpt(asker(), '1', { sasl_username: 'locked@example.org' });
    let isClosed = false;
    const closing = judge.close().then(() => {
      isClosed = true;
    });
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    release();
    await closing;
    expect(usual.judged).toHaveLength(1);
    expect(await answer).toMatchObject({ kind: 'reject' });
  });
});

describe('what the operator says', () => {
  it('is asked at every request, so that a reload takes effect at once', () => {
    let inboundContexts: readonly string[] = [];
    const { asker, rcpt } = setUp({ policy: () => ({ inboundContexts }) });
    const ask = (instance: string) =>
      rcpt(asker(), instance, { sasl_username: 'locked@example.org', policy_context: 'mx' });
    expect(ask('1')).toMatchObject({ kind: 'reject' });
    inboundContexts = ['mx'];
    expect(ask('2')).toMatchObject({ kind: 'dunno' });
    const shouted = { sasl_username: 'locked@example.org', policy_context: 'MX' };
    expect(rcpt(asker(), '3', shouted)).toMatchObject({ kind: 'dunno' });
  });

  it('refuses with 4xx at RCPT, slow transport or not, where nobody asks later', () => {
    const { asker, rcpt } = setUp({ deferAs: { filter: 'slow:' } });
    const answer = rcpt(asker(), '1', { sasl_username: 'slow@example.org' });
    expect(answer).toMatchObject({ kind: 'defer-if-permit', status: '4.7.1' });
  });
});

describe('a gate that breaks its promise', () => {
  const broken = (how: () => never | Promise<never>): Gate => ({
    judge: how,
    check: how,
    meet: () => {
      throw new Error('broken');
    },
    note: () => undefined,
    newId: () => 'id',
    now: () => 0,
  });
  const outcomes: [string, () => never | Promise<never>][] = [
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ];

  it.each(outcomes)('%s: the answer is the stance, and it is said', async (_name, how) => {
    for (const [onFailure, kind] of [
      ['pass', 'dunno'],
      ['defer', 'defer-if-permit'],
    ] as const) {
      const { asker, rcpt, data, telemetry, judge } = setUp({ onFailure }, {}, broken(how));
      const answers: PolicyAction[] = [await rcpt(asker(), '1'), await data(asker(), '2')];
      expect(answers.map((answer) => answer.kind)).toEqual([kind, kind]);
      expect(telemetry.said.map(({ what }) => what)).toEqual(['judgingFailed', 'judgingFailed']);
      await judge.close();
    }
  });
});
