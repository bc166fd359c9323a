/** FBK-2: complaints as the feedback loops of large providers are documented, with what they leave out. */
import { describe, expect, test } from 'vitest';
import { readMessage } from '../reading.ts';

const SENT = [
  'Return-Path: <ann@example.org>',
  'Received: from mx.example.org (mx.example.org [192.0.2.77]) by mx.provider.example',
  '\twith ESMTPS id 9f; Mon, 16 Nov 2026 09:00:05 +0000',
  'From: Ann <ann@example.org>',
  'To: bob@provider.example',
  'Subject: Lunch',
  'Message-ID: <lunch-1@example.org>',
  'Date: Mon, 16 Nov 2026 10:00:00 +0100',
];

interface Parts {
  readonly from: string;
  readonly fields: readonly string[];
  /** Header that came back; none where the provider keeps it. */
  readonly original?: readonly string[];
  readonly originalType?: string;
}

function report({ from, fields, original, originalType = 'message/rfc822' }: Parts): string {
  const third =
    original === undefined
      ? []
      : ['--=_f', `Content-Type: ${originalType}`, '', ...original, '', 'See you at noon?', ''];
  return [
    `From: ${from}`,
    'To: fbl@example.org',
    'Subject: FW: Lunch',
    'Date: Mon, 16 Nov 2026 12:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="=_f"',
    ...['', '--=_f', 'Content-Type: text/plain', '', 'This is an email abuse report.', ''],
    ...['--=_f', 'Content-Type: message/feedback-report', '', ...fields, ''],
    ...third,
    '--=_f--',
    '',
  ].join('\r\n');
}

const BASE = ['Feedback-Type: abuse', 'User-Agent: Loop/1.0', 'Version: 0.1'];
const without = (name: string): string[] => SENT.filter((line) => !line.startsWith(name));

describe('FBK-2: a complaint of', () => {
  test('Yahoo has its own fields, and the whole message', () => {
    const fields = [
      ...BASE,
      'Original-Mail-From: <ann@example.org>',
      'Original-Rcpt-To: bob@provider.example',
      'Received-Date: Mon, 16 Nov 2026 09:00:05 +0000',
      'Reported-Domain: example.org',
      'Authentication-Results: provider.example; dkim=pass header.d=example.org',
    ];
    const from = 'Yahoo Mail AntiSpam Feedback <feedback@arf.provider.example>';
    expect(readMessage(report({ from, fields, original: SENT }))).toMatchObject({
      kind: 'complaint',
      derived: ['sourceAddress'],
      complaint: {
        feedbackType: 'abuse',
        sourceAddress: '192.0.2.77',
        originalRecipients: ['bob@provider.example'],
        messageId: '<lunch-1@example.org>',
        arrivalDate: '2026-11-16T09:00:05.000Z',
        reporter: 'feedback@arf.provider.example',
      },
    });
  });

  test('JMRP names the recipient in a field of the message alone', () => {
    const original = ['X-HmXmrOriginalRecipient: bob@provider.example', ...without('To:')];
    const read = readMessage(report({ from: 'staff@hotmail.example', fields: BASE, original }));
    expect(read).toMatchObject({
      kind: 'complaint',
      derived: ['sourceAddress', 'originalRecipients', 'arrivalDate'],
      complaint: { originalRecipients: ['bob@provider.example'], sourceAddress: '192.0.2.77' },
    });
  });

  test('JMRP without recipient and without a message still says of what address it is', () => {
    const fields = ['Feedback-Type: abuse', 'Version: 1', 'Source-IP: 192.0.2.77'];
    const read = readMessage(report({ from: 'staff@hotmail.example', fields }));
    expect(read).toMatchObject({
      kind: 'complaint',
      derived: [],
      complaint: { sourceAddress: '192.0.2.77', originalRecipients: [] },
    });
    expect(read.complaint).not.toHaveProperty('messageId');
  });

  test.each([
    ['only the header of the message', 'text/rfc822-headers'],
    ['the message as plain text', 'text/plain'],
  ])('one that gives back %s names the message', (_, originalType) => {
    const parts = { from: 'fbl@provider.example', fields: BASE, original: SENT, originalType };
    expect(readMessage(report(parts))).toMatchObject({
      kind: 'complaint',
      complaint: { messageId: '<lunch-1@example.org>' },
    });
  });

  // RFC 6590: what names the one who complained is replaced by something opaque.
  test.each([
    [
      'an opaque local part',
      'Original-Rcpt-To: <a1b2c3@provider.example>',
      ['a1b2c3@provider.example'],
    ],
    ['a word in its place', 'Original-Rcpt-To: redacted', ['redacted']],
    ['nothing', 'Original-Rcpt-To: ', []],
    ['stars', 'Original-Rcpt-To: <***@provider.example>', ['***@provider.example']],
  ])('one that redacts the recipient with %s', (_, field, recipients) => {
    const original = without('To:');
    const fields = [...BASE, 'Source-IP: x.x.x.x', field];
    const read = readMessage(report({ from: 'fbl@provider.example', fields, original }));
    expect(read).toMatchObject({
      kind: 'complaint',
      complaint: {
        sourceAddress: '192.0.2.77',
        originalRecipients: recipients,
        messageId: '<lunch-1@example.org>',
      },
    });
  });

  test.each(['abuse', 'fraud', 'virus', 'other', 'not-spam', 'auth-failure', 'opt-out'])(
    'the type %s is kept, in any letter case',
    (type) => {
      const fields = [`Feedback-Type: ${type.toUpperCase()}`, 'User-Agent: x', 'Version: 1'];
      const read = readMessage(report({ from: 'fbl@provider.example', fields, original: SENT }));
      expect(read).toMatchObject({ kind: 'complaint', complaint: { feedbackType: type } });
    },
  );

  test('CFBL gives back what stands in CFBL-Feedback-ID (RFC 9477)', () => {
    const fields = [...BASE, 'Source-IP: 192.0.2.77', 'CFBL-Feedback-ID: 111:222:', ' 333'];
    const original = ['CFBL-Address: fbl@example.org; report=arf', ...SENT];
    const read = readMessage(report({ from: 'fbl@provider.example', fields, original }));
    expect(read).toMatchObject({ kind: 'complaint', complaint: { feedbackType: 'abuse' } });
  });

  test('one in a mail of another type is known by its part', () => {
    const message = report({ from: 'fbl@provider.example', fields: BASE, original: SENT });
    for (const type of ['multipart/mixed', 'multipart/report']) {
      const other = message.replace('multipart/report; report-type=feedback-report', type);
      expect(readMessage(other).kind).toBe('complaint');
    }
  });
});
