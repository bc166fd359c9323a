/** Which kind of returned mail it is, and what it says. */
import type { ReplyClassifier } from '../core/reply-class.ts';
import { firstAddress, parseAddresses } from '../message/addresses.ts';
import type { HeaderField } from '../message/contract.ts';
import { HeaderIndex } from '../message/header-index.ts';
import { readHtml } from '../message/html-text.ts';
import type { Notes } from '../message/notes.ts';
import { parseParameterField, readableText } from '../message/parameters.ts';
import { UrlCollector } from '../message/urls.ts';
import { parseXarf } from '../protocol/xarf.ts';
import { readAbuse } from './abuse-text.ts';
import { readBounce } from './bounce.ts';
import { readComplaint, readLetterComplaint, reportsOfXarf } from './complaint.ts';
import type { Returned, ReturnedOptions } from './contract.ts';
import { splitNotice, type Notice } from './notice.ts';
import { findHeaderFields, plainFields, tokenOf, valueOf, type PlainField } from './original.ts';
import type { LeafKind, ReturnedParts } from './parts.ts';
import {
  AUTO_FIELDS,
  isDaemon,
  looksLikeAutoReply,
  looksLikeBounce,
  looksLikeComplaint,
  looksLikeReport,
  type Envelope,
} from './signs.ts';

export interface ReadMessage {
  readonly fields: readonly HeaderField[];
  readonly parts: ReturnedParts;
  readonly notes: Notes;
}

type Read = Omit<Returned, 'sizeBytes'>;
type Found = Pick<Returned, 'kind'> & Partial<Returned>;

/** What the readers of each kind look at. */
export interface Facts {
  readonly header: HeaderIndex;
  readonly envelope: Envelope;
  readonly textsOf: (kind: LeafKind) => readonly string[];
  readonly notice: Notice;
  /** The whole text for people, the quoted message too. */
  readonly text: string;
  readonly original: readonly PlainField[];
  readonly hasAttachedOriginal: boolean;
  readonly isOwn: (address: string) => boolean;
}

export function recognise(
  message: ReadMessage,
  classify: ReplyClassifier,
  options: ReturnedOptions,
): Read {
  const facts = gather(message, options);
  const found =
    standardKind(facts, classify) ?? looseKind(facts, classify) ?? ({ kind: 'unknown' } as const);
  const header = message.fields.map(({ name, value }) => ({ name: name.toLowerCase(), value }));
  const token =
    tokenOf(facts.original, options.traceHeader) ??
    tokenOf(findFeedbackFields(facts), options.traceHeader) ??
    tokenOf(header, options.traceHeader);
  const messageId = valueOf(facts.original, 'message-id');
  return {
    recipients: [],
    derived: [],
    ...found,
    ...(token === undefined ? {} : { token }),
    ...(messageId === undefined ? {} : { originalMessageId: messageId }),
    ...(facts.envelope.fromAddress === '' ? {} : { headerFrom: facts.envelope.fromAddress }),
    ...(facts.envelope.subject === '' ? {} : { subject: facts.envelope.subject }),
  };
}

function findFeedbackFields(facts: Facts): readonly PlainField[] {
  return facts.textsOf('feedback').flatMap(findHeaderFields);
}

function gather({ fields, parts, notes }: ReadMessage, options: ReturnedOptions): Facts {
  const header = new HeaderIndex(fields);
  const from = header.text('from') ?? '';
  const returnPath = header.text('return-path');
  const textsOf = (kind: LeafKind) =>
    parts.parts.filter((part) => part.kind === kind).map(({ text }) => text);
  const plain = textsOf('plain').join('\n\n');
  const text = plain.trim() === '' ? htmlText(textsOf('html'), notes) : plain;
  const notice = splitNotice(text);
  const attached =
    parts.original === undefined
      ? textsOf('headers').flatMap(findHeaderFields)
      : plainFields(parts.original);
  return {
    header,
    envelope: {
      fromAddress: firstAddress(from)?.toLowerCase() ?? '',
      fromText: readableText(from),
      subject: readableText(header.text('subject') ?? '').slice(0, 1_000),
      isNullSender: returnPath === '<>' || /<>\s*$/.test(from),
    },
    textsOf,
    notice,
    text,
    original: attached.length > 0 ? attached : notice.original,
    hasAttachedOriginal: attached.length > 0,
    isOwn: options.isOwn ?? (() => false),
  };
}

