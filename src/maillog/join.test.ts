/** Lines become events: one submission a message, whatever order and damage the log has. */
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sentLines, shortStamp } from '../../test/maillog/postfix-log.ts';
import type { PrimumEvent } from '../core/event.ts';
import { readEvent } from '../core/read-event.ts';
import { MailLogReader } from '../protocol/mail-log.ts';
import { MailLogJoin } from './join.ts';
import { AGREEING_LINES } from './log-clock.ts';
import type { JoinOptions, JoinState } from './join.ts';

const START = Date.parse('2026-11-20T08:00:00Z');
const NOT_AFTER = START + 30 * 86_400_000;

interface Joined {
  readonly events: PrimumEvent[];
  readonly join: MailLogJoin;
}

function joined(
  lines: readonly string[],
  options: Partial<JoinOptions> & { readonly state?: JoinState; readonly isOpen?: boolean } = {},
): Joined {
  const events: PrimumEvent[] = [];
  const { state, isOpen, ...rest } = options;
  const settings = { waitMs: 60_000, logins: false, ...rest };
  const join = new MailLogJoin(settings, (event) => void events.push(event), state);
  const reader = new MailLogReader({ notAfterMs: NOT_AFTER });
  for (const line of lines) {
    const read = reader.read(line);
    if (typeof read !== 'string') join.take(read, line);
  }
  if (isOpen !== true) join.end();
  return { events, join };
}

const ofKind = <K extends PrimumEvent['kind']>(events: readonly PrimumEvent[], kind: K) =>
  events.filter((event): event is Extract<PrimumEvent, { kind: K }> => event.kind === kind);

const ANN = { account: 'ann@x.example', address: '192.0.2.7', recipients: ['bob@y.example'] };

function message(over: Partial<Parameters<typeof sentLines>[0]> = {}): string[] {
  return sentLines({ atMs: START, queueId: '4jWSqn5nsKzJfb0', ...ANN, ...over });
}

