/**
 * What is one matter to a person, however many findings it has: an address or domain and all the lists
 * it is on, a host or domain and what one check says of it. It is one incident and one alert.
 */
import type { Finding } from './contract.ts';

type Named = Pick<Finding, 'check' | 'practice' | 'target' | 'item'>;

const ON = ' on ';

/** Name of a thing of its own: an address or domain on one list. Neither has a space in it. */
export const itemName = (subject: string, list: string): string => `${subject}${ON}${list}`;

/** What is on the list, and the list. */
export function partsOfItem(item: string): { readonly subject: string; readonly list: string } {
  const at = item.indexOf(ON);
  return at < 0
    ? { subject: item, list: '' }
    : { subject: item.slice(0, at), list: item.slice(at + ON.length) };
}

/** Address, domain or host that the matter is about; one address of two hosts is one matter. */
export const subjectOf = ({ target, item }: Named): string =>
  item === undefined ? target : partsOfItem(item).subject;

/**
 * What each check looks at, as in "well again as to TLS": several checks stand behind one practice, and
 * others of them may still be wrong.
 */
const MATTERS: Readonly<Record<string, string>> = {
  listings: 'DNS lists',
  receivers: 'what receivers say',
  'reverse-dns': 'reverse names',
  relay: 'relaying',
  conformance: 'how it speaks SMTP',
  limits: 'sizes and limits',
  tls: 'TLS',
  smuggling: 'false ends of messages',
  versions: 'versions',
  'name-servers': 'its name servers',
  mx: 'MX',
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  'transport-security': 'MTA-STS and TLS-RPT',
  dane: 'DANE',
  ports: 'open ports',
  recipients: 'recipients',
  proof: 'letters that come back',
  'recipient-maps': 'unknown recipients',
  pages: 'the page',
};

/** @param check Its id; of one that is gone the id itself. */
export const matterOf = (check: string): string => MATTERS[check] ?? check;

/** Begins with what alerts of one check are grouped by (desk/alert-group.ts). */
export const causeOf = (finding: Named): string =>
  ['watch', finding.check, finding.practice, subjectOf(finding)].join(':');

/** Of all that cannot be seen of one practice. */
export const blindCauseOf = (practice: string): string => `watch:blind:${practice}`;
