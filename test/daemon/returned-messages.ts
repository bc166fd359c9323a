/** Bounces and complaints as mail servers and providers write them, for tests to fill in. */

export interface BackParts {
  /** Our token, in the header of the message that came back. */
  readonly token?: string;
  readonly messageId?: string;
  /** `queueId by mta` of a Received field. */
  readonly received?: { readonly mta: string; readonly queueId: string };
  readonly from?: string;
  readonly to?: string;
}

const lines = (...text: readonly string[]): string => text.map((line) => `${line}\r\n`).join('');

/** The header of the message that came back. */
function original(parts: BackParts): string {
  const { token, messageId, received, from = 'ann@own.example', to = 'bob@dest.test' } = parts;
  return lines(
    ...(received === undefined
      ? []
      : [
          `Received: from client (unknown [192.0.2.7])`,
          `\tby ${received.mta} (Postfix) with ESMTPSA id ${received.queueId}`,
          `\tfor <${to}>; Sat, 28 Nov 2026 10:00:00 +0000 (UTC)`,
        ]),
    ...(token === undefined ? [] : [`X-Primum-Trace: ${token}`]),
    ...(messageId === undefined ? [] : [`Message-ID: ${messageId}`]),
    `From: ${from}`,
    `To: ${to}`,
    'Subject: good day',
  );
}

export interface BounceParts extends BackParts {
  readonly recipients?: readonly string[];
  readonly action?: 'failed' | 'delayed' | 'delivered';
  readonly status?: string;
  /** Of the part for people. */
  readonly text?: string;
  /** The mail server that made it and delivers it itself. */
  readonly madeBy?: string;
  /** Who writes it. */
  readonly daemon?: string;
}

const ownReceived = (mta: string): string =>
  lines(
    `Received: by ${mta} (Postfix)`,
    '\tid 4bZx1abcDEFz9; Sat, 28 Nov 2026 10:00:05 +0000 (UTC)',
  );

export function bounce(parts: BounceParts): string {
  const { recipients = ['bob@dest.test'], action = 'failed', status = '5.1.1' } = parts;
  const { daemon = 'MAILER-DAEMON@mx.dest.test' } = parts;
  return (
    (parts.madeBy === undefined ? '' : ownReceived(parts.madeBy)) +
    lines(
      `From: Mail Delivery System <${daemon}>`,
      'To: ann@own.example',
      'Subject: Undelivered Mail Returned to Sender',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
      '',
      '--b',
      '',
      parts.text ?? 'Your message could not be delivered.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.dest.test',
    ) +
    recipients
      .map((recipient) =>
        lines(
          '',
          `Final-Recipient: rfc822; ${recipient}`,
          `Action: ${action}`,
          `Status: ${status}`,
          `Diagnostic-Code: smtp; 550 ${status} <${recipient}>: user unknown`,
        ),
      )
      .join('') +
    lines('', '--b', 'Content-Type: message/rfc822', '') +
    original(parts) +
    lines('', 'Good day.', '', '--b--')
  );
}

export interface ComplaintParts extends BackParts {
  readonly type?: string;
  readonly recipient?: string;
  readonly reporter?: string;
  /** In place of the header of the message that came back. */
  readonly about?: string;
}

export function complaint(parts: ComplaintParts): string {
  const { type = 'abuse', recipient, reporter = 'fbl@provider.example' } = parts;
  return (
    lines(
      `From: ${reporter}`,
      'To: fbl@own.example',
      'Subject: complaint',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
      '',
      '--b',
      '',
      'This is a report of a message that somebody did not want.',
      '--b',
      'Content-Type: message/feedback-report',
      '',
      `Feedback-Type: ${type}`,
      'User-Agent: Provider/1.0',
      'Version: 1',
      ...(recipient === undefined ? [] : [`Original-Rcpt-To: <${recipient}>`]),
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
    ) +
    (parts.about ?? original(parts)) +
    lines('', 'Good day.', '', '--b--')
  );
}
