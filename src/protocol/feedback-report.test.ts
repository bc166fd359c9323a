/** RFC 5965 in both directions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatFeedbackReport,
  MAX_COMPLAINED_BYTES,
  MAX_VALUES,
  parseFeedbackReport,
  type OwnComplaint,
} from './feedback-report.ts';

const OWN: OwnComplaint = {
  from: 'abuse@example.org',
  to: 'abuse@example.net',
  messageId: '<c1@example.org>',
  nowMs: Date.UTC(2026, 10, 21),
  subject: 'Abuse from 203.0.113.7',
  words: ['This message was sent to a customer of ours who did not want it.'],
  feedbackType: 'abuse',
  userAgent: 'Primum/1',
  sourceAddress: '203.0.113.7',
  originalSender: 'win@example.net',
  originalRecipients: ['ann@example.org'],
  arrivalMs: Date.UTC(2026, 10, 20),
  reportingMta: 'mx1.example.org',
  reportedDomains: ['example.net'],
  reportedUris: ['https://win.example.net/'],
  original: 'From: win@example.net\r\nSubject: win\r\n\r\nbuy\r\n',
  isWhole: true,
};

const partOf = (mail: string) =>
  (mail.split('message/feedback-report')[1] ?? '').split('\r\n--')[0] ?? '';

describe('FBK-2: a feedback report', () => {
  test('that we make is read back as it was meant', () => {
    const mail = formatFeedbackReport(OWN);
    expect(mail).toContain('multipart/report; report-type=feedback-report;');
    expect(mail).toContain('Content-Type: message/rfc822\r\n');
    expect(mail.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(parseFeedbackReport(partOf(mail))).toEqual({
      feedbackType: 'abuse',
      userAgent: 'Primum/1',
      sourceAddress: '203.0.113.7',
      originalSender: 'win@example.net',
      originalRecipients: ['ann@example.org'],
      arrivalDate: 'Fri, 20 Nov 2026 00:00:00 +0000',
      reportingMta: 'mx1.example.org',
      reportedDomains: ['example.net'],
      reportedUris: ['https://win.example.net/'],
    });
  });

  test('lets nothing of a stranger become a field, a part or too long', () => {
    const mail = formatFeedbackReport({
      ...OWN,
      subject: 'x\r\nBcc: eve@example.net',
      originalSender: 'a@b>\nFeedback-Type: not-spam',
      original: `--primum-c1exampleorg\r\n${'x'.repeat(2 * MAX_COMPLAINED_BYTES)}`,
      isWhole: false,
    });
    expect(mail).not.toMatch(/^Bcc:/m);
    expect(parseFeedbackReport(partOf(mail))?.feedbackType).toBe('abuse');
    expect(mail).toContain('boundary="primum-c1exampleorg-1"');
    expect(mail).toContain('Content-Type: text/rfc822-headers\r\n');
    expect(mail.length).toBeLessThan(MAX_COMPLAINED_BYTES + 4_000);
  });

  // prettier-ignore
  test.each([
    ['Feedback-Type: Abuse',                                    { feedbackType: 'abuse' }],
    ['feedback-type: not-spam\nSource-IP: 192.0.2.1',           { feedbackType: 'not-spam', sourceAddress: '192.0.2.1' }],
    ['Feedback-Type: auth-failure\nSource-IP: [2001:db8::1]',   { feedbackType: 'auth-failure', sourceAddress: '2001:db8::1' }],
    ['Source-IP: 192.0.2.1',                                    { feedbackType: 'abuse', sourceAddress: '192.0.2.1' }],
    ['Feedback-Type: abuse\nSource-IP: x.x.x.x',                { feedbackType: 'abuse' }],
    ['Feedback-Type: opt-out\nIncidents: 12',                   { feedbackType: 'opt-out', incidents: 12 }],
    ['Feedback-Type: abuse\nCFBL-Feedback-ID: p1\n abc\n def',  { feedbackType: 'abuse', cfblFeedbackId: 'p1abcdef' }],
    ['Feedback-Type: virus\nReceived-Date: today',              { feedbackType: 'virus', arrivalDate: 'today' }],
  ])('with the fields %j', (text, wanted) => {
    expect(parseFeedbackReport(text)).toMatchObject(wanted);
  });

  test('without a field of its own is none', () => {
    expect(parseFeedbackReport('Subject: hello\n')).toBeUndefined();
    expect(parseFeedbackReport('')).toBeUndefined();
  });

  test('never throws and keeps only so many values', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseFeedbackReport(text)));
    const many = Array.from({ length: MAX_VALUES + 50 }, (_, n) => `Original-Rcpt-To: a${n}@b`);
    const read = parseFeedbackReport(`Feedback-Type: abuse\n${many.join('\n')}`);
    expect(read?.originalRecipients).toHaveLength(MAX_VALUES);
  });
});
