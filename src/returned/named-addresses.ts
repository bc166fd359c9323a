/** The addresses that an abuse report names, who is accused before who suffered. */
import { parseIpv4, parseIpv6 } from '../core/network-rule.ts';
import { parseAddress } from '../network/address.ts';
import { MAX_REPORTS } from './limits.ts';
import { oneOf } from './one-of.ts';

/** An address or a URL, and the numbers of the lines that name it. */
export interface Located {
  readonly lines: readonly number[];
}

export interface NamedAddress extends Located {
  /** Dotted quad or RFC 5952. */
  readonly address: string;
}

export const MAX_REPORT_LINES = 5_000;
const MAX_CHARS = 2_000;
/** Lines of one address that are looked at for its time. */
const MAX_LINES_EACH = 20;

/**
 * Dotted quads and IPv6 in hexadecimal; what is part of a longer word or number is none. A range of
 * two addresses names both, `1.2.3.4-5` is a version.
 */
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d|-(?!(?:\d{1,3}\.){3}\d)\w)/g;
const IPV6 = /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:]|\.\d)/g;

/** `version 1.2.3.4`, and programs that name themselves: `Chrome/120.0.0.0`. */
const VERSION = oneOf(String.raw`
  \b(?:version|vers?\.?|v|release|revision|rev\.?|firmware|build)[ :=]{0,3}$
  |(?:^|[\s("';,])(?!(?:ip|src|source|host|from|client|addr|address)\/)[a-z][\w-]{1,30}\/$`);

/** Words before the address that is complained about. */
const ACCUSED = oneOf(String.raw`
  (?:
  source|src|offend(?:er|ing)|attack(?:er|ing)|abus(?:er|ive)|from|host|client|rhost
  |ip(?:-?address| address|v4|v6)?|banned|address|server
  )\b[^\n]{0,20}$`);

/** Words before the address of who suffered it. */
const SUFFERER = oneOf(String.raw`
  (?:
  target|dest(?:ination)?|dst|victim|our (?:server|host|network|system)|attacked|ziel
  )\b[^\n]{0,20}$`);

const SUFFERED = 3;

interface Found {
  readonly lines: number[];
  readonly order: number;
  rank: number;
}

/** Own addresses first, then those that are accused; who suffered it only where nobody is. */
export function namedAddresses(
  text: string,
  isOwn: (address: string) => boolean,
): readonly NamedAddress[] {
  const found = new Map<string, Found>();
  for (const [number, line] of text.split('\n', MAX_REPORT_LINES).entries()) {
    const short = line.slice(0, MAX_CHARS);
    for (const { address, before } of addressesOf(short)) {
      const rank = isOwn(address) ? 0 : rankOf(before);
      const known = found.get(address);
      if (known !== undefined) {
        if (known.lines.length < MAX_LINES_EACH) known.lines.push(number);
        known.rank = Math.min(known.rank, rank);
      } else if (found.size < MAX_REPORTS * 2) {
        found.set(address, { lines: [number], rank, order: found.size });
      }
    }
  }
  const isAccusation = [...found.values()].some(({ rank }) => rank < SUFFERED);
  const kept = [...found].filter(([, { rank }]) => !isAccusation || rank < SUFFERED);
  const sorted = kept.sort(([, a], [, b]) => a.rank - b.rank || a.order - b.order);
  return sorted.map(([address, { lines }]) => ({ address, lines }));
}

/** Public addresses of one line, as they are written everywhere, and what stands before each. */
function* addressesOf(line: string) {
  for (const pattern of [IPV4, IPV6]) {
    for (const match of line.matchAll(pattern)) {
      const before = line.slice(Math.max(0, match.index - 40), match.index);
      if (!isPublic(match[0]) || VERSION.test(before)) continue;
      const address = parseAddress(match[0])?.text;
      if (address !== undefined) yield { address, before };
    }
  }
}

function rankOf(before: string): number {
  if (SUFFERER.test(before)) return SUFFERED;
  return ACCUSED.test(before) ? 1 : 2;
}

const PRIVATE_IPV4 =
  /^(?:0|10|127|22[4-9]|2[3-5]\d)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^169\.254\./;

function isPublic(address: string): boolean {
  if (!address.includes(':')) return parseIpv4(address) > 0 && !PRIVATE_IPV4.test(address);
  const words = parseIpv6(address);
  if (words === undefined) return false;
  // RFC 4291 section 2.4: unspecified, loopback, IPv4 in it; link-local, unique local, multicast.
  if (words[0] === 0 && words[1] === 0) return false;
  if (/^(?:fe[89ab][0-9a-f]:|f[cdf][0-9a-f]{2}:)/i.test(address)) return false;
  // 12:30:45 is a time.
  return address.includes('::') || address.split(':').length === 8;
}
