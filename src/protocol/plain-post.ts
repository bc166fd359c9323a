/**
 * The one form of HTTP request that mail servers send all day: a POST that is whole in one piece,
 * with a length and nothing that changes how it is framed (RFC 9112). Whatever is not exactly that
 * is not judged here but left to a whole HTTP parser, so this one may be narrow and must be strict.
 */

export interface PlainPost {
  /** Path and query as they were sent. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  /** Where the body begins; it goes to the end of the piece. */
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

/** Longer heads are left to the whole parser, which has the bound and the words for it. */
export const PLAIN_HEAD_CHARS_MAX = 4_096;

const HOST = 1;
const LENGTH = 2;
const CONNECTION = 4;
const AUTHORIZATION = 8;
const API_KEY = 16;

/** Headers that are understood or change nothing, with a bit each: none may come twice. */
const HEADERS = new Map(
  [
    ['Host', HOST] as const,
    ['Content-Length', LENGTH] as const,
    ['Connection', CONNECTION] as const,
    ['Authorization', AUTHORIZATION] as const,
    ['X-API-Key', API_KEY] as const,
    ['User-Agent', 32] as const,
    ['Content-Type', 64] as const,
    ['Date', 128] as const,
    ['Accept', 256] as const,
    ['Accept-Encoding', 512] as const,
    ['Accept-Language', 1_024] as const,
  ].flatMap(([name, bit]) => [[name, bit] as const, [name.toLowerCase(), bit] as const]),
);

const BLANK = 0x20;
const START = 'POST /';
const VERSION = ' HTTP/1.1\r\n';

/**
 * Reads one piece of a connection, its bytes as latin1 characters. `undefined`: not a plain POST,
 * or not whole, or more than one.
 */
export function parsePlainPost(piece: string): PlainPost | undefined {
  if (!piece.startsWith(START)) return undefined;
  const targetEnd = endOfTarget(piece, START.length);
  if (!piece.startsWith(VERSION, targetEnd)) return undefined;
  let seen = 0;
  let bodyBytes = -1;
  let authorization: string | undefined;
  let apiKey: string | undefined;
  let at = targetEnd + VERSION.length;
  while (!piece.startsWith('\r\n', at)) {
    const colon = piece.indexOf(':', at);
    if (colon < 0 || colon > PLAIN_HEAD_CHARS_MAX) return undefined;
    const name = piece.slice(at, colon);
    const bit = HEADERS.get(name) ?? HEADERS.get(name.toLowerCase());
    if (bit === undefined || (seen & bit) !== 0) return undefined;
    seen |= bit;
    const end = endOfValue(piece, colon + 1);
    if (end > PLAIN_HEAD_CHARS_MAX || !piece.startsWith('\r\n', end)) return undefined;
    if (bit <= API_KEY) {
      const value = piece.slice(colon + 1, end).trim();
      if (bit === LENGTH) bodyBytes = parseLength(value);
      else if (bit === AUTHORIZATION) authorization = value;
      else if (bit === API_KEY) apiKey = value;
      else if (bit === CONNECTION && !isKeepAlive(value)) return undefined;
      else if (value === '') return undefined;
    }
    at = end + 2;
  }
  const bodyAt = at + 2;
  // RFC 9112 section 3.2: a request without Host is refused, in the whole parser's words.
  if ((seen & HOST) === 0 || piece.length - bodyAt !== bodyBytes) return undefined;
  const target = piece.slice(START.length - 1, targetEnd);
  return { target, authorization, apiKey, bodyAt, bodyBytes };
}

/** The first character that is not of a plain path and query: no `#`, no percent-encoding. */
function endOfTarget(piece: string, from: number): number {
  let at = from;
  for (; at < PLAIN_HEAD_CHARS_MAX; at += 1) {
    const code = piece.charCodeAt(at);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    // Digits and `-./`, then `=`, `?`, `&`, `_`.
    const isOther = (code >= 0x2d && code <= 0x39) || code === 0x3d || code === 0x3f;
    if (!isLetter && !isOther && code !== 0x26 && code !== 0x5f) break;
  }
  return at;
}

/** The first character that is not printable US-ASCII. */
function endOfValue(piece: string, from: number): number {
  let at = from;
  while (at < piece.length) {
    const code = piece.charCodeAt(at);
    if (code < BLANK || code > 0x7e) break;
    at += 1;
  }
  return at;
}

/** -1 for anything but a few digits. */
function parseLength(text: string): number {
  if (text.length === 0 || text.length > 7) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isKeepAlive(value: string): boolean {
  return value === 'Keep-Alive' || value.toLowerCase() === 'keep-alive';
}
