/** Returned mail as strangers may send it: every message gets a clear result, in bounded memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_RECIPIENTS, MAX_REPORTS } from '../../src/returned/limits.ts';
import { createReturnedReader } from '../../src/returned/read-returned.ts';
import { classify, fixture, readMessage } from './reading.ts';

const HEAD =
  'From: MAILER-DAEMON@mx.example.com\nTo: ann@example.org\nSubject: Undelivered Mail\n' +
  'MIME-Version: 1.0\n';

function report(status: string, original = 'Subject: x\n'): string {
  return (
    `${HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n` +
    `--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\n${status}\n` +
    `--b\nContent-Type: message/rfc822\n\n${original}\n\nhello\n--b--\n`
  );
}

const ROW = 'Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1\n';

describe('FBK-1: a returned message', () => {
  test('is read alike however it is cut into chunks', () => {
    const bytes = fixture('bounces/lhost-yandex-02.eml');
    const whole = readMessage(bytes);
    const reading = createReturnedReader(classify).begin();
    for (const byte of bytes) reading.feed(Uint8Array.of(byte));
    expect(reading.end()).toEqual(whole);
  });

  test('of 25 MiB is read in bounded memory', () => {
    const reading = createReturnedReader(classify).begin();
    reading.feed(Buffer.from(report(ROW).replace('--b--\n', '')));
    const chunk = Buffer.alloc(64 * 1024, 'bob@example.net said 550 5.1.1 no\n');
    // What grows with the message would be held in buffers, which the garbage collector counts apart.
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let size = 0; size < 25 * 1024 * 1024; size += chunk.length) {
      reading.feed(chunk);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).toBeLessThan(16 * 1024 * 1024);
    expect(reading.end()).toMatchObject({ kind: 'dsn', recipients: [{ hard: true }] });
  });

  test('with more recipients than the bound keeps the first ones', () => {
    const rows = Array.from({ length: MAX_RECIPIENTS + 10 }, (_, n) =>
      ROW.replace('bob', `b${n}`),
    ).join('\n');
    expect(readMessage(report(rows)).recipients).toHaveLength(MAX_RECIPIENTS);
  });

  test('inside nine others is told by the outer one', () => {
    let message = report(ROW);
    for (let n = 0; n < 9; n += 1) {
      message =
        `From: relay${n}@example.com\nSubject: Undelivered Mail\nMIME-Version: 1.0\n` +
        `Content-Type: multipart/mixed; boundary=n${n}\n\n--n${n}\nContent-Type: text/plain\n\n` +
        `Your message was not delivered.\n--n${n}\nContent-Type: message/rfc822\n\n${message}\n` +
        `--n${n}--\n`;
    }
    expect(readMessage(message)).toMatchObject({
      kind: 'dsn',
      recipients: [{ recipient: 'bob@example.net', status: '5.1.1' }],
    });
  });

  const broken: readonly (readonly [name: string, message: string])[] = [
    ['has the wrong boundary', report(ROW).replace('boundary=b', 'boundary=other')],
    ['has no boundary', report(ROW).replace('; boundary=b', '')],
    ['is never closed', report(ROW).replace('--b--', '')],
    ['has line ends of CRLF', report(ROW).replaceAll('\n', '\r\n')],
    ['comes out of an mbox', `From MAILER-DAEMON Mon Nov 16 10:00:00 2026\n${report(ROW)}`],
    ['begins with empty lines', `\r\n\n${report(ROW)}`],
    ['has 900 fields above its own', `${'X-A: b\n'.repeat(900)}${report(ROW)}`],
    ['has its fields below a long one', `X-A: ${'b'.repeat(100_000)}\n${report(ROW)}`],
    ['has empty parts', report(ROW).replace('It failed.', '').replace('hello', '')],
    [
      'has a charset nobody knows',
      report(ROW).replace('--b\n\nIt', '--b\nContent-Type: text/plain; charset=klingon\n\nIt'),
    ],
    ['has NUL bytes', report(ROW).replace('It failed.', '\0\0It failed.\0')],
  ];
  test.each(broken)('that %s is still a bounce', (_, message) => {
    expect(readMessage(message)).toMatchObject({ kind: 'dsn', recipients: [{ status: '5.1.1' }] });
  });

  test('whose own fields are behind 100,000 others is unknown, not an error', () => {
    expect(readMessage(`${'X-A: b\n'.repeat(100_000)}${report(ROW)}`).kind).toBe('unknown');
  });

  test('without anything is unknown', () => {
    for (const empty of ['', '\n', '\n\n', ' ', 'From', ':', '\0']) {
      expect(readMessage(empty).kind).toBe('unknown');
    }
  });

  test('with a flood of addresses, URLs and times names only so many', () => {
    const lines = Array.from(
      { length: 5_000 },
      (_, n) => `198.51.${n >> 8}.${n & 255} https://h${n}.example/`,
    );
    const mail = `From: abuse@trap.example\nSubject: spam report\n\n${lines.join('\n')}`;
    expect(readMessage(mail).reports?.length).toBeLessThanOrEqual(MAX_REPORTS);
  });
});

describe('hostile text', () => {
  const pieces = [
    ' ',
    '@',
    'a@b ',
    '550 ',
    '5.1.1.',
    ':',
    '1.2.3.4 ',
    'a:',
    'http://a.b/',
    '\n',
    'user ',
    'rcpt to data after ',
    '"',
    'could not ',
    'delivery of ',
    'returned ',
    'blocked using the ',
    'abuse spam 2026-01-01 00:00 ',
    'from ',
    '!',
    '(',
    '<',
    '=?utf-8?q?',
    '[',
    '{',
    '\\',
    'Received: ',
  ];
  const types = ['text/plain', 'text/html', 'message/delivery-status', 'message/feedback-report'];
  // A quarter of a MiB takes some ten milliseconds; what grows with the square takes minutes.
  const LIMIT_MS = 5_000;

  test.each(types)('as %s takes no long time', (type) => {
    const started = process.cpuUsage();
    for (const piece of pieces) {
      const body = piece.repeat((256 * 1024) / piece.length);
      const short = piece.repeat(1_000);
      readMessage(
        `From: ${short}\nSubject: Undelivered ${short}\nContent-Type: ${type}\n\n${body}`,
      );
      readMessage(
        `${HEAD}Content-Type: ${type}\n\nFinal-Recipient: rfc822; ${body}\nDiagnostic-Code: ${short}\n`,
      );
    }
    // Of work: others may have the processor meanwhile.
    const workMs = process.cpuUsage(started).user / 1_000;
    expect(workMs).toBeLessThan(pieces.length * LIMIT_MS * 0.2);
  });

  test('of any kind never throws', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'Content-Type: multipart/report; boundary=b',
        'Content-Type: message/rfc822',
        '--b',
        '--b--',
        '',
        'Content-Type: message/delivery-status',
        'Content-Type: message/feedback-report',
        'Content-Type: application/json',
        'Final-Recipient: rfc822; a@b',
        'Action: failed',
        'Status: 5.1.1',
        'Feedback-Type: abuse',
        '{"xarf_version":"4","category":"x"}',
        'Received: x',
        'Content-Transfer-Encoding: base64',
        'From: mailer-daemon',
        'Subject: Undelivered',
        '<a@b>: 550 5.1.1 x',
      ),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const read = readMessage(lines.join('\n'));
        expect(read.kind).toBeTypeOf('string');
        for (const row of read.recipients) {
          expect(row.status).toMatch(/^(?:[245]\.\d{1,3}\.\d{1,3})?$/);
          expect(row.replyCode).toMatch(/^(?:[245]\d\d)?$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
