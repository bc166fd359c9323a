/** What stays equal when one program writes many messages: shapes of ids, of headers, of time. */
import { createKeyedHash } from '../core/hash.ts';
import type { HeaderField } from './contract.ts';

/** A shape is cut here; what distinguishes programs comes first. */
const MAX_SHAPE_CHARS = 60;

/**
 * Letters become `a`, runs with digits `0`, the rest stays: `----=_Part_7_x2.9` gives
 * `----=_a_0_0.0`. Lengths are left out, for counters grow.
 */
export function shapeOf(text: string): string {
  const end = Math.min(text.length, MAX_SHAPE_CHARS * 4);
  let shape = '';
  for (let i = 0; i < end && shape.length < MAX_SHAPE_CHARS;) {
    const from = i;
    let isLetters = true;
    for (; i < end; i += 1) {
      const code = text.charCodeAt(i);
      const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
      if (!isLetter && !isDigitLike(code)) break;
      isLetters &&= isLetter;
    }
    if (i > from) shape += isLetters ? 'a' : '0';
    else shape += text.charAt(i++);
  }
  return shape;
}

/** Digits, and the other two of base64. */
function isDigitLike(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2f;
}

/** Names whose presence depends on the recipients, the thread or the path, not on the program. */
const LEFT_OUT = new Set([
  ...['to', 'cc', 'bcc', 'in-reply-to', 'references', 'thread-index', 'thread-topic'],
  ...['return-path', 'delivered-to', 'received', 'x-received', 'x-original-to', 'envelope-to'],
  ...['dkim-signature', 'domainkey-signature', 'authentication-results', 'received-spf'],
  ...['arc-seal', 'arc-message-signature', 'arc-authentication-results', 'x-originating-ip'],
]);

/** Fixed: shapes of different days and hosts are compared. "primum.headers.1" */
const SHAPE_KEY = Buffer.from('primum.headers.1', 'latin1');
const shapeHash = createKeyedHash(SHAPE_KEY);

/**
 * Names in order as written; hash in 16 hexadecimal digits.
 * @param keys the names in lower case
 */
export function headerShape(headers: readonly HeaderField[], keys: readonly string[]): string {
  let names = '';
  for (let i = 0; i < headers.length; i += 1) {
    if (!LEFT_OUT.has(keys[i] as string)) names += `${(headers[i] as HeaderField).name}\n`;
  }
  return shapeHash.hex(names);
}

export interface MessageIdParts {
  readonly shape: string;
  readonly host: string | undefined;
}

function bareMessageId(value: string): string {
  return (/<([^<>]*)>/.exec(value)?.[1] ?? value).trim().slice(0, 998);
}

/** As `readMessageId` gives it. @param value unfolded. */
export function messageIdOf(value: string): string {
  return `<${bareMessageId(value)}>`;
}

/** @param value unfolded. */
export function readMessageId(value: string): MessageIdParts {
  const messageId = bareMessageId(value);
  const at = messageId.lastIndexOf('@');
  const host = at < 0 ? '' : messageId.slice(at + 1).toLowerCase();
  return {
    shape: shapeOf(at < 0 ? messageId : messageId.slice(0, at)),
    host: host === '' ? undefined : host.slice(0, 200),
  };
}

/** RFC 5322 section 4.3: the names that are not simply unknown, in hours. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['UT', 0],
  ['GMT', 0],
  ['UTC', 0],
  ['Z', 0],
  ['EST', -5],
  ['EDT', -4],
  ['CST', -6],
  ['CDT', -5],
  ['MST', -7],
  ['MDT', -6],
  ['PST', -8],
  ['PDT', -7],
]);

/** Minutes east of Greenwich; `undefined` where the date has no zone or an impossible one. */
export function dateZoneMinutes(date: string): number | undefined {
  const text = date.slice(0, 200);
  const match = /\d\d?:\d\d(?::\d\d)?\s+(?:([+-])(\d\d)(\d\d)|([A-Za-z]{1,5}))\b/.exec(text);
  if (match === null) return undefined;
  const [, sign, hours, minutes, name] = match;
  if (name !== undefined) {
    const zone = ZONES.get(name.toUpperCase());
    return zone === undefined ? undefined : zone * 60;
  }
  const total = Number(hours) * 60 + Number(minutes);
  if (total > 14 * 60) return undefined;
  return sign === '-' && total > 0 ? -total : total;
}
