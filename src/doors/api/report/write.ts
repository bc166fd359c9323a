/** A report of abuse for others, as ARF (RFC 5965) or XARF (https://xarf.org), of what is known. */
import { createHash } from 'node:crypto';
import type { SubmissionEvent } from '../../../core/event.ts';
import { formatFeedbackReport } from '../../../protocol/feedback-report.ts';
import { inertText } from '../../../protocol/inert-text.ts';
import { formatXarf, formatXarfMail, type OwnXarf } from '../../../protocol/xarf.ts';
import { ProblemError } from '../problem.ts';
import type { AbuseFacts } from './gather.ts';
import type { Reporter } from './reporter.ts';

export type ReportForm = 'arf' | 'xarf';

export interface ReportRequest {
  readonly form: ReportForm;
  /** Whom it goes to; an ARF without one is addressed to its sender, who passes it on. */
  readonly to: string | undefined;
  readonly nowMs: number;
}

/** XARF bounds a subject at 500 characters, names and ids at 200. */
const MAX_SUBJECT = 500;
const MAX_NAME = 200;
/** What names the account or a recipient is nobody else's business. */
const LEFT_OUT =
  /^(?:x-primum-.*|cfbl-.*|feedback-id|(?:resent-)?(?:to|cc|bcc)|(?:apparently|delivered|envelope|x-envelope|x-original|x-forwarded)-to|original-recipient|x-rcpt-to)$/i;

/** Postfix names the recipient where a message has one alone. */
const RECEIVED_FOR = /\s+for\s+(?:<[^>\n]{0,1000}>|[^\s;]{1,1000})(?=\s*;|\s+\()/gi;

/** @throws ProblemError when the form does not fit. */
export function writeReport(facts: AbuseFacts, reporter: Reporter, request: ReportRequest): string {
  return request.form === 'arf'
    ? writeArf(facts, reporter, request)
    : writeXarf(facts, reporter, request);
}

function writeArf(facts: AbuseFacts, reporter: Reporter, { to, nowMs }: ReportRequest): string {
  const last = newestSubmission(facts);
  if (last === undefined) {
    throw new ProblemError(
      409,
      'ARF is about messages, and this incident is about logins. Ask for the form xarf.',
    );
  }
  return formatFeedbackReport({
    ...mailOf(facts, reporter, to),
    nowMs,
    words: wordsOf(facts),
    feedbackType: facts.incident.practice === 'CON-1' ? 'virus' : 'abuse',
    userAgent: reporter.userAgent,
    sourceAddress: facts.clientAddress,
    originalSender: last.envelopeSender,
    arrivalMs: Date.parse(last.at),
    reportingMta: reporter.mta,
    original: sampleOf(facts, last, reporter),
    isWhole: false,
  });
}

function writeXarf(facts: AbuseFacts, reporter: Reporter, { to, nowMs }: ReportRequest): string {
  const last = newestSubmission(facts);
  const { clientAddress, events } = facts;
  const contact = reporter.from;
  const domain = contact.slice(contact.lastIndexOf('@') + 1);
  const sample = last === undefined ? wordsOf(facts).join('\n') : sampleOf(facts, last, reporter);
  const report: OwnXarf = {
    reportId: reportIdOf(facts),
    nowMs: Date.parse(events.at(-1)?.at ?? '') || nowMs,
    reporter: { org: domain, contact, domain },
    ...(last === undefined
      ? { category: 'connection', type: 'login_attack' }
      : { category: 'messaging', type: 'spam' }),
    source: clientAddress,
    evidenceSource: 'automated_filter',
    details: last === undefined ? loginDetails(facts) : messageDetails(facts, last),
    evidence: [
      {
        contentType: last === undefined ? 'text/plain' : 'text/rfc822-headers',
        description: last === undefined ? 'What was seen' : 'Header of one of the messages',
        payload: Buffer.from(sample).toString('base64'),
        sha256: createHash('sha256').update(sample).digest('hex'),
      },
    ],
  };
  if (to === undefined) return formatXarf(report);
  return formatXarfMail(report, { ...mailOf(facts, reporter, to), words: wordsOf(facts) });
}

function loginDetails({ events, incident }: AbuseFacts): Record<string, string | number> {
  return {
    protocol: 'tcp',
    first_seen: events[0]?.at ?? incident.openedAt,
    last_seen: events.at(-1)?.at ?? incident.lastAt,
    attempt_count: events.length,
  };
}

/** With `smtp` the client's port is demanded, which no event tells; so it is `other`. */
function messageDetails(facts: AbuseFacts, last: SubmissionEvent): Record<string, string | number> {
  const { subject = '', messageId = '' } = last.message ?? {};
  return {
    protocol: 'other',
    ...(last.envelopeSender !== '' && { smtp_from: last.envelopeSender }),
    ...(subject !== '' && { subject: inertText(subject).slice(0, MAX_SUBJECT) }),
    ...(messageId !== '' && { message_id: messageId.slice(0, MAX_NAME) }),
    ...(facts.recipients > 0 && { recipient_count: facts.recipients }),
  };
}

function newestSubmission({ events }: AbuseFacts): SubmissionEvent | undefined {
  return events.findLast((event) => event.kind === 'submission');
}

function mailOf({ clientAddress, incident }: AbuseFacts, { from }: Reporter, to = from) {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    from,
    to,
    messageId: `<report.${incident.id}.${clientAddress.replaceAll(/[^0-9A-Za-z]/g, '-')}@${domain}>`,
    subject: `Abuse from ${clientAddress}`,
  };
}