describe('a submission', () => {
  test('is joined from the lines of smtpd, cleanup, qmgr and smtp, its deliveries after it', () => {
    const refused = { 'eve@y.example': '550 5.1.1 unknown' };
    const recipients = ['bob@y.example', 'eve@y.example'];
    const { events } = joined(message({ recipients, refused }));
    expect(events.map(({ kind }) => kind)).toEqual(['submission', 'delivery', 'delivery']);
    const [submission] = ofKind(events, 'submission');
    expect(submission).toEqual({
      v: 1,
      kind: 'submission',
      id: submission?.id,
      at: '2026-11-20T08:00:00.000Z',
      mta: 'mail',
      account: 'ann@x.example',
      queueId: '4jWSqn5nsKzJfb0',
      clientAddress: '192.0.2.7',
      mechanism: 'PLAIN',
      envelopeSender: 'ann@x.example',
      envelopeRecipients: recipients,
      afterwards: true,
      sizeBytes: 2048,
      message: { messageId: '<4jWSqn5nsKzJfb0@mail.example>' },
    });
    expect(ofKind(events, 'delivery')).toMatchObject([
      { recipient: 'bob@y.example', result: 'delivered', submission: submission?.id },
      {
        recipient: 'eve@y.example',
        result: 'bounced',
        status: '5.1.1',
        reply: 'host mx.remote.example[203.0.113.5] said: 550 5.1.1 unknown',
        remote: 'mx.remote.example[203.0.113.5]:25',
      },
    ]);
  });

  test('names recipients as the client gave them, an alias once', () => {
    const lines = message({ recipients: ['a@y.example', 'b@y.example'] }).map((line) =>
      line.replace(/to=<(.)@y.example>/, 'to=<$1@y.example>, orig_to=<all@x.example>'),
    );
    expect(ofKind(joined(lines).events, 'submission')).toMatchObject([
      { envelopeRecipients: ['all@x.example'], recipientCount: 2 },
    ]);
  });

  test('is told with those known when the others take longer than is waited', () => {
    const lines = message({ recipients: ['bob@y.example', 'eve@y.example'] });
    const late = lines.findIndex((line) => line.includes('to=<eve@'));
    const [slow = ''] = lines.splice(late, 1);
    const end = lines.pop() ?? '';
    lines.push(...[slow, end].map((line) => line.replace('08:00:01', '08:05:00')));
    const { events } = joined(lines);
    expect(events.map(({ kind }) => kind)).toEqual(['submission', 'delivery', 'delivery']);
    expect(events[0]).toMatchObject({ envelopeRecipients: ['bob@y.example'], recipientCount: 2 });
  });

  test('that no delivery line follows is told when time goes on', () => {
    const begun = message().slice(0, 4);
    const { events, join } = joined(begun, { isOpen: true });
    join.pass(59_000);
    expect(events).toEqual([]);
    join.pass(1_000);
    expect(events).toMatchObject([
      { kind: 'submission', envelopeRecipients: [], recipientCount: 1 },
    ]);
  });

  test('that was refused at its end is none', () => {
    const lines = message().slice(0, 3);
    lines.push(
      `${shortStamp(START)} mail postfix/cleanup[20]: 4jWSqn5nsKzJfb0: milter-reject: END-OF-MESSAGE from unknown[192.0.2.7]: 5.7.1 no; from=<a@x> to=<b@y> proto=ESMTP helo=<c>`,
    );
    expect(joined(lines).events).toEqual([]);
  });

  test('that is held is told as of then, and once when it is let go', () => {
    const lines = message();
    lines.splice(
      3,
      0,
      `${shortStamp(START)} mail postfix/cleanup[20]: 4jWSqn5nsKzJfb0: milter-hold: END-OF-MESSAGE from unknown[192.0.2.7]: milter triggers HOLD action; from=<ann@x.example> to=<bob@y.example> proto=ESMTP helo=<c>`,
    );
    const held = lines.slice(0, 4);
    const released = lines.slice(4).map((line) => line.replace(/08:00:0\d/, '10:00:00'));
    const { events } = joined([...held, ...released]);
    expect(ofKind(events, 'submission')).toMatchObject([
      { at: '2026-11-20T08:00:00.000Z', envelopeRecipients: ['bob@y.example'] },
    ]);
    expect(ofKind(events, 'delivery')).toHaveLength(1);
  });

  test("of a program on the host itself is the sendmail command's", () => {
    const at = `${shortStamp(START)} mail postfix`;
    const lines = [
      `${at}/pickup[1]: D2FAE20586: uid=33 from=<www@web.example>`,
      `${at}/cleanup[20]: D2FAE20586: message-id=<1@web.example>`,
      `${at}/qmgr[21]: D2FAE20586: from=<www@web.example>, size=10, nrcpt=1 (queue active)`,
    ];
    expect(joined(lines).events).toMatchObject([
      { kind: 'submission', service: 'sendmail', clientAddress: '127.0.0.1' },
    ]);
    expect(joined(lines).events[0]).not.toHaveProperty('account');
  });

  test('through a content filter is one, and its outcome is what the filter sent on', () => {
    const at = `${shortStamp(START)} mail postfix`;
    const lines = message({ recipients: ['bob@y.example'] }).filter(
      (line) => !line.includes('/smtp[22]') && !line.includes('removed'),
    );
    lines.push(
      `${at}/smtpd[9]: DF66E940333: client=localhost[127.0.0.1]`,
      `${at}/cleanup[20]: DF66E940333: message-id=<4jWSqn5nsKzJfb0@mail.example>`,
      `${at}/qmgr[21]: DF66E940333: from=<ann@x.example>, size=2500, nrcpt=1 (queue active)`,
      `${at}/smtp[22]: DF66E940333: to=<bob@y.example>, relay=mx[203.0.113.5]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced (host mx said: 550 5.7.1 spam)`,
      `${at}/amavis/smtp[23]: 4jWSqn5nsKzJfb0: to=<bob@y.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as DF66E940333)`,
    );
    const { events } = joined(lines);
    expect(events).toMatchObject([
      { kind: 'submission', queueId: '4jWSqn5nsKzJfb0', envelopeRecipients: ['bob@y.example'] },
      { kind: 'delivery', queueId: 'DF66E940333', result: 'bounced', submission: events[0]?.id },
    ]);
  });
});

