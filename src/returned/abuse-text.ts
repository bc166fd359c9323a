/**
 * Abuse reports in free text, by machines and people: which addresses, URLs and times they name, and
 * what about. Our own networks come first, for a report names its helpers too.
 */
import { topicOf } from './abuse-topics.ts';
import type { NamedAbuse } from './contract.ts';
import { MAX_REPORTS } from './limits.ts';
import { namedAddresses, type Located, type NamedAddress } from './named-addresses.ts';
import { namedUrls, type NamedUrl } from './named-urls.ts';
import { oneOf } from './one-of.ts';
import { createTimesOf } from './row-times.ts';

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
  const rows = rowsOf(topic.category, addresses, urls).slice(0, MAX_REPORTS);
  const timeOf = createTimesOf(whole, rows, abuse.sentMs);
  return rows.map(({ clientAddress, url, lines }) => {
    const at = timeOf(lines);
    return {
      ...topic,
      ...(clientAddress === undefined ? {} : { clientAddress }),
      ...(url === undefined ? {} : { url }),
      ...(at === undefined ? {} : { at }),
    };
  });
}

type Row = Located & Pick<NamedAbuse, 'clientAddress' | 'url'>;

function rowsOf(
  category: string,
  addresses: readonly NamedAddress[],
  urls: readonly NamedUrl[],
): readonly Row[] {
  const isAboutUrls = urls.length > 0 && ['content', 'copyright'].includes(category);
  const isOfAll = isAboutUrls || addresses.length === 0 || category === 'messaging';
  const sole = addresses.length === 1 ? addresses[0] : undefined;
  const byAddress = new Map<string, Row>();
  for (const { address, lines } of isAboutUrls && sole !== undefined ? [] : addresses) {
    byAddress.set(address, { clientAddress: address, lines });
  }
  const byUrl: Row[] = [];
  for (const { url, host, lines, before } of urls) {
    const itself = addresses.find(({ address }) => address === host);
    const isAccused = isOfAll || itself !== undefined || isAccusedBy(before, category);
    if (!isAccused) continue;
    // Spam says nothing of where its links lead.
    const beside = category === 'messaging' ? undefined : (besideOf(addresses, lines) ?? sole);
    const clientAddress = (itself ?? beside)?.address;
    const known = clientAddress === undefined ? undefined : byAddress.get(clientAddress);
    // The first URL of an address stands beside it.
    if (known !== undefined && known.url === undefined && clientAddress !== undefined) {
      byAddress.set(clientAddress, { ...known, url, lines: [...known.lines, ...lines] });
    } else {
      byUrl.push({ ...(clientAddress === undefined ? {} : { clientAddress }), url, lines });
    }
  }
  return [...byAddress.values(), ...byUrl];
}

/** The only address on the line of a URL. */
function besideOf(addresses: readonly NamedAddress[], [line]: readonly number[]) {
  if (line === undefined) return undefined;
  const named = addresses.filter(({ lines }) => lines.includes(line));
  return named.length === 1 ? named[0] : undefined;
}

/** What an attacker fetched is his; any other URL may be what he attacked, or a page to read on. */
const FETCHED = oneOf(String.raw`
  \b(?:payload|dropper|(?:web ?)?shell|script|binary|malware|c2|c&c
  |(?:down)?loaded|downloads|fetch(?:ed|es)|wget|curl)\b[^\n]{0,40}$`);
const NAMED = /\b(?:url|uri|link)s?\b[^\n]{0,20}$/i;

function isAccusedBy(before: string, category: string): boolean {
  return FETCHED.test(before) || (category === 'infrastructure' && NAMED.test(before));
}

/** `hxxp://`, `192[.]0[.]2[.]1`: written so that nobody clicks on them. */
export function refang(text: string): string {
  return text
    .replace(/\bh(?:xx|\*\*|tt)p(s?)(?:\[:\]|:)\/\//gi, 'http$1://')
    .replace(/\[\.\]|\(\.\)|\[dot\]|\(dot\)/gi, '.');
}
