/**
 * Abuse reports in free text, by machines and people: which addresses, URLs and times they name, and
 * what about. Our own networks come first, for a report names its helpers too.
 */
import { oneOf } from './one-of.ts';
import { getDomain } from 'tldts';
import { parseIpv4, parseIpv6 } from '../core/network-rule.ts';
import { UrlCollector } from '../message/urls.ts';
import type { NamedAbuse } from './contract.ts';
import { MAX_REPORTS } from './limits.ts';
import { findTime } from './times.ts';

/** What a report is about; the first that fits counts. Names are those of XARF 4. */
const TOPICS: readonly (readonly [category: string, type: string, words: RegExp])[] = [
  [
    'content',
    'phishing',
    /phish|credential harvest|fake (?:login|bank|page|site)|betrügerische seite/i,
  ],
  [
    'copyright',
    'copyright',
    /dmca|copyright|infring(?:ing|ement) (?:of|content|material)|urheberrecht|pirat/i,
  ],
  [
    'content',
    'brand_infringement',
    /trademark|brand (?:abuse|protection|infring)|counterfeit|markenrecht|impersonat|takedown/i,
  ],
  ['copyright', 'copyright', /infring(?:ing|ement)/i],
  [
    'content',
    'malware',
    oneOf(String.raw`
  malware|trojan|ransomware|malicious (?:file|payload|download)|virus (?:distribut|host)
  |schadsoftware`),
  ],
  ['connection', 'ddos', /d-?dos|denial[- ]of[- ]service|amplification|flood(?:ing)? attack/i],
  [
    'connection',
    'login_attack',
    oneOf(String.raw`
  brute[- ]?force|fail2ban|failed (?:login|password|auth|ssh)
  |login (?:attack|attempt|failed)|authentication fail
  |auth(?:entication)? (?:attack|attempt)|dictionary attack
  |ssh[- ]?(?:attack|scan|login)|sshd|password (?:guess|attack)|credential stuffing
  |invalid user|sasl login|wp-login|blocklist\.de|anmeldeversuch`),
  ],
  [
    'connection',
    'port_scan',
    /port[- ]?scan|portscan|scann(?:ing|ed) (?:our|my|ports|for)|probing/i,
  ],
  [
    'connection',
    'sql_injection',
    /sql[- ]injection|web (?:attack|exploit)|xss|exploit attempt|mod_?security|path traversal/i,
  ],
  [
    'infrastructure',
    'botnet',
    /botnet|\bc2\b|command[- ]and[- ]control|infected (?:host|machine|system)|sinkhole|zombie/i,
  ],
  ['infrastructure', 'compromised_server', /compromised|hacked|defaced|web ?shell|gehackt/i],
  [
    'reputation',
    'blocklist',
    /(?:listed|listing) (?:on|in|by)|blocklist(?:ed)?|blacklist(?:ed)?|dnsbl|\brbl\b/i,
  ],
  [
    'vulnerability',
    'open_service',
    oneOf(String.raw`
  open (?:resolver|relay|proxy|port|service)|vulnerab|exposed (?:service|port|database)
  |cve-\d{4}`),
  ],
  [
    'messaging',
    'spam',
    oneOf(String.raw`
  spam|unsolicited|\buce\b|\bube\b|junk mail|bulk mail|419|scam|unerwünschte|unverlangt
  |pourriel|correo no deseado|スパム|迷惑メール|спам`),
  ],
  [
    'connection',
    'login_attack',
    oneOf(String.raw`
  honeypot|honey ?net|\battack(?:s|ed|er|ing)?\b|intrusion|hack(?:ing)? attempt|bann?ed
  |angriff|attaque|ataque`),
  ],
];

const ABUSE =
  /\babuse\b|abus(?:e|ive)[- ]report|missbrauch|complain|beschwerde|incident|violation|malicious/i;

export function topicOf(
  text: string,
): { readonly category: string; readonly type?: string } | undefined {
  for (const [category, type, words] of TOPICS) if (words.test(text)) return { category, type };
  return ABUSE.test(text) ? { category: 'other' } : undefined;
}

export interface AbuseText {
  readonly subject: string;
  readonly text: string;
  /** Domain of who reports: its own links are not what is reported. */
  readonly reporterDomain: string;
  readonly isOwn: (address: string) => boolean;
  /** When it was written, for times without a year. */
  readonly sentMs?: number;
}

