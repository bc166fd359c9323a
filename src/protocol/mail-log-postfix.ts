/**
 * Lines of Postfix's programs (Postfix 3; smtpd(8), cleanup(8), qmgr(8), smtp(8) ... as observed).
 * Strings are compared in place and nothing is searched twice, for logs have millions of lines.
 */
import { kept } from './mail-log-fact.ts';
import type { DeliveryFact, HeldFact, Said } from './mail-log-fact.ts';

/** Programs that say what became of a message; true where a mailbox of ours is its end. */
const DELIVERING: ReadonlyMap<string, boolean> = new Map([
  ['smtp', false],
  ['relay', false],
  ['lmtp', true],
  ['local', true],
  ['virtual', true],
  ['pipe', true],
  ['error', false],
  ['retry', false],
  ['discard', false],
  ['bounce', false],
]);

/** Said by these programs too, and of no matter here. */
const SILENT: ReadonlySet<string> = new Set(
  (
    'anvil master postscreen dnsblog tlsproxy tlsmgr trivial-rewrite scache verify proxymap ' +
    'postlogd flush showq postdrop postqueue postmap postalias postfix-script sendmail script ' +
    'postfix postlog oqmgr defer trace spawn proxywrite tlsrpt'
  ).split(' '),
);

/** Whether a name like `postfix/smtpd` ends in a program of Postfix. */
export function isPostfixProgram(program: string): boolean {
  return SPEAKING.has(program) || DELIVERING.has(program) || SILENT.has(program);
}

const SPEAKING: ReadonlySet<string> = new Set(['smtpd', 'cleanup', 'qmgr', 'pickup', 'postsuper']);

/** @param from Where the program's own text begins. */
export function readPostfix(program: string, line: string, from: number): Said {
  if (SILENT.has(program)) return 'nothing';
  if (program === 'smtpd') {
    if (line.startsWith('disconnect from ', from)) return { kind: 'disconnect' };
    if (line.startsWith('lost connection ', from)) return { kind: 'disconnect' };
    if (line.startsWith('warning: ', from)) return readWarning(line, from + 9);
  }
  const colon = line.indexOf(':', from);
  // Long ids have about 15 characters, short ones about 10.
  if (colon < 0 || colon - from > 32) return 'nothing';
  if (!isId(line, from, colon)) return 'nothing';
  const queueId = kept(line.slice(from, colon));
  const at = colon + 2;
  switch (program) {
    case 'smtpd':
      return readSmtpd(queueId, line, at);
    case 'cleanup':
      return readCleanup(queueId, line, at);
    case 'qmgr':
    case 'postsuper':
      return readQmgr(queueId, line, at);
    case 'pickup':
      return readPickup(queueId, line, at);
    default:
      return readDelivery(queueId, { line, at, isLocal: DELIVERING.get(program) === true });
  }
}

/**
 * Digits and letters. Words like `warning` are none: an id without a digit has no vowel (long form) or
 * letters of hexadecimal numbers alone (short form; postconf(5), enable_long_queue_ids).
 */
function isId(line: string, from: number, to: number): boolean {
  if (to - from < 5) return false;
  let hasDigit = false;
  for (let i = from; i < to; i++) {
    const code = line.charCodeAt(i);
    if (code >= 48 && code <= 57) hasDigit = true;
    else if (!((code >= 65 && code <= 90) || (code >= 97 && code <= 122))) return false;
  }
  return hasDigit || BARE_ID.test(line.slice(from, to));
}

const BARE_ID = /^(?:[A-F]{5,}|[B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,})$/;

function readSmtpd(queueId: string, line: string, at: number): Said {
  if (line.startsWith('hold: ', at)) return readHeld(queueId, line, at);
  if (!line.startsWith('client=', at)) return 'nothing';
  const open = line.indexOf('[', at);
  const close = line.indexOf(']', open);
  if (open < 0 || close < 0) return 'cut';
  const login = line.indexOf(', sasl_username=', close);
  const original = valueOf(line, ', orig_queue_id=', close);
  return {
    kind: 'client',
    queueId,
    clientName: kept(line.slice(at + 7, open)),
    clientAddress: kept(line.slice(open + 1, close)),
    ...present('mechanism', valueOf(line, ', sasl_method=', close)),
    ...(login < 0 ? {} : { saslLogin: kept(line.slice(login + 16, endOfLogin(line, login + 16))) }),
    ...(original === undefined || original === 'NOQUEUE' ? {} : { originalQueueId: original }),
  };
}

