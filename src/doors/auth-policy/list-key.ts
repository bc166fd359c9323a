/** Keys and entries of the allow and deny lists, as weakforced's clients write and read them. */
import type { ListEntry, ListKey, ListName } from '../../core/access-list.ts';
import {
  formatTime,
  LOGIN_CHARS_MAX,
  parseClientAddress,
  parseNetwork,
} from '../../protocol/auth-policy.ts';
import type { JsonObject, Read } from '../../protocol/auth-policy.ts';

/** What an entry is about, by weakforced's names, in the order lists are printed. */
export const LIST_KINDS = ['ip', 'login', 'iplogin', 'ja3', 'ipja3'] as const;
export type ListKind = (typeof LIST_KINDS)[number];

/** Names of the same in `getDBStats`, resets and webhooks. */
export const LONG_KINDS: Readonly<Record<ListKind, string>> = {
  ip: 'ip',
  login: 'login',
  iplogin: 'ip_login',
  ja3: 'ja3',
  ipja3: 'ip_ja3',
};

/** Ten years; longer is a mistake in the unit. */
export const EXPIRE_SECONDS_MAX = 315_360_000;
export const REASON_CHARS_MAX = 1_000;
const JA3_CHARS_MAX = 128;

export function listKind(key: ListKey): ListKind {
  if (key.network === undefined) return key.login === undefined ? 'ja3' : 'login';
  if (key.login !== undefined) return 'iplogin';
  return key.ja3 === undefined ? 'ip' : 'ipja3';
}

/** Reads `ip` or `netmask`, and `login` or `ja3`; at least one of them. */
export function parseListKey(body: JsonObject): Read<ListKey> {
  for (const field of ['ip', 'netmask', 'login', 'ja3'] as const) {
    const value = body[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' || value === '') {
      return { ok: false, reason: `The field ${field} must be a string that is not empty.` };
    }
  }
  const { ip, netmask, login, ja3 } = body as Readonly<Record<string, string | null | undefined>>;
  if (ip && netmask) return { ok: false, reason: 'Give ip or netmask, not both.' };
  if (login && ja3) {
    return { ok: false, reason: 'login and ja3 are mutually exclusive parameters' };
  }
  if (!ip && !netmask && !login && !ja3) {
    return { ok: false, reason: 'Must provide at least one of login, ip, netmask or ja3' };
  }
  if ((login?.length ?? 0) > LOGIN_CHARS_MAX || (ja3?.length ?? 0) > JA3_CHARS_MAX) {
    return { ok: false, reason: 'The login or ja3 is too long.' };
  }
  const network = ip ? parseClientAddress(ip) : netmask ? parseNetwork(netmask) : undefined;
  if ((ip ?? netmask) && network === undefined) {
    const field = ip ? 'ip' : 'netmask';
    const form = ip ? '192.0.2.7 or 2001:db8::7' : '192.0.2.0/24 or 2001:db8::/48';
    return { ok: false, reason: `The field ${field} is not readable. Write it as ${form}.` };
  }
  return {
    ok: true,
    value: {
      ...(network !== undefined && { network }),
      ...(login && { login: login.toLowerCase() }),
      ...(ja3 && { ja3 }),
    },
  };
}

/** Reads `expire_secs` and `reason`, both mandatory. */
export function parseTerms(
  body: JsonObject,
): Read<{ readonly expireSeconds: number; readonly reason: string }> {
  const expireSeconds = body['expire_secs'];
  const reason = body['reason'];
  if (expireSeconds === undefined) {
    return { ok: false, reason: 'Missing mandatory expire_secs field' };
  }
  if (
    typeof expireSeconds !== 'number' ||
    !Number.isInteger(expireSeconds) ||
    expireSeconds < 1 ||
    expireSeconds > EXPIRE_SECONDS_MAX
  ) {
    return {
      ok: false,
      reason: `The field expire_secs must be a whole number from 1 to ${EXPIRE_SECONDS_MAX}, without quotes.`,
    };
  }
  if (reason === undefined) return { ok: false, reason: 'Missing mandatory reason field' };
  if (typeof reason !== 'string' || reason.length > REASON_CHARS_MAX) {
    return {
      ok: false,
      reason: `The field reason must be a string of at most ${REASON_CHARS_MAX} characters.`,
    };
  }
  return { ok: true, value: { expireSeconds, reason } };
}

/** `4.4.4.4/32`, `ann@example.com`, `4.4.4.4:ann@example.com`. */
export function formatKey(key: ListKey): string {
  const network = key.network ?? '';
  const other = key.login ?? key.ja3;
  if (other !== undefined) return network === '' ? other : `${network}:${other}`;
  if (network.includes('/')) return network;
  return `${network}/${network.includes(':') ? 128 : 32}`;
}

export function formatEntry(entry: ListEntry): JsonObject {
  return {
    [listKind(entry.key)]: formatKey(entry.key),
    expiration: formatTime(entry.expiresAt),
    reason: entry.reason,
  };
}

/** `bl` and `wl` in names of commands, fields and events. */
export function shortName(list: ListName): 'bl' | 'wl' {
  return list === 'deny' ? 'bl' : 'wl';
}