/** Rows by what the text names; empty when it names neither an address nor a URL. */
export function readAbuse(abuse: AbuseText): readonly NamedAbuse[] {
  const whole = refang(`${abuse.subject}\n${abuse.text}`);
  const named = topicOf(abuse.subject);
  const topic = named?.type === undefined ? (topicOf(whole) ?? named) : named;
  if (topic === undefined) return [];
  const addresses = namedAddresses(whole, abuse.isOwn);
  const urls = namedUrls(whole, abuse.reporterDomain);
  const anyTime = findTime(whole, abuse.sentMs);
  const withTime = (line: string) => {
    const at = findTime(line, abuse.sentMs) ?? anyTime;
    return at === undefined ? {} : { at };
  };
  const sole = addresses.length === 1 ? addresses[0] : undefined;
  const isAboutUrls = urls.length > 0 && ['content', 'copyright'].includes(topic.category);
  const byAddress =
    isAboutUrls && sole !== undefined
      ? []
      : addresses.map(({ address, line }) => ({
          ...topic,
          clientAddress: address,
          ...withTime(line),
        }));
  const ofUrls =
    isAboutUrls || addresses.length === 0 || topic.category === 'messaging' ? urls : [];
  const byUrl = ofUrls.map(({ url, line }) => ({
    ...topic,
    ...(isAboutUrls && sole !== undefined ? { clientAddress: sole.address } : {}),
    url,
    ...withTime(line),
  }));
  return [...byAddress, ...byUrl].slice(0, MAX_REPORTS);
}

/** `hxxp://`, `192[.]0[.]2[.]1`: written so that nobody clicks on them. */
export function refang(text: string): string {
  return text
    .replace(/\bh(?:xx|\*\*|tt)p(s?)(?:\[:\]|:)\/\//gi, 'http$1://')
    .replace(/\[\.\]|\(\.\)|\[dot\]|\(dot\)/gi, '.');
}

interface Located {
  readonly line: string;
}

/** Dotted quads and IPv6 in hexadecimal; what is part of a longer word or number is none. */
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/g;
const IPV6 = /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])/g;

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

export function namedAddresses(
  text: string,
  isOwn: (address: string) => boolean,
): readonly (Located & { readonly address: string })[] {
  const found = new Map<string, { line: string; rank: number; order: number }>();
  for (const line of text.split('\n', 5_000)) {
    const short = line.slice(0, 2_000);
    for (const pattern of [IPV4, IPV6]) {
      for (const match of short.matchAll(pattern)) {
        const [address] = match;
        if (found.size >= MAX_REPORTS * 2 || !isPublic(address)) continue;
        const before = short.slice(Math.max(0, match.index - 40), match.index);
        const rank = isOwn(address) ? 0 : rankOf(before);
        const known = found.get(address);
        if (known === undefined) found.set(address, { line: short, rank, order: found.size });
        else if (rank < known.rank) known.rank = rank;
      }
    }
  }
  const isAccusation = [...found.values()].some(({ rank }) => rank < SUFFERED);
  const kept = [...found].filter(([, { rank }]) => !isAccusation || rank < SUFFERED);
  const sorted = kept.sort(([, a], [, b]) => a.rank - b.rank || a.order - b.order);
  return sorted.map(([address, { line }]) => ({ address, line }));
}

const SUFFERED = 3;

function rankOf(before: string): number {
  if (SUFFERER.test(before)) return SUFFERED;
  return ACCUSED.test(before) ? 1 : 2;
}

function isPublic(address: string): boolean {
  if (address.includes(':')) {
    const words = parseIpv6(address);
    if (words === undefined || /^(?:::|::1|fe80:|f[cd][0-9a-f]{2}:)/i.test(address)) return false;
    // 12:30:45 is a time.
    return address.includes('::') || address.split(':').length === 8;
  }
  if (!(parseIpv4(address) > 0)) return false;
  return !/^(?:0|10|127|22[4-9]|2[3-5]\d)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^169\.254\./.test(
    address,
  );
}

function namedUrls(
  text: string,
  reporterDomain: string,
): readonly (Located & { readonly url: string })[] {
  const found: { line: string; url: string; isTheirs: boolean }[] = [];
  const theirs = getDomain(reporterDomain);
  const seen = new Set<string>();
  for (const line of text.split('\n', 5_000)) {
    const short = line.slice(0, 4_000);
    if (!/:\/\/|www\./i.test(short)) continue;
    const urls = new UrlCollector();
    urls.addFromText(short);
    for (const url of urls.urls) {
      if (seen.has(url) || found.length >= MAX_REPORTS) continue;
      seen.add(url);
      const host = URL.parse(url)?.hostname ?? '';
      const isTheirs = theirs !== null && getDomain(host) === theirs;
      found.push({ line: short, url, isTheirs });
    }
  }
  const others = found.filter(({ isTheirs }) => !isTheirs);
  return others.map(({ line, url }) => ({ line, url }));
}