/** A login may contain a comma: only what Postfix writes after it ends it. */
function endOfLogin(line: string, from: number): number {
  for (const next of [', sasl_sender=', ', orig_queue_id=', ', orig_client=']) {
    const end = line.indexOf(next, from);
    if (end >= 0) return end;
  }
  return line.length;
}

function readCleanup(queueId: string, line: string, at: number): Said {
  if (line.startsWith('message-id=', at)) {
    const messageId = kept(line.slice(at + 11));
    return messageId === '' || messageId === '<>'
      ? 'nothing'
      : { kind: 'message-id', queueId, messageId };
  }
  if (line.startsWith('milter-hold: ', at) || line.startsWith('hold: ', at)) {
    return readHeld(queueId, line, at);
  }
  return 'nothing';
}

/** `hold: DATA from host[ip]: text; from=<a> to=<b> proto=ESMTP helo=<c>`. */
function readHeld(queueId: string, line: string, at: number): HeldFact {
  // The text before is the operator's or the client's, so the last one counts.
  const from = line.lastIndexOf('; from=<');
  if (from < at) return { kind: 'held', queueId };
  const sender = readAddress(line, from + 7, ' ');
  if (sender === undefined) return { kind: 'held', queueId };
  const recipient = line.startsWith(' to=<', sender.end)
    ? readAddress(line, sender.end + 4, ' ')
    : undefined;
  return {
    kind: 'held',
    queueId,
    envelopeSender: sender.address,
    ...present('envelopeRecipient', recipient?.address),
  };
}

function readQmgr(queueId: string, line: string, at: number): Said {
  if (line.startsWith('removed', at)) return { kind: 'removed', queueId };
  if (!line.startsWith('from=', at)) return line.startsWith('from', at) ? 'cut' : 'nothing';
  // Only numbers follow a sender, so the last place is the true one, whatever the sender is.
  const sizeAt = line.lastIndexOf('>, size=');
  const sender =
    sizeAt > at && line.charCodeAt(at + 5) === 60
      ? { address: kept(line.slice(at + 6, sizeAt)), end: sizeAt + 1 }
      : readAddress(line, at + 5, ', ');
  if (sender === undefined) return 'cut';
  if (line.startsWith(', status=', sender.end)) {
    const isLost = line.startsWith('expired', sender.end + 9);
    const isForced = line.startsWith('force-expired', sender.end + 9);
    return isLost || isForced ? { kind: 'expired', queueId } : 'nothing';
  }
  const size = numberOf(line, ', size=', sender.end);
  const count = numberOf(line, ', nrcpt=', sender.end);
  if (size === undefined || count === undefined || !line.includes('(', sender.end)) return 'cut';
  return {
    kind: 'queued',
    queueId,
    envelopeSender: sender.address,
    sizeBytes: size,
    recipientCount: count,
  };
}

function readPickup(queueId: string, line: string, at: number): Said {
  if (!line.startsWith('uid=', at)) return 'nothing';
  const from = line.indexOf(' from=', at);
  const sender = from < 0 ? undefined : readAddress(line, from + 6, ' ');
  if (sender === undefined) return 'cut';
  const { address: envelopeSender } = sender;
  return { kind: 'client', queueId, clientName: '', clientAddress: '', envelopeSender };
}

const RESULTS: Readonly<Record<string, DeliveryFact['result']>> = {
  sent: 'delivered',
  deferred: 'deferred',
  bounced: 'bounced',
};

interface Place {
  readonly line: string;
  readonly at: number;
  readonly isLocal: boolean;
}

