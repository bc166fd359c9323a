/**
 * The login policy protocol of weakforced, as Dovecot (`auth_policy_server_url`) and OX App Suite
 * speak it: one JSON object a request, one a reply, printed in the style of json11 (keys sorted,
 * `": "` and `", "`). docs/protocols/auth-policy.md has the whole of it with our differences.
 */
import ipaddr from 'ipaddr.js';

export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export type JsonObject = Readonly<Record<string, unknown>>;

/** One login as an MTA, IMAP server or web mail describes it. Absent text is the empty string. */
export interface LoginTuple {
  /** Lower case. */
  readonly login: string;
  /** Normalised textual address; empty when the asker did not know it. */
  readonly remote: string;
  /** Opaque, equal for equal passwords of one login. */
  readonly passwordHash: string;
  /** Lower case, such as `imap` or `smtp`. */
  readonly protocol: string;
  /** SASL mechanism in capitals, such as `PLAIN`: `attrs/mech` in Dovecot. Empty when not told. */
  readonly mechanism: string;
  readonly deviceId: string;
  readonly sessionId: string;
  /** Why a login failed (Dovecot 2.4): internal, credentials, account, expired, disabled, policy. */
  readonly failType: string;
  readonly policyReject: boolean;
  readonly success: boolean | undefined;
  readonly tls: boolean | undefined;
  /** Plain text attributes only. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** json11, and with it weakforced, refuses deeper values. */
export const JSON_DEPTH_MAX = 200;
/** Local part (64), `@` and domain (255) of RFC 5321, with room for a realm or a master user. */
export const LOGIN_CHARS_MAX = 512;
export const PASSWORD_HASH_CHARS_MAX = 256;
/** What is longer is cut: a device name is only compared. */
export const DEVICE_ID_CHARS_MAX = 1024;
export const ATTRIBUTES_MAX = 64;
/** A SASL name has 20 at most (RFC 4422 section 3.1). */
export const MECHANISM_CHARS_MAX = 20;

const NO_ATTRIBUTES: Readonly<Record<string, string>> = {};

function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

/** Reads one request body. Anything but one JSON object is refused, with the reason in words. */
export function parseBody(text: string): Read<JsonObject> {
  if (text === '')
    return refused('The body is empty: unexpected end of input. Send a JSON object.');
  if (deeperThan(text, JSON_DEPTH_MAX)) {
    return refused(`The body exceeded maximum nesting depth, which is ${JSON_DEPTH_MAX}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('The body is not JSON. Send one JSON object.');
  }
  return isObject(value)
    ? { ok: true, value }
    : refused('The body is JSON but not an object. Send one JSON object.');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deeperThan(text: string, maximum: number): boolean {
  // Each level takes two characters, so the usual short body is never scanned.
  if (text.length <= 2 * maximum) return false;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) quoted = !quoted;
    else if (quoted) {
      if (code === 0x5c) i++;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > maximum) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/**
 * Reads a login. Nothing is mandatory and `null` is absent. What decides about a person (login,
 * remote, pwhash, protocol, success, policy_reject) must have its right type; a wrong type in what
 * only describes (device_id, session_id, fail_type, tls, attrs) counts as absent.
 */
export function parseLoginTuple(body: JsonObject): Read<LoginTuple> {
  const login = strictText(body, 'login', LOGIN_CHARS_MAX);
  if (!login.ok) return login;
  const remote = strictText(body, 'remote', 128);
  if (!remote.ok) return remote;
  const address = remote.value === '' ? '' : parseClientAddress(remote.value);
  if (address === undefined) {
    return refused('The field remote is not an address. Send an IPv4 or IPv6 address as text.');
  }
  const passwordHash = strictText(body, 'pwhash', PASSWORD_HASH_CHARS_MAX);
  if (!passwordHash.ok) return passwordHash;
  const protocol = strictText(body, 'protocol', 64);
  if (!protocol.ok) return protocol;
  const success = strictBoolean(body, 'success');
  if (!success.ok) return success;
  const policyReject = strictBoolean(body, 'policy_reject');
  if (!policyReject.ok) return policyReject;
  const tls = body['tls'];
  const attributes = plainAttributes(body['attrs']);
  return {
    ok: true,
    value: {
      login: login.value.toLowerCase(),
      remote: address,
      passwordHash: passwordHash.value,
      protocol: protocol.value.toLowerCase(),
      mechanism: (attributes['mech'] ?? '').slice(0, MECHANISM_CHARS_MAX).toUpperCase(),
      deviceId: looseText(body['device_id']),
      sessionId: looseText(body['session_id']),
      failType: looseText(body['fail_type']),
      policyReject: policyReject.value ?? false,
      success: success.value,
      tls: typeof tls === 'boolean' ? tls : undefined,
      attributes,
    },
  };
}

function strictText(body: JsonObject, field: string, charsMax: number): Read<string> {
  const value = body[field];
  if (value === undefined || value === null) return { ok: true, value: '' };
  if (typeof value !== 'string') return refused(`The field ${field} must be a string.`);
  if (value.length > charsMax) {
    return refused(`The field ${field} is longer than ${charsMax} characters.`);
  }
  return { ok: true, value };
}

function strictBoolean(body: JsonObject, field: string): Read<boolean | undefined> {
  const value = body[field];
  if (value === undefined || value === null) return { ok: true, value: undefined };
  if (typeof value !== 'boolean') {
    return refused(`The field ${field} must be true or false, without quotes.`);
  }
  return { ok: true, value };
}

function looseText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, DEVICE_ID_CHARS_MAX) : '';
}

function plainAttributes(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return NO_ATTRIBUTES;
  const texts: [string, string][] = [];
  for (const [name, text] of Object.entries(value)) {
    if (texts.length === ATTRIBUTES_MAX) break;
    if (typeof text === 'string') texts.push([name, text.slice(0, DEVICE_ID_CHARS_MAX)]);
  }
  return Object.fromEntries(texts);
}

/**
 * Normalises `1.2.3.4`, `1.2.3.4:99`, `2001:DB8::1`, `[2001:db8::1]`, `[2001:db8::1]:99` and
 * `fe80::1%eth0`; `::ffff:1.2.3.4` is IPv4. `undefined` for anything else: short, octal and hex
 * forms of IPv4 (inet_aton) mean different addresses to different readers and are refused.
 */
export function parseClientAddress(text: string): string | undefined {
  if (isPlainIpv4(text)) return text;
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed) return parseIpv6(bracketed[1] ?? '');
  const withPort = /^([\d.]+):\d{1,5}$/.exec(text);
  if (withPort?.[1] !== undefined) return isPlainIpv4(withPort[1]) ? withPort[1] : undefined;
  return parseIpv6(text);
}

function isPlainIpv4(text: string): boolean {
  if (text.length < 7 || text.length > 15) return false;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (octet < 0) return false;
      dots++;
      octet = -1;
    } else if (code >= 0x30 && code <= 0x39 && octet !== 0) {
      octet = octet < 0 ? code - 0x30 : octet * 10 + code - 0x30;
      if (octet > 255) return false;
    } else return false;
  }
  return dots === 3 && octet >= 0;
}

function parseIpv6(text: string): string | undefined {
  const [address = ''] = text.split('%', 1);
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return undefined;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress()
    ? parsed.toIPv4Address().toString()
    : parsed.toRFC5952String();
}

/**
 * Normalises an address or CIDR: host bits are cleared, a network of one address is the bare
 * address. `undefined` for anything else, a prefix that is too long among them.
 */
export function parseNetwork(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const host = parseClientAddress(address);
  if (host === undefined || rest.length > 0) return undefined;
  if (prefix === undefined) return host;
  if (!/^\d{1,3}$/.test(prefix)) return undefined;
  const isIpv6 = host.includes(':');
  // ::ffff:192.0.2.0/120 is 192.0.2.0/24.
  const bits = Number(prefix) - (address.includes(':') && !isIpv6 ? 96 : 0);
  if (bits < 0 || bits > (isIpv6 ? 128 : 32)) return undefined;
  if (bits === (isIpv6 ? 128 : 32)) return host;
  return isIpv6
    ? `${ipaddr.IPv6.networkAddressFromCIDR(`${host}/${bits}`).toRFC5952String()}/${bits}`
    : `${ipaddr.IPv4.networkAddressFromCIDR(`${host}/${bits}`).toString()}/${bits}`;
}

/** The service names of events. Postfix asks Dovecot as `smtp`. */
const SERVICES = {
  smtp: 'submission',
  submission: 'submission',
  imap: 'imap',
  pop3: 'pop3',
  http: 'webmail',
  webmail: 'webmail',
  sieve: 'sieve',
  managesieve: 'sieve',
} as const;

export type LoginService = (typeof SERVICES)[keyof typeof SERVICES] | 'other';

export function loginService(protocol: string): LoginService {
  return Object.hasOwn(SERVICES, protocol) ? SERVICES[protocol as keyof typeof SERVICES] : 'other';
}

/** Whole digests begin at MD5's 128 bits. */
const WHOLE_DIGEST = /^[0-9a-f]{32,}$/i;

/**
 * The request with no more of a whole digest than Dovecot gives by itself
 * (`auth_policy_hash_truncate = 12`: the first twelve bits, to the right of two bytes), so that equal
 * passwords stay equal whichever way Dovecot is set.
 */
export function withShortHash(body: JsonObject): JsonObject {
  const hash = body['pwhash'];
  if (typeof hash !== 'string' || !WHOLE_DIGEST.test(hash)) return body;
  return { ...body, pwhash: `0${hash.slice(0, 3).toLowerCase()}` };
}

export interface AllowReply {
  /** -1 refuses, 0 goes on, 1 and more go on after so many seconds. */
  readonly status: number;
  readonly message: string;
  /** Names are plain words, never text from outside. */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Prints the answer to `allow`. Attributes named `status` and `msg` are left out: Dovecot 2.3
 * takes those keys at any depth for the answer itself.
 */
export function formatAllowReply({ status, message, attributes }: AllowReply): string {
  let printed = '';
  for (const name of Object.keys(attributes).sort()) {
    if (name === 'status' || name === 'msg') continue;
    if (printed !== '') printed += ', ';
    printed += `"${name}": ${JSON.stringify(attributes[name])}`;
  }
  const text = message === '' ? '""' : JSON.stringify(message);
  return `{"msg": ${text}, "r_attrs": {${printed}}, "status": ${status}}`;
}

/** json11 style: keys sorted, one space after each colon and comma. Absent values are left out. */
export function formatJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatJson).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}: ${formatJson(member)}`);
  }
  return `{${members.join(', ')}}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `2026-Nov-20 21:40:03` in UTC, as weakforced prints times. */
export function formatTime(ms: number): string {
  const date = new Date(ms);
  const text = date.toISOString();
  return `${text.slice(0, 5)}${MONTHS[date.getUTCMonth()] ?? ''}${text.slice(7, 10)} ${text.slice(11, 19)}`;
}