describe('what the log does to its lines', () => {
  test('the same lines give the same ids, so that a second reading counts nothing', () => {
    const lines = message({ recipients: ['a@y.example', 'b@y.example'] });
    const ids = (events: readonly PrimumEvent[]): string[] => events.map(({ id }) => id);
    const once = ids(joined(lines).events);
    expect(ids(joined(lines).events)).toEqual(once);
    expect(new Set(once).size).toBe(once.length);
  });

  test('duplicated lines tell nothing new', () => {
    const lines = message({ recipients: ['a@y.example', 'b@y.example'] });
    const twice = lines.flatMap((line) => [line, line]);
    const ids = (events: readonly PrimumEvent[]): Set<string> =>
      new Set(events.map(({ id }) => id));
    expect(ids(joined(twice).events)).toEqual(ids(joined(lines).events));
    expect(ofKind(joined(twice).events, 'submission')).toHaveLength(1);
  });

  test('lines in any order within their moment tell the same', () => {
    const lines = message({ recipients: ['a@y.example', 'b@y.example'] });
    const facts = (some: readonly string[]): unknown => {
      const { events } = joined(some);
      return events
        .map((event) =>
          event.kind === 'submission'
            ? { ...event, at: '', envelopeRecipients: [...event.envelopeRecipients].sort() }
            : event,
        )
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    };
    const order = fc.shuffledSubarray(lines, { minLength: lines.length });
    fc.assert(
      fc.property(order, (some) => {
        expect(facts(some)).toEqual(facts(lines));
      }),
    );
  });

  test('a queue id that comes again after days is another message', () => {
    const day = 86_400_000;
    const first = message({ queueId: '17CCA8044' });
    const second = message({
      queueId: '17CCA8044',
      atMs: START + 2 * day,
      account: 'zoe@x.example',
    });
    for (const lines of [first, first.filter((line) => !line.includes('removed'))]) {
      const submissions = ofKind(joined([...lines, ...second]).events, 'submission');
      expect(submissions.map(({ account }) => account)).toEqual(['ann@x.example', 'zoe@x.example']);
    }
  });

  test('deferred mail that expires has an end for everybody who was waited for', () => {
    const at = (ms: number): string => `${shortStamp(START + ms)} mail postfix`;
    const lines = message().map((line) =>
      line.replace(/dsn=2.*$/, 'dsn=4.4.1, status=deferred (connect: timed out)'),
    );
    const open = lines.filter((line) => !line.includes('removed'));
    const days = 5 * 86_400_000;
    open.push(
      `${at(days)}/qmgr[21]: 4jWSqn5nsKzJfb0: from=<ann@x.example>, status=expired, returned to sender`,
      `${at(days)}/qmgr[21]: 4jWSqn5nsKzJfb0: removed`,
    );
    expect(ofKind(joined(open).events, 'delivery')).toMatchObject([
      { result: 'deferred', reply: 'connect: timed out' },
      { result: 'expired', recipient: 'bob@y.example' },
    ]);
  });

  test('open messages have a bound: the oldest is given up with what is known', () => {
    const begun = Array.from({ length: 20 }, (_, n) =>
      message({ queueId: `4A${n}0000Z`, account: `p${n}@x.example` }).slice(0, 4),
    ).flat();
    const { events, join } = joined(begun, { maxOpen: 5, isOpen: true });
    expect(join.openCount).toBe(5);
    expect(ofKind(events, 'submission')).toHaveLength(15);
  });

  test('a line with a wrong clock neither ends the waits of others nor makes them late', () => {
    const wrong = message({ queueId: '4AWrong00zX', atMs: START + 20 * 86_400_000 });
    const recipients = ['a@y.example', 'b@y.example'];
    const lines = message({ recipients });
    const { events } = joined([...lines.slice(0, 5), ...wrong, ...lines.slice(5)]);
    expect(ofKind(events, 'submission')).toMatchObject([
      { queueId: '4AWrong00zX' },
      { queueId: '4jWSqn5nsKzJfb0', envelopeRecipients: recipients },
    ]);
  });

  test('a clock that was set is believed when many lines agree', () => {
    const later = START + 10 * 86_400_000;
    const lines = [...message().slice(0, 4)];
    for (let n = 0; n < AGREEING_LINES / 4; n++) {
      lines.push(...message({ queueId: `4ALater${n}0zX`, atMs: later + n }));
    }
    const { events } = joined(lines, { isOpen: true });
    expect(ofKind(events, 'submission').map(({ queueId }) => queueId)).toContain('4jWSqn5nsKzJfb0');
  });

  test('a stop in the middle, and going on from what was kept, tells each event', () => {
    const lines = [
      ...message({ recipients: ['a@y.example', 'b@y.example'] }),
      ...message({ queueId: '4jWSrX13m6zJfcb', account: 'zoe@x.example' }),
    ];
    const whole = new Set(joined(lines).events.map(({ id }) => id));
    fc.assert(
      fc.property(fc.nat(lines.length), (stop) => {
        const first = joined(lines.slice(0, stop), { isOpen: true });
        const state = JSON.parse(JSON.stringify(first.join.state)) as JoinState;
        const second = joined(lines.slice(stop), { state });
        expect(new Set([...first.events, ...second.events].map(({ id }) => id))).toEqual(whole);
      }),
    );
  });
});

