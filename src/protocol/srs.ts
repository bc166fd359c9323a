/**
 * Sender Rewriting Scheme (http://www.openspf.org/svn/project/specs/drafts/draft-mengwong-sender-rewrite-01.txt,
 * as libsrs2 and postsrsd do it): the envelope sender of forwarded mail, and the way back.
 *
 *   SRS0=HHHH=TT=host=user@ours        plain: hash, day, the original sender
 *   SRS1=HHHH=host==HHHH=TT=...@ours   the SRS0 address of another hop, which `host` decodes
 *
 * Ours with the forwarding account (FWD-1) keeps that grammar, so that other hops wrap it as SRS0:
 *
 *   SRS0=HHHHHHHH=TTAAAAAAAAAA=host=user@ours   SRS1=HHHHHHHHTTAAAAAAAAAA=host==...@ours
 *
 * with a longer hash and a tag of the account, all in letters that survive any case.
 */
import { formatDay, isFresh, parseDay } from './srs-day.ts';

/** RFC 5321 section 4.5.3.1.1. */
export const MAX_LOCAL_PART = 64;
/** RFC 5321 section 4.5.3.1.3 allows 256 with the angle brackets. */
export const MAX_ADDRESS = 254;
/** Hash characters that postsrsd writes, and the least it accepts. */
export const PLAIN_HASH = 4;
/** What SHA-1 gives in base 64, without its padding. */
const MAX_PLAIN_HASH = 27;
/** Forty bits: nobody guesses one before we notice. */
export const ACCOUNT_HASH = 8;
/** Fifty bits: among a million accounts two are equal once in two thousand platforms. */
export const ACCOUNT_TAG = 10;

/** One key ready for use. */
export interface SrsSigner {
  /** HMAC-SHA-1 in base 64, for plain addresses. */
  readonly plain: (text: string) => string;
  /** At least 40 bits in lower-case base 32; absent for a secret shared with postsrsd. */
  readonly strong?: (text: string) => string;
}

export interface SrsPlace {
  /** Domain of the addresses that are written, lower case. */
  readonly domain: string;
  /** Days since 1970. */
  readonly day: number;
}

export interface SrsAddress {
  readonly local: string;
  readonly domain: string;
}

/** Why an address stays as it is. */
export type LeftAlone = 'null-sender' | 'not-an-address' | 'ours' | 'too-long';

export type Rewritten =
  | { readonly ok: true; readonly value: string; readonly form: 'account' | 'plain' }
  | { readonly ok: false; readonly reason: LeftAlone };

export type NotDecoded = 'not-srs' | 'malformed' | 'forged' | 'expired';

export interface Decoded {
  /** Where a bounce goes on to: the sender, or the SRS0 address of the hop before us. */
  readonly sender: string;
  /** Tag of the forwarding account, where the address names one. */
  readonly tag?: string;
  /** With a tag: the keyed hash of the address, equal for one sender and day of one forward. */
  readonly stamp?: string;
}

export type Decoding =
  | { readonly ok: true; readonly value: Decoded }
  | { readonly ok: false; readonly reason: NotDecoded };

/** Splits a bare address. `undefined` for a quoted local part and anything that is no address. */
export function splitAddress(address: string): SrsAddress | undefined {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || domain === '' || address.length > 2 * MAX_ADDRESS) return undefined;
  // A quoted local part has no place behind the "=" of an SRS address; RFC 6531 allows UTF-8.
  return /^[^\s"(),:;<>@[\\\]\p{Cc}]+$/u.test(local) && /^[^\s"(),;<>@\\\p{Cc}=]+$/u.test(domain)
    ? { local, domain }
    : undefined;
}

/**
 * The address under which a forward leaves. With a tag it names the account if that fits, else it
 * is plain; what does not fit then either is left alone, for a cut address brings no bounce home.
 */