/** `to=<a>, orig_to=<b>, relay=…, delay=…, delays=…, dsn=…, status=… (text)`. */
function readDelivery(queueId: string, { line, at, isLocal }: Place): Said {
  if (!line.startsWith('to=', at)) return 'nothing';
  const to = readAddress(line, at + 3, ', ');
  if (to === undefined) return 'cut';
  const original = line.startsWith(', orig_to=', to.end)
    ? readAddress(line, to.end + 10, ', ')
    : undefined;
  const from = original?.end ?? to.end;
  if (!line.startsWith(', relay=', from)) return 'cut';
  const relayEnd = line.indexOf(', ', from + 8);
  const state = line.indexOf(', status=', from);
  if (relayEnd < 0 || state < 0) return 'cut';
  const open = line.indexOf(' (', state);
  if (open < 0) return 'cut';
  const result = RESULTS[line.slice(state + 9, open)];
  // Address probes: deliverable, undeliverable, undeliverable-but-not-cached.
  if (result === undefined) return 'nothing';
  const relay = line.slice(from + 8, relayEnd);
  const dsn = line.lastIndexOf(', dsn=', state);
  const text = line.slice(open + 2, line.endsWith(')') ? line.length - 1 : line.length);
  return {
    kind: 'delivery',
    queueId,
    recipient: to.address,
    ...present('originalRecipient', original?.address),
    result,
    ...(dsn < from ? {} : { status: kept(line.slice(dsn + 6, state)) }),
    reply: kept(text),
    ...(relay === 'none' ? {} : { remote: kept(relay) }),
    isLocal: isLocal && result === 'delivered' && comesToRest(relay, text),
  };
}

/** local(8) says so when an alias or .forward sends it on; these transports lead elsewhere. */
function comesToRest(relay: string, text: string): boolean {
  if (text.startsWith('forwarded as ')) return false;
  return !['mailman', 'uucp', 'bsmtp', 'ifmail', 'scalemail'].includes(relay);
}

/** `host[ip]: SASL LOGIN authentication failed: why, sasl_username=login`. */
function readWarning(line: string, at: number): Said {
  const sasl = line.indexOf(': SASL ', at);
  if (sasl < 0) return 'nothing';
  const failed = line.indexOf(' authentication failed', sasl);
  const open = line.lastIndexOf('[', sasl);
  const close = line.indexOf(']', open);
  if (failed < 0 || open < at || close < 0 || close > sasl) return 'nothing';
  const name = line.lastIndexOf(', sasl_username=');
  // Before Postfix 3.8 the line does not say whose password was wrong.
  if (name < failed) return 'nothing';
  const account = kept(line.slice(name + 16));
  if (account === '' || account === '(unavailable)') return 'nothing';
  return {
    kind: 'login',
    account,
    service: 'submission',
    ok: false,
    clientAddress: kept(line.slice(open + 1, close)),
    clientName: kept(line.slice(at, open)),
    mechanism: kept(line.slice(sasl + 7, failed)),
    attempts: 1,
  };
}

interface Address {
  readonly address: string;
  readonly end: number;
}

/**
 * `<local@domain>`, or bare as old versions of local(8) write it. Local parts may be quoted
 * (RFC 5321 §4.1.2) and contain whatever ends an address elsewhere.
 */
function readAddress(line: string, from: number, before: string): Address | undefined {
  if (line.charCodeAt(from) !== 60) {
    const end = line.indexOf(before, from);
    const to = end < 0 ? line.length : end;
    return to === from ? undefined : { address: kept(line.slice(from, to)), end: to };
  }
  const afterQuoted = line.charCodeAt(from + 1) === 34 ? endOfQuoted(line, from + 2) : from + 1;
  const close = line.indexOf('>', afterQuoted);
  if (close < 0) return undefined;
  return { address: kept(line.slice(from + 1, close)), end: close + 1 };
}

/** After the closing quote; the beginning where there is none. */
function endOfQuoted(line: string, from: number): number {
  for (let i = from; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code === 92) i += 1;
    else if (code === 34) return i + 1;
  }
  return from;
}

function valueOf(line: string, key: string, from: number): string | undefined {
  const at = line.indexOf(key, from);
  if (at < 0) return undefined;
  const end = line.indexOf(', ', at + key.length);
  return kept(line.slice(at + key.length, end < 0 ? line.length : end));
}

function numberOf(line: string, key: string, from: number): number | undefined {
  const at = line.indexOf(key, from);
  if (at < 0) return undefined;
  const value = Number.parseInt(line.slice(at + key.length, at + key.length + 16), 10);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function present<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}