describe('mail from outside', () => {
  const at = `${shortStamp(START)} mail postfix`;
  const inbound = (from: string): string[] => [
    `${at}/smtpd[9]: 4jWInbound0: client=mx.other.example[198.51.100.3]`,
    `${at}/cleanup[20]: 4jWInbound0: message-id=<hello@other.example>`,
    `${at}/qmgr[21]: 4jWInbound0: from=<${from}>, size=900, nrcpt=1 (queue active)`,
    `${at}/lmtp[22]: 4jWInbound0: to=<ann@x.example>, relay=mail[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 <ann@x.example> Saved)`,
    `${at}/qmgr[21]: 4jWInbound0: removed`,
  ];

  test('makes its sender a correspondent of the account, and is nobody’s submission', () => {
    expect(joined(inbound('carl@other.example')).events).toMatchObject([
      {
        kind: 'received',
        account: 'ann@x.example',
        headerFrom: 'carl@other.example',
        messageId: '<hello@other.example>',
      },
    ]);
  });

  test('from nobody makes no correspondent', () => {
    expect(joined(inbound('')).events).toEqual([]);
  });
});

describe('logins', () => {
  test('of smtpd are told once a connection, before its first message', () => {
    const one = message({ queueId: '4A0000001Z' });
    const two = message({ queueId: '4A0000002Z' });
    const sameConnection = [...one.slice(0, -2), ...two];
    const kinds = (lines: readonly string[]): number =>
      ofKind(joined(lines, { logins: true }).events, 'login').length;
    expect(kinds(sameConnection)).toBe(1);
    expect(kinds([...one, ...two])).toBe(2);
    expect(joined(one, { logins: true }).events[0]).toMatchObject({
      kind: 'login',
      account: 'ann@x.example',
      service: 'submission',
      ok: true,
      clientAddress: '192.0.2.7',
    });
  });

  test('of Dovecot are told one by one, and each wrong password of a line', () => {
    const head = `${shortStamp(START)} mail dovecot: imap-login:`;
    const facts =
      'user=<ann@x.example>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a>';
    const { events } = joined(
      [
        `${head} Login: ${facts}`,
        `${head} Disconnected (auth failed, 3 attempts in 9 secs): ${facts}`,
      ],
      { logins: true },
    );
    expect(ofKind(events, 'login').map(({ ok }) => ok)).toEqual([true, false, false, false]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  });

  test('are left out where somebody else tells them', () => {
    expect(ofKind(joined(message()).events, 'login')).toEqual([]);
  });
});

test('the log of a real Postfix 3.7 gives events that replay can read', () => {
  const file = joinPath(import.meta.dirname, '../../test/fixtures/maillog/postfix-3.7.txt');
  const { events } = joined(readFileSync(file, 'latin1').trim().split('\n'), { logins: true });
  for (const event of events) expect(readEvent(event)).toMatchObject({ ok: true });
  expect(
    ofKind(events, 'submission').map(({ account, envelopeRecipients, recipientCount = 0 }) => [
      account,
      Math.max(envelopeRecipients.length, recipientCount),
    ]),
  ).toEqual([
    ['alice@local.test', 6],
    ['alice@local.test', 1],
    ['alice@local.test', 4],
  ]);
  const results = ofKind(events, 'delivery').map(({ result }) => result);
  expect(results.filter((result) => result === 'bounced')).toHaveLength(5);
  expect(results.filter((result) => result === 'expired')).toHaveLength(1);
});
