/** The words of Postfix's queue tools, as observed on 3.7, and what must not be read from them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ENVELOPE_RECIPIENTS, missingQueueFile, parsePostcat } from './postcat.ts';
import { MAX_QUEUE_LINE, MAX_QUEUED_RECIPIENTS, parseQueueLine } from './postqueue.ts';
import { parsePostsuper } from './postsuper.ts';
import { isQueueId } from './queue-id.ts';

const LINE =
  '{"queue_name": "hold", "queue_id": "4jWSY95qK6zJgGq", "arrival_time": 1795208749, "message_size": 296, "forced_expire": false, "sender": "eod-hold@local.test", "recipients": [{"address": "one@dest.test"}, {"address": "two@dest.test", "delay_reason": "later"}]}';

const ENVELOPE = `*** ENVELOPE RECORDS deferred/4/4jWSb00VPKzJfbV ***
message_size:             378             795               2               0             378               0
message_arrival_time: Fri Nov 20 21:07:24 2026
named_attribute: sasl_username=alice@local.test
sender: m-quarantine@local.test
original_recipient: one@dest.test
recipient: one@dest.test
recipient: two@dest.test
*** MESSAGE CONTENTS deferred/4/4jWSb00VPKzJfbV ***
*** MESSAGE FILE END deferred/4/4jWSb00VPKzJfbV ***
`;

describe('queue ids', () => {
  test.each(['ALL', '-', '-d', '../etc', '4jWSb00VPKzJfbV\nALL', '', 'A'.repeat(33), 'ä12345'])(
    '%j never reaches a tool',
    (text) => expect(isQueueId(text)).toBe(false),
  );

  test.each(['4jWSb00VPKzJfbV', '3F2A1C0B2D'])('%s is one', (text) =>
    expect(isQueueId(text)).toBe(true),
  );
});

describe('postqueue -j', () => {
  test('a line is a message with its recipients', () => {
    expect(parseQueueLine(LINE)).toEqual({
      queueName: 'hold',
      queueId: '4jWSY95qK6zJgGq',
      arrivalSeconds: 1_795_208_749,
      sizeBytes: 296,
      sender: 'eod-hold@local.test',
      recipients: ['one@dest.test', 'two@dest.test'],
    });
  });

  test('the null sender is empty', () => {
    expect(parseQueueLine(LINE.replace('eod-hold@local.test', 'MAILER-DAEMON'))?.sender).toBe('');
  });

  test('a line over the bound is no message, and recipients over theirs are left out', () => {
    expect(parseQueueLine(LINE + ' '.repeat(MAX_QUEUE_LINE))).toBeUndefined();
    const many = Array.from({ length: MAX_QUEUED_RECIPIENTS + 1 }, () => ({ address: 'a@b.c' }));
    const line = LINE.replace(/"recipients": .*/, `"recipients": ${JSON.stringify(many)}}`);
    expect(parseQueueLine(line)?.recipients).toHaveLength(MAX_QUEUED_RECIPIENTS);
  });

  test('never throws, whatever is said', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseQueueLine(text)));
  });
});

describe('postcat -e', () => {
  test('an envelope has its login, sender, arrival in UTC and recipients', () => {
    expect(parsePostcat(ENVELOPE)).toEqual([
      {
        queueName: 'deferred',
        queueId: '4jWSb00VPKzJfbV',
        arrivalSeconds: Date.UTC(2026, 10, 20, 21, 7, 24) / 1000,
        sizeBytes: 378,
        sender: 'm-quarantine@local.test',
        saslLogin: 'alice@local.test',
        recipients: ['one@dest.test', 'two@dest.test'],
        recipientCount: 2,
      },
    ]);
  });

  test('several files are told apart, and recipients are bounded but counted', () => {
    const many = 'recipient: a@b.c\n'.repeat(MAX_ENVELOPE_RECIPIENTS + 1);
    const second = ENVELOPE.replaceAll('4jWSb00VPKzJfbV', '3F2A1C0B2D').replace(
      '*** MESSAGE C',
      `${many}*** MESSAGE C`,
    );
    const [one, two] = parsePostcat(ENVELOPE + second);
    expect(one?.recipientCount).toBe(2);
    expect(two).toMatchObject({
      queueId: '3F2A1C0B2D',
      recipientCount: MAX_ENVELOPE_RECIPIENTS + 3,
    });
    expect(two?.recipients).toHaveLength(MAX_ENVELOPE_RECIPIENTS);
  });

  test('a file that is not there is named', () => {
    const said = 'postcat: fatal: open queue file AAAAAAAA1: No such file or directory\n';
    expect(missingQueueFile(said)).toBe('AAAAAAAA1');
    expect(missingQueueFile('postcat: fatal: something else\n')).toBeUndefined();
  });

  test('never throws, whatever is said', () => {
    fc.assert(fc.property(fc.string(), (text) => void parsePostcat(ENVELOPE + text)));
  });
});

describe('postsuper', () => {
  test('only what it names was changed; its exit code says nothing', () => {
    const said =
      'postsuper: 4jWSb00VPKzJfbV: released from hold\npostsuper: Released from hold: 1 message\n';
    expect([...parsePostsuper(said, 'released from hold')]).toEqual(['4jWSb00VPKzJfbV']);
    expect(parsePostsuper(said, 'removed').size).toBe(0);
    expect(parsePostsuper('postsuper: Deleted: 0 messages\n', 'removed').size).toBe(0);
  });
});