export function rewriteSender(
  sender: string,
  signer: SrsSigner,
  place: SrsPlace & { readonly tag?: string },
): Rewritten {
  if (sender === '' || sender === '<>' || sender === '""') return leave('null-sender');
  const address = splitAddress(sender);
  if (address === undefined) return leave('not-an-address');
  if (address.domain.toLowerCase() === place.domain) return leave('ours');
  const inner = wrapped(address);
  const day = formatDay(place.day);
  if (place.tag !== undefined && signer.strong !== undefined) {
    const stamp = `${day.toLowerCase()}${place.tag}`;
    const hash = accountHash(signer.strong, stamp, inner);
    const local = inner.isSrs
      ? `SRS1=${hash}${stamp}=${inner.host}=${inner.user}`
      : `SRS0=${hash}=${stamp}=${inner.host}=${inner.user}`;
    const value = fitting(local, place.domain);
    if (value !== undefined) return { ok: true, value, form: 'account' };
  }
  const { plain } = signer;
  const local = inner.isSrs
    ? `SRS1=${plainHash(plain, '', inner, PLAIN_HASH)}=${inner.host}=${inner.user}`
    : `SRS0=${plainHash(plain, day, inner, PLAIN_HASH)}=${day}=${inner.host}=${inner.user}`;
  const value = fitting(local, place.domain);
  return value === undefined ? leave('too-long') : { ok: true, value, form: 'plain' };
}

/** Reads an address that one of the keys made. The domain is the caller's to check. */
export function decodeRecipient(
  recipient: string,
  signers: readonly SrsSigner[],
  day: number,
): Decoding {
  const local = splitAddress(recipient)?.local;
  const fields = local === undefined ? undefined : fieldsOf(local);
  // Cut off right behind its beginning, or quoted: it was an SRS address once.
  if (fields === undefined)
    return refuse(/^SRS[01][=+-]/i.test(recipient) ? 'malformed' : 'not-srs');
  return fields.kind === 0
    ? decodeSrs0(fields.rest, signers, day)
    : decodeSrs1(fields.rest, signers, day);
}

/** The keyed hash of an address that names an account; whether it is true, `decodeRecipient` says. */
export function stampOf(address: string): string | undefined {
  const local = splitAddress(address)?.local ?? '';
  return ACCOUNT_FORM.exec(local)?.[1]?.toLowerCase();
}

const ACCOUNT_FORM = new RegExp(
  `^SRS[01][=+-]([0-9a-z]{${ACCOUNT_HASH}})=?[a-z2-7]{2}[0-9a-z]{${ACCOUNT_TAG}}=`,
  'iu',
);

/** What stands behind the hash: for an SRS address its own host and what follows `SRS0` in it. */
interface Inner {
  readonly isSrs: boolean;
  readonly host: string;
  readonly user: string;
}

function wrapped({ local, domain }: SrsAddress): Inner {
  const fields = fieldsOf(local);
  // `SRS0=x` becomes `=x`: the first separator may be another one and has to come back.
  if (fields?.kind === 0) return { isSrs: true, host: domain, user: local.slice(4) };
  const [, host = '', user = ''] = /^[^=]+=([^=]+)=([=+-].+)$/.exec(fields?.rest ?? '') ?? [];
  // Another hop's SRS1 is wrapped anew and keeps the first hop, so that addresses do not grow.
  if (fields?.kind === 1 && host !== '') return { isSrs: true, host, user };
  return { isSrs: false, host: domain, user: local };
}

function fieldsOf(local: string): { readonly kind: 0 | 1; readonly rest: string } | undefined {
  const match = /^SRS([01])[=+-](.+)$/iu.exec(local);
  if (match === null) return undefined;
  return { kind: match[1] === '0' ? 0 : 1, rest: match[2] ?? '' };
}

function fitting(local: string, domain: string): string | undefined {
  const isShort =
    Buffer.byteLength(local) <= MAX_LOCAL_PART &&
    Buffer.byteLength(local) + 1 + domain.length <= MAX_ADDRESS;
  return isShort ? `${local}@${domain}` : undefined;
}