function wordsOf(facts: AbuseFacts): readonly string[] {
  const { clientAddress, events, kind, recipients, incident } = facts;
  const [first, last] = [events[0]?.at ?? '', events.at(-1)?.at ?? ''];
  const time = first === last ? `at ${last}` : `from ${first} to ${last}`;
  // An incident keeps the last of its decisions, and counts all.
  const least = incident.count > incident.references.length ? 'at least ' : '';
  const what =
    kind === 'logins'
      ? `${least}${events.length} logins with stolen or guessed passwords`
      : `${least}${events.length} ${events.length === 1 ? 'message' : 'messages'} to ${recipients} recipients`;
  return [
    `The address ${clientAddress} of your network abused an account of our mail service: ${what} were seen ${time} (UTC).`,
    'Please find out who used the address then and stop the abuse. An answer to this report reaches us.',
  ];
}

/** What is held still has its header; else it is made of what was kept of it. */
function sampleOf(
  { headers, clientAddress }: AbuseFacts,
  event: SubmissionEvent,
  reporter: Reporter,
): string {
  if (headers !== undefined) return withoutOurs(headers, reporter);
  const { headerFrom, subject, date, messageId } = event.message ?? {};
  const field = (name: string, value = ''): string =>
    value === '' ? '' : `${name}: ${inertText(value.replaceAll(/[\p{Cc}]+/gu, ' '))}\n`;
  return [
    `Received: from ${event.heloName ?? 'unknown'} ([${clientAddress}]); ${new Date(event.at).toUTCString()}\n`,
    field('From', headerFrom ?? event.envelopeSender),
    field('Subject', subject),
    field('Date', date),
    field('Message-ID', messageId),
  ].join('');
}

function withoutOurs(headers: string, { traceHeader = '' }: Reporter): string {
  const fields = headers.replaceAll('\r\n', '\n').split(/\n(?![ \t])/);
  const shown = fields.filter((field) => {
    const name = nameOf(field);
    return field !== '' && !LEFT_OUT.test(name) && name.toLowerCase() !== traceHeader.toLowerCase();
  });
  return `${shown.map(withoutRecipient).join('\n')}\n`;
}

function withoutRecipient(field: string): string {
  return /^received$/i.test(nameOf(field)) ? field.replaceAll(RECEIVED_FOR, '') : field;
}

function nameOf(field: string): string {
  return field.slice(0, Math.max(0, field.indexOf(':'))).trimEnd();
}

/** The same incident and source give the same id, in the form of a UUID of version 4. */
function reportIdOf({ incident, clientAddress }: AbuseFacts): string {
  const bytes = createHash('sha256').update(`${incident.id}\n${clientAddress}`).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    ...[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)],
    hex.slice(20, 32),
  ].join('-');
}
