/** RFC 3464 as programs write it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseDeliveryStatus } from './delivery-status.ts';
import { formatDeliveryReport } from './delivery-report.ts';
import { MAX_GROUPS, MAX_VALUE_CHARS, parseFieldGroups, withoutComments } from './report-fields.ts';

describe('FBK-1: message/delivery-status', () => {
  test('has fields of the message and groups of recipients', () => {
    const read = parseDeliveryStatus(
      'Reporting-MTA: dns; mx.example.com (Postfix)\nArrival-Date: Mon, 16 Nov 2026 10:00:00 +0000\n\n' +
        'Original-Recipient: rfc822; bob@example.net\nFinal-Recipient: RFC822; b@int.example.net\n' +
        'Action: Failed\nStatus: 5.1.1 (bad mailbox)\nRemote-MTA: dns; mx.example.net [203.0.113.5]\n' +
        'Diagnostic-Code: smtp; 550 5.1.1 no\n such user\n\n' +
        'Final-Recipient: rfc822; eve@example.net\nAction: delayed\nStatus: 4.2.2\n',
    );
    expect(read).toEqual({
      reportingMta: 'mx.example.com',
      arrivalDate: 'Mon, 16 Nov 2026 10:00:00 +0000',
      recipients: [
        {
          originalRecipient: 'bob@example.net',
          finalRecipient: 'b@int.example.net',
          action: 'failed',
          status: '5.1.1',
          statusText: '(bad mailbox)',
          diagnostic: '550 5.1.1 no such user',
          diagnosticType: 'smtp',
          remoteMta: 'mx.example.net',
        },
        { finalRecipient: 'eve@example.net', action: 'delayed', status: '4.2.2' },
      ],
    });
  });

  test('is read when empty lines are missing, and when there is one too many', () => {
    const run =
      'Reporting-MTA: dns; x\nFinal-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n' +
      'Original-Recipient: rfc822; C@d\nFinal-Recipient: rfc822; c@d\nAction: failed\nStatus: 5.2.2\n';
    expect(parseDeliveryStatus(run).recipients.map((r) => [r.originalRecipient, r.status])).toEqual(
      [
        [undefined, '5.1.1'],
        ['C@d', '5.2.2'],
      ],
    );
    const split = 'Final-Recipient: rfc822; a@b\n\nAction: failed\nStatus: 5.1.1\n';
    expect(parseDeliveryStatus(split).recipients).toEqual([
      { finalRecipient: 'a@b', action: 'failed', status: '5.1.1' },
    ]);
  });

  // prettier-ignore
  test.each([
    ['rfc822; bob@example.net',             'bob@example.net'],
    ['RFC822;<bob@example.net>',            'bob@example.net'],
    ['bob@example.net',                     'bob@example.net'],
    ['rfc822; bob@example.net (Bob (B.))',  'bob@example.net'],
    ['rfc822; bob+2Btag@example.net',       'bob+tag@example.net'],
    ['rfc822; bob+tag@example.net',         'bob+tag@example.net'],
    ['utf-8; j\\x{F6}rg@example.net',       'jörg@example.net'],
    ['rfc822; @relay.example:bob@server',   'bob@server'],
    ['rfc822;"bob"@example.net;',           '"bob"@example.net'],
    ['unknown; nair_s',                     'nair_s'],
    ['rfc822; not an address',              undefined],
    ['',                                    undefined],
    [undefined,                             undefined],
  ])('%s names %s', (field, address) => {
    expect(addressOf(field, true)).toBe(address);
  });

  test('of our own report is read back', () => {
    const text = formatDeliveryReport({
      from: 'postmaster@example.org',
      to: 'ann@example.org',
      messageId: '<r1@example.org>',
      nowMs: 0,
      reportingMta: 'mx1.example.org',
      arrivalMs: 0,
      subject: 'Not delivered',
      words: ['No.'],
      action: 'failed',
      recipients: ['bob@example.net', 'jörg@example.net'],
      diagnostic: 'returned. Reference 8F2K9A1B',
      status: '5.7.1',
      originalHeaders: 'From: ann@example.org\n',
    });
    const part = text.split('Content-Type: message/delivery-status')[1] ?? '';
    const recipients = parseDeliveryStatus(part.split('\r\n--')[0] ?? '').recipients;
    expect(recipients.map((r) => r.finalRecipient)).toEqual([
      'bob@example.net',
      'jörg@example.net',
    ]);
    expect(recipients[0]).toMatchObject({
      action: 'failed',
      status: '5.7.1',
      diagnosticType: 'x-primum',
    });
  });

  test('never throws and stays within its bounds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        for (const row of parseDeliveryStatus(text).recipients) {
          expect(row.status ?? '5.0.0').toMatch(/^[245]\.\d+\.\d+$/);
        }
      }),
    );
    const many = parseFieldGroups('Final-Recipient: rfc822; a@b\n\n'.repeat(MAX_GROUPS + 5));
    expect(many).toHaveLength(MAX_GROUPS);
    const long = parseFieldGroups(`Status: ${'x'.repeat(MAX_VALUE_CHARS)}\n ${'y'.repeat(9_000)}`);
    expect(long[0]?.[0]?.value).toHaveLength(MAX_VALUE_CHARS);
  });

  test('comments are taken out, open ones too', () => {
    expect(withoutComments('a (b (c) d) e (f')).toBe('a  e');
    expect(withoutComments(') a')).toBe(') a');
  });
});