function htmlText(parts: readonly string[], notes: Notes): string {
  const urls = new UrlCollector();
  const text = parts.map((html) => readHtml(html, urls, notes).all).join('\n\n');
  return urls.urls.length === 0 ? text : `${text}\n${urls.urls.join('\n')}`;
}

/** Kinds that have a machine-readable part. */
function standardKind(facts: Facts, classify: ReplyClassifier): Found | undefined {
  const xarf = [...facts.textsOf('json'), ...facts.textsOf('plain')].flatMap(parseXarf);
  if (xarf.length > 0) {
    return { kind: 'xarf', reports: reportsOfXarf(xarf, facts.isOwn) };
  }
  const complaint = readComplaint(facts);
  if (complaint !== undefined) return { kind: 'complaint', ...complaint };
  const statuses = [
    ...facts.textsOf('status'),
    ...facts.textsOf('plain').filter((text) => /^\s{0,20}Reporting-MTA:/i.test(text)),
  ];
  if (statuses.length > 0) return bounceOf(facts, statuses, classify);
  if (facts.textsOf('receipt').length > 0) return { kind: 'auto-reply' };
  const isReport =
    parseParameterField(facts.header.raw('content-type') ?? '').parameters.get('report-type') ===
    'delivery-status';
  const isFailed = facts.header.text('x-failed-recipients') !== undefined;
  return isReport || isFailed ? bounceOf(facts, [], classify) : undefined;
}

/** Kinds that are told by who writes and by words. */
function looseKind(facts: Facts, classify: ReplyClassifier): Found | undefined {
  const { envelope, header, text } = facts;
  if (facts.hasAttachedOriginal && looksLikeComplaint(envelope)) {
    return { kind: 'complaint', ...readLetterComplaint(facts) };
  }
  const autoSubmitted =
    (header.text('auto-submitted') ?? '').toLowerCase().split(/[;\s]/, 1)[0] ?? '';
  const hasAutoField =
    AUTO_FIELDS.some((name) => header.names.has(name)) ||
    /auto.?reply/i.test(header.text('precedence') ?? '');
  const said = facts.notice.lines.join('\n');
  const isAuto = looksLikeAutoReply({
    autoSubmitted,
    hasAutoField,
    subject: envelope.subject,
    text,
  });
  const isBounce = looksLikeBounce(envelope, said, facts.original.length > 0);
  if (isBounce && (!isAuto || isDaemon(envelope))) return bounceOf(facts, [], classify);
  if (isAuto) return { kind: 'auto-reply' };
  const reports = abuseOf(facts);
  const isMachine =
    (autoSubmitted !== '' && autoSubmitted !== 'no') ||
    isDaemon(envelope) ||
    /bulk|junk|auto/i.test(header.text('precedence') ?? '');
  if (reports.length > 0) {
    const kind = looksLikeReport(envelope, { isMachine, text: said }) ? 'report' : 'letter';
    return { kind, reports, derived: ['reports'] };
  }
  if (isMachine || /^(?:no|do[-_.]?not)[-_.]?reply/i.test(envelope.fromAddress)) return undefined;
  return envelope.fromAddress === '' ? undefined : { kind: 'letter' };
}

function bounceOf(facts: Facts, statuses: readonly string[], classify: ReplyClassifier): Found {
  const { header, envelope } = facts;
  const parties = new Set([
    envelope.fromAddress,
    ...parseAddresses(header.raw('to') ?? '').map((address) => address.toLowerCase()),
    ...['delivered-to', 'x-original-to', 'return-path'].map((name) =>
      (header.text(name) ?? '').replace(/[<>\s]/g, '').toLowerCase(),
    ),
  ]);
  const failed = parseAddresses(header.raw('x-failed-recipients') ?? '');
  const { subject } = envelope;
  const { notice, original } = facts;
  const bounce = {
    statuses: statuses.length > 0 ? statuses : facts.textsOf('inner-status'),
    notice,
    text: facts.text,
    subject,
    context: { parties, failed },
    original,
  };
  return { kind: 'dsn', ...readBounce(bounce, classify) };
}

function abuseOf(facts: Facts) {
  const { envelope, text, isOwn } = facts;
  const reporterDomain = envelope.fromAddress.split('@')[1] ?? '';
  return readAbuse({ subject: envelope.subject, text, reporterDomain, isOwn });
}
