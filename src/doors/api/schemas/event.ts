/**
 * Events, version 1, as the API takes them: every known field with its type and bound. Unknown
 * fields are kept; an unknown kind is refused, for nothing here could judge it.
 */
import { z } from 'zod';
import type { LoggedEvent } from '../../../agent/contract.ts';
import { FINDING_STATES } from '../../../core/event.ts';
import type {
  AccountEvent,
  ActionEvent,
  ChangeEvent,
  ComplaintEvent,
  ConfirmEvent,
  ConnectionEvent,
  DeliveryEvent,
  FindingEvent,
  ForwardEvent,
  LoginEvent,
  PasswordEvent,
  PrimumEvent,
  ReceivedEvent,
  ReportEvent,
  SubmissionEvent,
} from '../../../core/event.ts';

/** Longest name, address or id in an event. */
export const MAX_WORD_LENGTH = 1000;
/** Longest free text in an event: a remote server's reply, a report. */
export const MAX_TEXT_LENGTH = 100_000;
/** Most recipients, addresses or URLs in one event; Postfix takes 1,000 recipients by default. */
export const MAX_ENTRIES = 10_000;

const word = z.string().max(MAX_WORD_LENGTH);
const text = z.string().max(MAX_TEXT_LENGTH);
const words = z.array(word).max(MAX_ENTRIES);
const sentences = z.array(text).max(MAX_ENTRIES);
const login = z.string().min(1).max(MAX_WORD_LENGTH);
const amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

const base = {
  v: z.literal(1),
  id: z.string().min(1).max(200),
  // RFC 3339 in UTC; every event from a door has milliseconds, others' clocks may not.
  at: z.iso.datetime().max(40),
  mta: word.exactOptional(),
};

const client = {
  clientAddress: word,
  clientName: word.exactOptional(),
  mechanism: word.exactOptional(),
  tls: z.union([z.boolean(), word]).exactOptional(),
};

const loginEvent = z.looseObject({
  ...base,
  ...client,
  kind: z.literal('login'),
  account: login,
  service: z.enum(['submission', 'imap', 'pop3', 'webmail', 'sieve', 'other']),
  ok: z.boolean(),
  passwordHash: word.exactOptional(),
  deviceId: word.exactOptional(),
  agent: word.exactOptional(),
  policyReject: z.boolean().exactOptional(),
}) satisfies z.ZodType<LoginEvent>;

const attachment = z.looseObject({
  name: word,
  contentType: word,
  sizeBytes: amount,
  sha256: word,
});

const message = z.looseObject({
  headerFrom: word.exactOptional(),
  headerFromMore: words.exactOptional(),
  replyTo: word.exactOptional(),
  subject: text.exactOptional(),
  messageId: word.exactOptional(),
  inReplyTo: word.exactOptional(),
  references: words.exactOptional(),
  date: word.exactOptional(),
  userAgent: word.exactOptional(),
  listId: word.exactOptional(),
  listUnsubscribe: text.exactOptional(),
  autoSubmitted: word.exactOptional(),
  text: z.string().exactOptional().describe('Bounded by the size of the request.'),
  urls: z.array(text).max(MAX_ENTRIES).exactOptional(),
  attachments: z.array(attachment).max(MAX_ENTRIES).exactOptional(),
  headerNames: words.exactOptional(),
  raw: z.string().exactOptional().describe('Bounded by the size of the request.'),
  derived: z.record(z.string(), z.unknown()).exactOptional(),
  // A path would make the daemon read a file of the asker's choice.
  rawPath: z.never('is read from event files only; send the message as raw').exactOptional(),
});

const submissionEvent = z.looseObject({
  ...base,
  ...client,
  kind: z.literal('submission'),
  account: word.exactOptional(),
  forwarder: word.exactOptional(),
  credential: word.exactOptional(),
  queueId: word.exactOptional(),
  service: word.exactOptional(),
  heloName: word.exactOptional(),
  envelopeSender: word,
  envelopeRecipients: words,
  recipientCount: amount.exactOptional(),
  abandoned: z.literal(true).exactOptional(),
  afterwards: z.literal(true).exactOptional(),
  comesAgain: z.enum(['slowed', 'all']).exactOptional(),
  refusedRecipients: words.exactOptional(),
  sizeBytes: amount.exactOptional(),
  message: message.exactOptional(),
}) satisfies z.ZodType<SubmissionEvent>;

const receivedEvent = z.looseObject({
  ...base,
  kind: z.literal('received'),
  account: login,
  headerFrom: word,
  messageId: word.exactOptional(),
}) satisfies z.ZodType<ReceivedEvent>;

const deliveryEvent = z.looseObject({
  ...base,
  kind: z.literal('delivery'),
  submission: word.exactOptional(),
  queueId: word.exactOptional(),
  recipient: word,
  result: z.enum(['delivered', 'deferred', 'bounced', 'expired']),
  status: word.exactOptional(),
  reply: text.exactOptional(),
  remote: word.exactOptional(),
  class: word.exactOptional(),
  hard: z.boolean().exactOptional(),
  via: z.literal('dsn').exactOptional(),
  verified: z.boolean().exactOptional(),
  messageId: word.exactOptional(),
  account: word.exactOptional(),
  credential: word.exactOptional(),
  context: word.exactOptional(),
  sentAt: z.iso.datetime().exactOptional(),
  messageReference: word.exactOptional(),
  forward: word.exactOptional(),
  forwardStamp: word.exactOptional(),
  expandedFrom: word.exactOptional(),
}) satisfies z.ZodType<DeliveryEvent>;

