/**
 * The machine-readable part of a complaint (ARF, RFC 5965; RFC 6591 for authentication failures;
 * CFBL, RFC 9477), read with what large providers leave out, and complaints of our own.
 */
import { addressOf } from './delivery-status.ts';
import { formatReportMail, mailDate, oneLine } from './report-mail.ts';
import { allValues, firstValue, parseFieldGroups, type FieldGroup } from './report-fields.ts';

export interface FeedbackReport {
  /** Lower case: `abuse`, `fraud`, `virus`, `other`, `not-spam`, `auth-failure` ... */
  readonly feedbackType: string;
  readonly userAgent?: string;
  readonly sourceAddress?: string;
  readonly originalSender?: string;
  /** As given: some are redacted and are no addresses any more (RFC 6590). */
  readonly originalRecipients: readonly string[];
  /** As sent. */
  readonly arrivalDate?: string;
  readonly reportingMta?: string;
  readonly reportedDomains: readonly string[];
  readonly reportedUris: readonly string[];
  readonly messageId?: string;
  /** Without white space (RFC 9477 section 5.2). */
  readonly cfblFeedbackId?: string;
  /** How many complaints it stands for (RFC 5965 section 3.2). */
  readonly incidents?: number;
}

/** Addresses and URLs taken from one report. */
export const MAX_VALUES = 100;

/** @returns `undefined` when no field of a feedback report is there. */
export function parseFeedbackReport(text: string): FeedbackReport | undefined {
  const fields: FieldGroup = parseFieldGroups(text).flat();
  const feedbackType = firstValue(fields, 'feedback-type');
  const sourceAddress = sourceOf(firstValue(fields, 'source-ip', 'source'));
  const isReport =
    feedbackType !== undefined ||
    sourceAddress !== undefined ||
    firstValue(fields, 'original-mail-from', 'original-rcpt-to', 'cfbl-feedback-id') !== undefined;
  if (!isReport) return undefined;
  const incidents = Number.parseInt(firstValue(fields, 'incidents') ?? '', 10);
  const text1 = (name: keyof FeedbackReport, value: string | undefined) =>
    value === undefined || value === '' ? {} : { [name]: value };
  return {
    // RFC 5965 section 7.3: what is unknown is treated as `other`; without any it is a complaint.
    feedbackType: /^[\w-]+/.exec(feedbackType ?? 'abuse')?.[0].toLowerCase() ?? 'other',
    ...text1('userAgent', firstValue(fields, 'user-agent')),
    ...text1('sourceAddress', sourceAddress),
    ...text1('originalSender', addressOf(firstValue(fields, 'original-mail-from'), false)),
    originalRecipients: [
      ...new Set(
        ['original-rcpt-to', 'removal-recipient']
          .flatMap((name) => allValues(fields, name))
          .flatMap((value) => addressOf(value, false) ?? []),
      ),
    ].slice(0, MAX_VALUES),
    ...text1('arrivalDate', firstValue(fields, 'arrival-date', 'received-date')),
    ...text1('reportingMta', hostOf(firstValue(fields, 'reporting-mta'))),
    reportedDomains: allValues(fields, 'reported-domain').slice(0, MAX_VALUES),
    reportedUris: allValues(fields, 'reported-uri').slice(0, MAX_VALUES),
    ...text1('messageId', firstValue(fields, 'original-message-id', 'message-id')),
    ...text1('cfblFeedbackId', firstValue(fields, 'cfbl-feedback-id')?.replace(/\s+/g, '')),
    ...(incidents > 0 ? { incidents } : {}),
  };
}

/** RFC 5965 section 3.2: an address as text; ports and brackets occur, `x.x.x.x` when redacted. */
function sourceOf(value: string | undefined): string | undefined {
  const text = value === undefined ? undefined : /^\[?([0-9A-Fa-f.:]+)\]?/.exec(value)?.[1];
  return text === undefined || !/[.:]/.test(text) || !/\d/.test(text) ? undefined : text;
}

function hostOf(value: string | undefined): string | undefined {
  return value?.replace(/^[^;]{0,40};/, '').trim();
}

/** A complaint that we make. */
export interface OwnComplaint {
  readonly from: string;
  readonly to: string;
  /** With angle brackets. */
  readonly messageId: string;
  readonly nowMs: number;
  readonly subject: string;
  /** Plain sentences for a person. */
  readonly words: readonly string[];
  readonly feedbackType: 'abuse' | 'fraud' | 'virus' | 'other' | 'not-spam';
  readonly userAgent: string;
  readonly sourceAddress?: string;
  readonly originalSender?: string;
  readonly originalRecipients?: readonly string[];
  readonly arrivalMs?: number;
  readonly reportingMta?: string;
  readonly reportedDomains?: readonly string[];
  readonly reportedUris?: readonly string[];
  /** The message complained about, or only its header block; cut at `MAX_COMPLAINED_BYTES`. */
  readonly original: string;
  readonly isWhole: boolean;
}

export const MAX_COMPLAINED_BYTES = 256 * 1024;

/** The whole message with CRLF line ends. */
export function formatFeedbackReport(report: OwnComplaint): string {
  const original = originalText(report.original);
  const isAscii = /^[\x00-\x7f]*$/.test(original);
  // RFC 5965 section 2: three parts, in this order; a header block alone is text/rfc822-headers.
  const originalType = report.isWhole
    ? 'message/rfc822'
    : `text/rfc822-headers${isAscii ? '' : '; charset=utf-8'}`;
  return formatReportMail({
    ...report,
    type: 'multipart/report; report-type=feedback-report',
    parts: [
      { type: 'text/plain; charset=utf-8', content: `${report.words.map(oneLine).join('\n\n')}\n` },
      { type: 'message/feedback-report', content: feedbackFields(report) },
      { type: originalType, content: original },
    ],
  });
}

function feedbackFields(report: OwnComplaint): string {
  const lines = [
    `Feedback-Type: ${report.feedbackType}`,
    `User-Agent: ${oneLine(report.userAgent)}`,
    'Version: 1',
  ];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && oneLine(value) !== '') lines.push(`${name}: ${oneLine(value)}`);
  };
  add('Source-IP', report.sourceAddress);
  if (report.originalSender !== undefined) add('Original-Mail-From', `<${report.originalSender}>`);
  for (const one of report.originalRecipients ?? []) add('Original-Rcpt-To', `<${one}>`);
  if (report.arrivalMs !== undefined) add('Arrival-Date', mailDate(report.arrivalMs));
  if (report.reportingMta !== undefined) add('Reporting-MTA', `dns; ${report.reportingMta}`);
  for (const one of report.reportedDomains ?? []) add('Reported-Domain', one);
  for (const one of report.reportedUris ?? []) add('Reported-URI', one);
  return `${lines.join('\n')}\n`;
}

function originalText(text: string): string {
  const cut = text.replaceAll('\r\n', '\n').slice(0, MAX_COMPLAINED_BYTES);
  return `${cut.replace(/[^\P{Cc}\n\t]/gu, ' ').replace(/\n{1,1000}$/, '')}\n`;
}
