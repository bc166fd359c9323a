/**
 * A delivery status notification (RFC 3464): why a message was not delivered, for its sender, in
 * words, for programs, and with the headers of the message itself (RFC 6522).
 */
import { boundaryFor, mailDate, oneLine } from './report-mail.ts';

export interface DeliveryReport {
  /** Header From of the notification; its envelope sender is always null (RFC 3464 §2). */
  readonly from: string;
  readonly to: string;
  /** With angle brackets; the same for the same message, so that a repetition can be told. */
  readonly messageId: string;
  /** When it is written, in milliseconds since 1970. */
  readonly nowMs: number;
  readonly reportingMta: string;
  /** When the message came, in milliseconds since 1970. */
  readonly arrivalMs: number;
  readonly subject: string;
  /** Plain sentences for a person; lines are wrapped here. */
  readonly words: readonly string[];
  /**
   * `failed` says for each recipient that the message was not delivered; `delayed` that it waits
   * (RFC 3464 §2.3.3).
   */
  readonly action: 'failed' | 'delayed';
  readonly recipients: readonly string[];
  /** One line for programs. */
  readonly diagnostic: string;
  /** Enhanced code, such as `5.7.1` (RFC 3463). */
  readonly status: string;
  /** The message's own header block; cut at `MAX_RETURNED_HEADER_BYTES`. */
  readonly originalHeaders: string;
}

export const MAX_RETURNED_HEADER_BYTES = 64 * 1024;
export const MAX_REPORTED_RECIPIENTS = 1_000;

/** RFC 5322 §2.1.1: lines under 78 characters. */
const LINE_LENGTH = 76;

/** The whole message with CRLF line ends. */
export function formatDeliveryReport(report: DeliveryReport): string {
  const headers = originalHeaders(report.originalHeaders);
  const boundary = boundaryFor(report.messageId, headers);
  const isAscii = (content: string): boolean => /^[\x20-\x7e\n\t]*$/.test(content);
  // What is labelled 8bit is encoded by MTAs whose next hop has no 8BITMIME, reports wrongly.
  const part = (type: string, content: string): string =>
    `--${boundary}\nContent-Type: ${type}\n` +
    `Content-Transfer-Encoding: ${isAscii(content) ? '7bit' : '8bit'}\n\n${content}\n`;
  const text = [
    `From: Mail Delivery System <${oneLine(report.from)}>`,
    `To: <${oneLine(report.to)}>`,
    `Subject: ${oneLine(report.subject)}`,
    `Date: ${mailDate(report.nowMs)}`,
    `Message-ID: ${oneLine(report.messageId)}`,
    // RFC 3834 §5: no vacation notice should answer this.
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="${boundary}"`,
    '',
    'This is a message in several parts for mail programs.',
    '',
    part('text/plain; charset=utf-8', `${report.words.map(wrap).join('\n\n')}\n`) +
      part('message/delivery-status', statusOf(report)) +
      part(`text/rfc822-headers${isAscii(headers) ? '' : '; charset=utf-8'}`, headers) +
      `--${boundary}--\n`,
  ].join('\n');
  return text.replaceAll('\n', '\r\n');
}

/** RFC 3464 §2.2 and §2.3. */
function statusOf(report: DeliveryReport): string {
  const fields = [
    `Reporting-MTA: dns; ${oneLine(report.reportingMta)}`,
    `Arrival-Date: ${mailDate(report.arrivalMs)}`,
    '',
  ];
  for (const recipient of report.recipients.slice(0, MAX_REPORTED_RECIPIENTS)) {
    fields.push(
      `Final-Recipient: ${typedAddress(recipient)}`,
      `Action: ${report.action}`,
      `Status: ${report.status}`,
      `Diagnostic-Code: x-primum; ${oneLine(report.diagnostic)}`,
      '',
    );
  }
  return fields.join('\n');
}

/** RFC 6533 §3: an internationalised address in ASCII, for a part that is not UTF-8. */
function typedAddress(address: string): string {
  const plain = oneLine(address);
  if (/^[\x21-\x7e]+$/.test(plain)) return `rfc822; ${plain}`;
  const encoded = plain.replace(
    /[^\x21-\x7e]|[\\+=]/gu,
    (char) => `\\x{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
  );
  return `utf-8; ${encoded}`;
}

function originalHeaders(text: string): string {
  const cut = text.replaceAll('\r\n', '\n').slice(0, MAX_RETURNED_HEADER_BYTES);
  const whole = text.length > MAX_RETURNED_HEADER_BYTES ? cut.slice(0, cut.lastIndexOf('\n')) : cut;
  return `${whole.replace(/[^\P{Cc}\n\t]/gu, ' ').replace(/\n+$/, '')}\n`;
}

/** Breaks a sentence into lines at spaces. */
function wrap(sentence: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(sentence).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > LINE_LENGTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
