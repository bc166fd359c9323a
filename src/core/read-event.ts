/**
 * Reads one event from parsed JSON. Unknown fields are kept, unknown kinds are told apart from
 * mistakes, so that a newer journal can be read by an older program.
 */
import { FINDING_STATES } from './event.ts';
import type { EventKind, PrimumEvent } from './event.ts';
import { millisecondsOf } from './event-time.ts';
import { parsed, unreadable, type Parsed } from './parsed.ts';

/** Longest text of one field; a message's `raw` and `text` may be longer. */
export const MAX_FIELD_CHARS = 65_536;
export const MAX_MESSAGE_CHARS = 32 * 1024 * 1024;
export const MAX_RECIPIENTS = 100_000;
export const MAX_ID_CHARS = 200;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length <= MAX_FIELD_CHARS;
const name: Check = (value) => text(value) && value !== '';
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const texts: Check = (value) =>
  Array.isArray(value) && value.length <= MAX_RECIPIENTS && value.every(text);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const either =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

const MESSAGE_FIELDS: Readonly<Record<string, Check>> = {
  headerFrom: text,
  headerFromMore: texts,
  replyTo: text,
  subject: text,
  messageId: text,
  inReplyTo: text,
  references: texts,
  date: text,
  userAgent: text,
  listId: text,
  listUnsubscribe: text,
  autoSubmitted: text,
  urls: texts,
  headerNames: texts,
  rawPath: text,
  text: (value) => typeof value === 'string' && value.length <= MAX_MESSAGE_CHARS,
  raw: (value) => typeof value === 'string' && value.length <= MAX_MESSAGE_CHARS,
  attachments: (value) => Array.isArray(value) && value.every(isObject),
  derived: isObject,
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// A map, for names come from outside: `__proto__` and `constructor` are names like others there.
const MESSAGE_CHECKS = new Map(Object.entries(MESSAGE_FIELDS));

const message: Check = (value) =>
  isObject(value) &&
  Object.entries(value).every(([key, field]) => MESSAGE_CHECKS.get(key)?.(field) ?? true);

interface Shape {
  readonly required: Readonly<Record<string, Check>>;
  readonly optional: Readonly<Record<string, Check>>;
}

const ACTION: Shape = {
  required: { by: text, why: text },
  optional: { account: name, submission: name, unlockOn: oneOf('password', 'person') },
};

/** What the watchers write; another program may say less. */
const FINDING: Shape = {
  required: {},
  optional: {
    ...{ check: name, practice: name, target: name, item: name },
    ...{ state: oneOf(...FINDING_STATES), was: oneOf(...FINDING_STATES) },
    ...{ evidence: texts, drift: texts, advice: text },
  },
};

const SHAPES: Readonly<Record<EventKind, Shape>> = {
  login: {
    required: {
      account: name,
      service: oneOf('submission', 'imap', 'pop3', 'webmail', 'sieve', 'other'),
      ok: flag,
      clientAddress: text,
    },
    optional: {
      clientName: text,
      mechanism: text,
      tls: either(flag, text),
      passwordHash: text,
      deviceId: text,
      agent: text,
      policyReject: flag,
    },
  },
  submission: {
    required: { clientAddress: text, envelopeSender: text, envelopeRecipients: texts },
    optional: {
      account: text,
      forwarder: text,
      credential: text,
      queueId: text,
      service: text,
      clientName: text,
      heloName: text,
      mechanism: text,
      tls: either(flag, text),
      recipientCount: count,
      sizeBytes: count,
      abandoned: flag,
      afterwards: flag,
      comesAgain: oneOf('slowed', 'all'),
      refusedRecipients: texts,
      message,
    },
  },
  received: { required: { account: name, headerFrom: text }, optional: { messageId: text } },
  delivery: {
    required: {
      recipient: text,
      result: oneOf('delivered', 'deferred', 'bounced', 'expired'),
    },
    optional: {
      submission: text,
      queueId: text,
      verified: flag,
      status: text,
      reply: text,
      remote: text,
      class: text,
      hard: flag,
      via: oneOf('dsn'),
      messageId: text,
      account: text,
      credential: text,
      context: text,
      sentAt: text,
      messageReference: text,
      forward: text,
      forwardStamp: text,
      expandedFrom: text,
    },
  },
  complaint: {
    required: { feedbackType: text, verified: flag },
    optional: {
      submission: text,
      queueId: text,
      messageId: text,
      account: text,
      credential: text,
      context: text,
      sentAt: text,
      messageReference: text,
      reporter: text,
      reporterDomain: text,
      recipient: text,
      about: oneOf('message', 'dsn'),
    },
  },
  report: {
    required: { category: text, reporter: text },
    optional: { account: text, clientAddress: text, url: text, reporterDomain: text, text },
  },
  forward: {
    required: { account: name, from: text, to: text },
    optional: { queueId: text, tenant: text, tag: text, stamp: text },
  },
  account: {
    required: { account: name },
    optional: {
      tenant: text,
      groups: texts,
      class: oneOf('person', 'application', 'device', 'list', 'forward', 'system'),
      since: text,
      timeZone: text,
      addresses: texts,
    },
  },
  change: {
    required: {
      account: name,
      what: oneOf('forward', 'filter', 'reply-to', 'app-password', 'export', 'other'),
    },
    optional: { clientAddress: text },
  },
  connection: {
    required: { clientAddress: text },
    optional: {
      ...{ clientName: text, reverseName: text, service: text, heloName: text },
      ...{ namesUntold: flag, clientPort: count, viruses: texts },
    },
  },
  listing: FINDING,
  check: FINDING,
  lock: ACTION,
  unlock: ACTION,
  release: ACTION,
  reset: ACTION,
  return: ACTION,
  password: {
    required: { account: name, by: oneOf('owner', 'operator', 'unknown') },
    optional: { channel: text, clientAddress: text },
  },
  confirm: {
    required: { account: name, mine: flag, by: text },
    optional: { context: text, submission: text, lock: flag },
  },
};

/** Names of the fields of each kind, for the reference. */
export const EVENT_FIELDS = Object.fromEntries(
  Object.entries(SHAPES).map(([kind, { required, optional }]) => [
    kind,
    { required: Object.keys(required), optional: Object.keys(optional) },
  ]),
);

type Fields = readonly (readonly [field: string, check: Check])[];

/** The same as lists, made once: replay reads tens of thousands of events a second. */
const LISTED = new Map<string, { readonly required: Fields; readonly optional: Fields }>(
  Object.entries(SHAPES).map(([kind, { required, optional }]) => [
    kind,
    { required: Object.entries(required), optional: Object.entries(optional) },
  ]),
);

export type ReadEvent =
  | Parsed<PrimumEvent>
  /** A kind this version does not know, or an outcome, which replay makes anew: passed over, not a mistake. */
  | { readonly ok: 'other'; readonly kind: string };

export function readEvent(value: unknown): ReadEvent {
  if (!isObject(value)) return unreadable('An event is a JSON object.');
  const kind = value['kind'];
  if (typeof kind !== 'string') return unreadable('The field "kind" is missing.');
  const shape = LISTED.get(kind);
  if (shape === undefined) return { ok: 'other', kind };
  if (value['v'] !== 1) return unreadable('The field "v" must be 1.');
  const id = value['id'];
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARS) {
    return unreadable(`The field "id" must be a text of 1 to ${MAX_ID_CHARS} characters.`);
  }
  const at = value['at'];
  if (typeof at !== 'string' || !isTime(at)) {
    return unreadable('The field "at" must be a time such as 2026-01-31T12:00:00.000Z.');
  }
  for (const [field, check] of shape.required) {
    if (!check(value[field])) return unreadable(`The field "${field}" is missing or unreadable.`);
  }
  for (const [field, check] of shape.optional) {
    const given = value[field];
    if (given !== undefined && !check(given)) {
      return unreadable(`The field "${field}" is unreadable.`);
    }
  }
  return parsed(value as unknown as PrimumEvent);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
/** Every month has them. */
const SAFE_DAYS = 28;

/** RFC 3339, a time that exists, in the years that standing records can hold (u32 seconds). */
function isTime(at: string): boolean {
  if (!TIME.test(at)) return false;
  const ms = millisecondsOf(at);
  if (!(ms >= 0 && ms < 2 ** 32 * 1000)) return false;
  const day = Number(at.slice(8, 10));
  // JavaScript reads 30 February as 2 March.
  return day <= SAFE_DAYS || new Date(`${at.slice(0, 10)}T00:00:00Z`).getUTCDate() === day;
}
