/** A word of Postfix's settings or tables, read as a domain that mail is taken for. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** RFC 1035 section 2.3.4, as text. */
const MAX_NAME = 253;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** No top-level domain is a number (RFC 3696 section 2). */
const NAME = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);
const LOCAL = /^localhost(?:\.|$)/;
const FOUR_NUMBERS = /^\d+(?:\.\d+){3}$/;
const NO_NAME = 'no name of letters, digits and hyphens';

export type DomainWord =
  | { readonly isDomain: true; readonly domain: string }
  /** Without a reason where it is this machine. */
  | { readonly isDomain: false; readonly why?: string };

export function readDomain(word: string): DomainWord {
  if (word.length > MAX_NAME + 1) return { isDomain: false, why: NO_NAME };
  const lower = word.toLowerCase().replace(/\.$/, '');
  // What is ASCII already would be read as a part of a web address: 1.2.3 as 1.2.0.3.
  const name = /^\p{ASCII}*$/u.test(lower) ? lower : domainToASCII(lower);
  if (name.length <= MAX_NAME && NAME.test(name) && !LOCAL.test(name))
    return { isDomain: true, domain: name };
  if (LOCAL.test(name)) return { isDomain: false };
  return { isDomain: false, why: whyNone(name) };
}

function whyNone(name: string): string {
  if (name.startsWith('!')) return 'begins with !';
  if (name.startsWith('[') || isIP(name) > 0 || FOUR_NUMBERS.test(name)) return 'an address';
  if (name.startsWith('.')) return 'all names below it';
  return /^[a-z0-9-]+$/.test(name) ? 'no dot in it' : NO_NAME;
}

/** The domains of a list, and what else stands in it, each once. */
export function readDomains(words: readonly string[]): {
  readonly domains: readonly string[];
  readonly others: readonly string[];
} {
  const domains = new Set<string>();
  const others = new Set<string>();
  for (const word of words) {
    const read = readDomain(word);
    if (read.isDomain) domains.add(read.domain);
    else if (read.why !== undefined) others.add(word.toLowerCase());
  }
  return { domains: [...domains], others: [...others] };
}
