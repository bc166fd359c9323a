/** Which kind of returned mail it is, and what it says. */
import type { ReplyClassifier } from '../core/reply-class.ts';
import { parseAddresses } from '../message/addresses.ts';
import { parseParameterField } from '../message/parameters.ts';
import { parseXarfFields } from '../protocol/xarf-fields.ts';
import { parseXarf } from '../protocol/xarf.ts';
import { readAbuse } from './abuse-text.ts';
import { readBounce } from './bounce.ts';
import { readComplaint, readLetterComplaint, reportsOfXarf } from './complaint.ts';
import type { Returned, ReturnedKind, ReturnedOptions } from './contract.ts';
import { gatherFacts, type Facts, type ReadMessage } from './facts.ts';
import { MAX_SHOWN_CHARS } from './limits.ts';
import {
  findHeaderFields,
  plainFields,
  recipientsOf,
  tokenOf,
  valueOf,
  type PlainField,
} from './original.ts';
import { namesAlone } from './notice-mentions.ts';
import { madeBy, queuedAs, sendersOf } from './queued-as.ts';
import {
  AUTO_FIELDS,
  autoReplySign,
  isDaemon,
  looksLikeBounce,
  looksLikeComplaint,
  looksLikeReport,
} from './signs.ts';

/** Of the message that came back; its header may name thousands. */
const MAX_RECIPIENTS_NAMED = 20;

/** Kinds that a person may have to look at. */
const FOR_PEOPLE: ReadonlySet<ReturnedKind> = new Set(['letter', 'report', 'xarf', 'complaint']);

type Read = Omit<Returned, 'sizeBytes'>;
type Found = Pick<Returned, 'kind'> & Partial<Returned>;

export function recognise(
  message: ReadMessage,
  classify: ReplyClassifier,
  options: ReturnedOptions,
): Read {
  const facts = gatherFacts(message, options);
  const found =
    standardKind(facts, classify) ?? looseKind(facts, classify) ?? ({ kind: 'unknown' } as const);
  const header = plainFields(message.fields);
  const ownToken = tokenOf(header, options.traceHeader);
  const token =
    tokenOf(facts.original, options.traceHeader) ??
    tokenOf(findFeedbackFields(facts), options.traceHeader) ??
    ownToken;
  // What passed our doors on its way has a token, and no mail server of ours made it.
  const maker = ownToken === undefined ? madeBy(header) : undefined;
  const messageId = valueOf(facts.original, 'message-id');
  const queued = queuedAs(facts.original, facts.textsOf('status'));
  const senders = sendersOf(facts.original);
  const recipients = recipientsOf(facts.original).slice(0, MAX_RECIPIENTS_NAMED);
  const unread = (found.unreadRecipients ?? 0) + message.parts.unreadRecipients;
  const text = FOR_PEOPLE.has(found.kind) ? facts.text.trim().slice(0, MAX_SHOWN_CHARS) : '';
  return {
    recipients: [],
    derived: [],
    ...found,
    ...(found.kind === 'dsn' && unread > 0 ? { unreadRecipients: unread } : {}),
    ...(token === undefined ? {} : { token }),
    ...(messageId === undefined ? {} : { originalMessageId: messageId }),
    ...(queued.length === 0 ? {} : { queuedAs: queued }),
    ...(senders.length === 0 ? {} : { originalSenders: senders }),
    ...(recipients.length === 0 ? {} : { originalRecipients: recipients }),
    ...(maker === undefined ? {} : { madeBy: maker }),
    ...(facts.envelope.fromAddress === '' ? {} : { headerFrom: facts.envelope.fromAddress }),
    ...(text === '' ? {} : { text }),
    ...(facts.envelope.subject === '' ? {} : { subject: facts.envelope.subject }),
  };
}

function findFeedbackFields(facts: Facts): readonly PlainField[] {
  return facts.textsOf('feedback').flatMap(findHeaderFields);
}

/** Kinds that have a machine-readable part. */
function standardKind(facts: Facts, classify: ReplyClassifier): Found | undefined {
  const texts = facts.textsOf('plain');
  const xarf = [
    ...[...facts.textsOf('json'), ...texts].flatMap(parseXarf),
    ...texts.flatMap((text) => parseXarfFields(text) ?? []),
  ];
  if (xarf.length > 0) {
    return { kind: 'xarf', reports: reportsOfXarf(xarf, facts.isOwn) };
  }
  const complaint = readComplaint(facts);
  if (complaint !== undefined) return { kind: 'complaint', ...complaint };
  const statuses = [
    ...facts.textsOf('status'),
    ...texts.filter((text) => /^\s{0,20}Reporting-MTA:/i.test(text)),
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
    AUTO_FIELDS.some((name) => header.has(name)) ||
    /auto.?reply/i.test(header.text('precedence') ?? '');
  const said = facts.notice.lines.join('\n');
  const { subject, hasProgram } = envelope;
  const auto = autoReplySign({ autoSubmitted, hasAutoField, hasProgram, subject, text });
  const isAuto = auto !== undefined;
  const isBounce = looksLikeBounce(envelope, said, facts.original.length > 0);
  if (isBounce && (!isAuto || isDaemon(envelope))) return bounceOf(facts, [], classify);
  // In a tongue that nobody here reads it is told by its form alone.
  if (!isAuto && isDaemon(envelope) && namesAlone(facts.notice.lines, partiesOf(facts))) {
    return bounceOf(facts, [], classify);
  }
  if (isAuto) return { kind: 'auto-reply', ...(auto === 'subject' && { derived: ['kind'] }) };
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
  const failed = parseAddresses(header.raw('x-failed-recipients') ?? '');
  const { subject } = envelope;
  const { notice, original } = facts;
  const bounce = {
    statuses: statuses.length > 0 ? statuses : facts.textsOf('inner-status'),
    notice,
    text: facts.text,
    subject,
    context: { parties: partiesOf(facts), failed },
    original,
  };
  return { kind: 'dsn', ...readBounce(bounce, classify) };
}

/** Who wrote the notice and who got it. */
function partiesOf({ header, envelope }: Facts): ReadonlySet<string> {
  return new Set([
    envelope.fromAddress,
    ...parseAddresses(header.raw('to') ?? '').map((address) => address.toLowerCase()),
    ...['delivered-to', 'x-original-to', 'return-path'].map((name) =>
      (header.text(name) ?? '').replace(/[<>\s]/g, '').toLowerCase(),
    ),
  ]);
}

function abuseOf(facts: Facts) {
  const { envelope, text, isOwn, header } = facts;
  const sentMs = Date.parse((header.text('date') ?? '').slice(0, 100));
  const sent = Number.isNaN(sentMs) ? {} : { sentMs };
  const reporterDomain = envelope.fromAddress.split('@')[1] ?? '';
  return readAbuse({ subject: envelope.subject, text, reporterDomain, isOwn, ...sent });
}
