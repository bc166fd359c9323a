/** Notifications as RFC 3464 has them, and nothing of a stranger that could become a header. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatDeliveryReport,
  MAX_REPORTED_RECIPIENTS,
  MAX_RETURNED_HEADER_BYTES,
  type DeliveryReport,
} from './delivery-report.ts';

const REPORT: DeliveryReport = {
  from: 'postmaster@example.org',
  to: 'ann@example.org',
  messageId: '<primum.abc@example.org>',
  nowMs: Date.UTC(2026, 10, 21, 4, 0, 0),
  reportingMta: 'mx1.example.org',
  arrivalMs: Date.UTC(2026, 10, 20, 4, 0, 0),
  subject: 'Your message was not delivered',
  words: ['Your message was not delivered to the recipients below.', 'Ask postmaster@example.org.'],
  action: 'failed',
  recipients: ['bob@example.net'],
  diagnostic: 'It was returned. Reference 8F2K9A1B',
  status: '5.7.1',
  originalHeaders: 'From: ann@example.org\r\nSubject: hello\r\n',
};

const fieldsOf = (text: string) => text.slice(0, text.indexOf('\r\n\r\n'));

describe('CON-4: a delivery report', () => {
  test('has the three parts, the reason, each recipient and the headers', () => {
    const text = formatDeliveryReport(REPORT);
    expect(fieldsOf(text)).toContain('multipart/report; report-type=delivery-status;');
    expect(fieldsOf(text)).toContain('Auto-Submitted: auto-replied');
    expect(text).toContain('Content-Type: message/delivery-status');
    expect(text).toContain('Reporting-MTA: dns; mx1.example.org\r\n');
    expect(text).toContain(
      'Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.7.1\r\n',
    );
    expect(text).toContain('Content-Type: text/rfc822-headers\r\n');
    expect(text).toContain('Subject: hello\r\n');
    expect(text.split('--primum-')).toHaveLength(5);
  });

  test('only parts beyond ASCII are labelled 8bit', () => {
    const codings = (report: DeliveryReport) =>
      [...formatDeliveryReport(report).matchAll(/Content-Transfer-Encoding: (\S+)/g)].map(
        ([, coding]) => coding,
      );
    expect(codings(REPORT)).toEqual(['7bit', '7bit', '7bit']);
    const beyond = { words: ['Gr\u00fc\u00dfe'], originalHeaders: 'Subject: \u00fc\r\n' };
    expect(codings({ ...REPORT, ...beyond })).toEqual(['8bit', '7bit', '8bit']);
  });

  test('is the same for the same input', () => {
    expect(formatDeliveryReport(REPORT)).toBe(formatDeliveryReport(REPORT));
  });

  test('nothing from outside adds a header or ends a part', () => {
    const evil = 'x\r\nBcc: all@example.net\r\n\r\n--primum-primumabcexampleorg--';
    fc.assert(
      fc.property(
        fc.constantFrom('to', 'subject', 'diagnostic', 'reportingMta' as const),
        (key) => {
          const text = formatDeliveryReport({ ...REPORT, [key]: evil });
          expect(text).not.toMatch(/^Bcc:/m);
        },
      ),
    );
    const text = formatDeliveryReport({ ...REPORT, originalHeaders: `X: ${evil}` });
    expect(fieldsOf(text)).toContain('boundary="primum-primumabcexampleorg-1"');
  });

  test('headers and recipients are bounded, and an address in other letters is ASCII', () => {
    const long = `X-Long: ${'a'.repeat(70)}\n`.repeat(2_000);
    const recipients = Array.from(
      { length: MAX_REPORTED_RECIPIENTS + 5 },
      () => 'jörg@example.net',
    );
    const text = formatDeliveryReport({ ...REPORT, originalHeaders: long, recipients });
    expect(text.length).toBeLessThan(MAX_RETURNED_HEADER_BYTES + 400 * MAX_REPORTED_RECIPIENTS);
    expect(text.match(/^Final-Recipient/gm)).toHaveLength(MAX_REPORTED_RECIPIENTS);
    expect(text).toContain('Final-Recipient: utf-8; j\\x{F6}rg@example.net');
  });
});
