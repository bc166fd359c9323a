/** FBK-1: a bounce that names more recipients than are read says how many more. */
import { describe, expect, test } from 'vitest';
import { inspectLine } from '../../src/returned/inspect-line.ts';
import { MAX_RECIPIENTS, MAX_STATUS_BYTES } from '../../src/returned/limits.ts';
import { createReturnedReader } from '../../src/returned/read-returned.ts';
import { classify, readMessage } from './reading.ts';

function group(n: number): string {
  return `Final-Recipient: rfc822; u${n}@r.example\nAction: failed\nStatus: 5.1.1\n`;
}

function bounceOf(count: number, separator = '\n', end = '\n'): string {
  const groups = Array.from({ length: count }, (_, n) => group(n));
  const message = `From: MAILER-DAEMON@mx.r.example
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

failed

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx

${groups.join(separator)}
--B--
`;
  return message.replaceAll('\n', end);
}

describe('FBK-1: a bounce to many', () => {
  test.each([
    [1, '\n', '\n'],
    [MAX_RECIPIENTS - 1, '\n', '\r\n'],
    [MAX_RECIPIENTS, '\n', '\n'],
    // Without an empty line between them.
    [MAX_RECIPIENTS, '', '\n'],
  ])('of %i is read whole', (count, separator, end) => {
    const read = readMessage(bounceOf(count, separator, end));
    expect(read.recipients).toHaveLength(count);
    expect(read).not.toHaveProperty('unreadRecipients');
  });

  test.each([
    [MAX_RECIPIENTS + 1, '\n', '\n'],
    [5_000, '\n', '\r\n'],
    [20_000, '\n', '\n'],
    [20_000, '\n', '\r\n'],
    [20_000, '', '\n'],
  ])('of %i tells how many are not read', (count, separator, end) => {
    const read = readMessage(bounceOf(count, separator, end));
    expect(read.kind).toBe('dsn');
    const { recipients, unreadRecipients } = read;
    expect(recipients).toHaveLength(MAX_RECIPIENTS);
    expect(unreadRecipients).toBe(count - MAX_RECIPIENTS);
    expect(inspectLine('a.eml', read)).toMatchObject({ unreadRecipients });
    expect(recipients.at(-1)).toMatchObject({
      recipient: `u${MAX_RECIPIENTS - 1}@r.example`,
      status: '5.1.1',
    });
  });

  test('counts alike wherever its chunks end and its room runs out', () => {
    for (const size of [997, 1_023, 65_536]) {
      for (const pad of [0, 7, 19, 33]) {
        const message = Buffer.from(bounceOf(9_000).replace('dns; mx', `dns; ${'m'.repeat(pad)}`));
        expect(message.length).toBeGreaterThan(MAX_STATUS_BYTES);
        const reading = createReturnedReader(classify).begin('');
        for (let at = 0; at < message.length; at += size) {
          reading.feed(message.subarray(at, at + size));
        }
        expect(reading.end().unreadRecipients).toBe(9_000 - MAX_RECIPIENTS);
      }
    }
  });

  test('of few with very long replies reads no half of a recipient', () => {
    const long = `Diagnostic-Code: smtp; 550 5.1.1 ${'x'.repeat(3_000)}\n`;
    const groups = Array.from({ length: 400 }, (_, n) => group(n) + long).join('\n');
    const read = readMessage(bounceOf(1).replace(group(0), groups));
    expect(read.recipients.length + (read.unreadRecipients ?? 0)).toBe(400);
    expect(read.unreadRecipients).toBeGreaterThan(100);
    expect(read.recipients.filter(({ status }) => status !== '5.1.1')).toEqual([]);
  });

  test('takes no long time for fields that fill it', () => {
    const started = process.cpuUsage();
    const fill = ['Diagnostic-Code: x\n', 'Remote-MTA: y\n', '\n'].map((one) => one.repeat(14_000));
    readMessage(bounceOf(1).replace(group(0), fill.join('\n')));
    readMessage(bounceOf(1).replace(group(0), 'Final-Recipient:\n'.repeat(60_000)));
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000);
  });

  test('in words alone tells it too', () => {
    const lines = Array.from({ length: MAX_RECIPIENTS + 50 }, (_, n) => `<u${n}@r.example>:`);
    const text = `From: MAILER-DAEMON@mx.r.example\nSubject: failure notice\n\nHi. This is the qmail-send program.\n\n${lines.join('\n')}\nSorry, no mailbox here by that name. (#5.1.1)\n`;
    const read = readMessage(text);
    expect(read.recipients).toHaveLength(MAX_RECIPIENTS);
    expect(read.unreadRecipients).toBe(50);
  });
});
