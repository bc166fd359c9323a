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
  return text
    .slice(0, MAX_SHAPE_CHARS * 4)
    .replace(/[A-Za-z0-9+/]+/g, (run) => (/^[A-Za-z]+$/.test(run) ? 'a' : '0'))
    .slice(0, MAX_SHAPE_CHARS);
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

/** Names in order as written; hash in 16 hexadecimal digits. */
export function headerShape(headers: readonly HeaderField[]): string {
  let names = '';
  for (const { name } of headers) {
    if (!LEFT_OUT.has(name.toLowerCase())) names += `${name}\n`;
  }
  return shapeHash.hex(names);
}

export interface MessageIdParts {
  readonly messageId: string;
  readonly shape: string;
  readonly host: string | undefined;
}

/** @param value unfolded. */
export function readMessageId(value: string): MessageIdParts {
  const messageId = (/<([^<>]*)>/.exec(value)?.[1] ?? value).trim().slice(0, 998);
  const at = messageId.lastIndexOf('@');
  const host = at < 0 ? '' : messageId.slice(at + 1).toLowerCase();
  return {
    messageId: `<${messageId}>`,
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