const complaintEvent = z.looseObject({
  ...base,
  kind: z.literal('complaint'),
  submission: word.exactOptional(),
  queueId: word.exactOptional(),
  messageId: word.exactOptional(),
  account: word.exactOptional(),
  credential: word.exactOptional(),
  context: word.exactOptional(),
  sentAt: z.iso.datetime().exactOptional(),
  messageReference: word.exactOptional(),
  feedbackType: word,
  reporter: word.exactOptional(),
  reporterDomain: word.exactOptional(),
  recipient: word.exactOptional(),
  about: z.enum(['message', 'dsn']).exactOptional(),
  verified: z.boolean(),
}) satisfies z.ZodType<ComplaintEvent>;

const reportEvent = z.looseObject({
  ...base,
  kind: z.literal('report'),
  account: word.exactOptional(),
  clientAddress: word.exactOptional(),
  url: text.exactOptional(),
  category: word,
  reporter: word,
  reporterDomain: word.exactOptional(),
  text: text.exactOptional(),
}) satisfies z.ZodType<ReportEvent>;

const forwardEvent = z.looseObject({
  ...base,
  kind: z.literal('forward'),
  account: login,
  from: word,
  to: word,
  queueId: word.exactOptional(),
  tenant: word.exactOptional(),
  tag: word.exactOptional(),
  stamp: word.exactOptional(),
}) satisfies z.ZodType<ForwardEvent>;

const accountEvent = z.looseObject({
  ...base,
  kind: z.literal('account'),
  account: login,
  tenant: word.exactOptional(),
  groups: words.exactOptional(),
  class: z.enum(['person', 'application', 'device', 'list', 'forward', 'system']).exactOptional(),
  since: z.iso.datetime().exactOptional(),
  timeZone: word.exactOptional(),
  addresses: words.exactOptional(),
}) satisfies z.ZodType<AccountEvent>;

const changeEvent = z.looseObject({
  ...base,
  kind: z.literal('change'),
  account: login,
  what: z.enum(['forward', 'filter', 'reply-to', 'app-password', 'export', 'other']),
  clientAddress: word.exactOptional(),
}) satisfies z.ZodType<ChangeEvent>;

const connectionEvent = z.looseObject({
  ...base,
  kind: z.literal('connection'),
  clientAddress: word,
  clientName: word.exactOptional(),
  reverseName: word.exactOptional(),
  namesUntold: z.boolean().exactOptional(),
  service: word.exactOptional(),
  heloName: word.exactOptional(),
  clientPort: z.int().min(0).max(65_535).exactOptional(),
  viruses: words.exactOptional(),
}) satisfies z.ZodType<ConnectionEvent>;

const findingEvent = z.looseObject({
  ...base,
  kind: z.enum(['listing', 'check']),
  check: word.exactOptional().describe('Id of the check, such as `listings`.'),
  practice: word.exactOptional().describe('The practice it is evidence for, such as `OWN-1`.'),
  target: word.exactOptional().describe('Host, address or domain.'),
  item: word.exactOptional().describe('One thing of it, such as `192.0.2.10 on list.example`.'),
  state: z.enum(FINDING_STATES).exactOptional(),
  was: z.enum(FINDING_STATES).exactOptional().describe('Absent where it was not looked at before.'),
  evidence: sentences.exactOptional().describe('What was seen.'),
  drift: sentences.exactOptional().describe('What is seen and was not while all was well.'),
  advice: text.exactOptional().describe('What to do about it.'),
}) satisfies z.ZodType<FindingEvent>;

const actionEvent = z.looseObject({
  ...base,
  kind: z.enum(['lock', 'unlock', 'release', 'reset', 'return']),
  account: word.exactOptional(),
  submission: word.exactOptional(),
  by: word,
  why: text,
}) satisfies z.ZodType<ActionEvent>;

const passwordEvent = z.looseObject({
  ...base,
  kind: z.literal('password'),
  account: login,
  by: z.enum(['owner', 'operator', 'unknown']),
  channel: word.exactOptional(),
  clientAddress: word.exactOptional(),
}) satisfies z.ZodType<PasswordEvent>;

const confirmEvent = z.looseObject({
  ...base,
  kind: z.literal('confirm'),
  account: login,
  context: word.exactOptional(),
  submission: word.exactOptional(),
  mine: z.boolean(),
  lock: z.boolean().exactOptional(),
  by: word,
}) satisfies z.ZodType<ConfirmEvent>;

/** What an agent reads from a mail log. */
export const loggedEvent = z.discriminatedUnion('kind', [
  submissionEvent,
  loginEvent,
  receivedEvent,
  deliveryEvent,
]) satisfies z.ZodType<LoggedEvent>;

/** One event of any kind. */
export const primumEvent = z
  .discriminatedUnion('kind', [
    submissionEvent,
    loginEvent,
    receivedEvent,
    deliveryEvent,
    complaintEvent,
    reportEvent,
    forwardEvent,
    accountEvent,
    changeEvent,
    connectionEvent,
    findingEvent,
    actionEvent,
    passwordEvent,
    confirmEvent,
  ])
  .describe('One event, version 1.') satisfies z.ZodType<PrimumEvent>;