function decodeSrs0(rest: string, signers: readonly SrsSigner[], day: number): Decoding {
  const [, hash = '', stamp = '', host = '', user = ''] =
    /^([^=]+)=([^=]+)=([^=]+)=(.+)$/.exec(rest) ?? [];
  const made = parseDay(stamp.slice(0, 2));
  if (user === '' || made === undefined) return refuse('malformed');
  const inner: Inner = { isSrs: false, host, user };
  const sender = `${user}@${host}`;
  if (stamp.length === 2) {
    if (!isPlain(signers, hash, stamp, inner)) return refuse('forged');
    return isFresh(made, day) ? { ok: true, value: { sender } } : refuse('expired');
  }
  const tag = stamp.slice(2).toLowerCase();
  if (tag.length !== ACCOUNT_TAG || hash.length !== ACCOUNT_HASH) return refuse('malformed');
  if (!isAccount(signers, hash, stamp, inner)) return refuse('forged');
  return isFresh(made, day)
    ? { ok: true, value: { sender, tag, stamp: hash.toLowerCase() } }
    : refuse('expired');
}

function decodeSrs1(rest: string, signers: readonly SrsSigner[], day: number): Decoding {
  const [, head = '', host = '', user = ''] = /^([^=]+)=([^=]+)=([=+-].+)$/.exec(rest) ?? [];
  if (user === '') return refuse('malformed');
  const inner: Inner = { isSrs: true, host, user };
  const sender = `SRS0${user}@${host}`;
  if (head.length !== ACCOUNT_HASH + 2 + ACCOUNT_TAG) {
    // It has no day of its own: the hop that made the SRS0 address inside checks its day.
    return isPlain(signers, head, '', inner)
      ? { ok: true, value: { sender } }
      : refuse(head.length < PLAIN_HASH ? 'malformed' : 'forged');
  }
  const stamp = head.slice(ACCOUNT_HASH);
  const made = parseDay(stamp.slice(0, 2));
  if (made === undefined || !isAccount(signers, head.slice(0, ACCOUNT_HASH), stamp, inner)) {
    return refuse('forged');
  }
  const tag = stamp.slice(2).toLowerCase();
  return isFresh(made, day)
    ? { ok: true, value: { sender, tag, stamp: head.slice(0, ACCOUNT_HASH).toLowerCase() } }
    : refuse('expired');
}

function isPlain(
  signers: readonly SrsSigner[],
  hash: string,
  stamp: string,
  inner: Inner,
): boolean {
  if (hash.length < PLAIN_HASH || hash.length > MAX_PLAIN_HASH) return false;
  // Postfix's smtpd asks in lower case, so the case of a hash proves nothing.
  return signers.some(({ plain }) => isEqual(hash, plainHash(plain, stamp, inner, hash.length)));
}

function isAccount(
  signers: readonly SrsSigner[],
  hash: string,
  stamp: string,
  inner: Inner,
): boolean {
  return signers.some(
    ({ strong }) => strong !== undefined && isEqual(hash, accountHash(strong, stamp, inner)),
  );
}

/** As libsrs2: the fields in lower case, nothing between them. */
function plainHash(
  hmac: SrsSigner['plain'],
  stamp: string,
  { host, user }: Inner,
  length: number,
): string {
  return hmac(`${stamp}${host}${user}`.toLowerCase()).slice(0, length);
}

function accountHash(
  hmac: NonNullable<SrsSigner['strong']>,
  stamp: string,
  { isSrs, host, user }: Inner,
): string {
  const text = [isSrs ? 'srs1' : 'srs0', stamp, host, user].join('\n').toLowerCase();
  return hmac(text).slice(0, ACCOUNT_HASH);
}

/** In any case, and in the same time for every difference. */
function isEqual(given: string, right: string): boolean {
  const [a, b] = [given.toLowerCase(), right.toLowerCase()];
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

function leave(reason: LeftAlone): Rewritten {
  return { ok: false, reason };
}

function refuse(reason: NotDecoded): Decoding {
  return { ok: false, reason };
}
