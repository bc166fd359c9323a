/** An SPF record as its terms (RFC 7208 section 4.6.1 and appendix A); nothing is looked up here. */

export type SpfQualifier = '+' | '-' | '~' | '?';

export interface SpfTerm {
  readonly qualifier: SpfQualifier;
  /** Lower case: `include`, `ip4`, `all` …, or the modifiers `redirect` and `exp`. */
  readonly name: string;
  /** Domain or network after `:` or `=`; empty where there is none. */
  readonly value: string;
  readonly isModifier: boolean;
  readonly text: string;
}

export type SpfRecord =
  | { readonly ok: true; readonly terms: readonly SpfTerm[] }
  | { readonly ok: false; readonly reason: string };

/** Terms of one record that are read. */
export const MAX_SPF_TERMS = 200;

/** RFC 7208 section 4.6.4: these cost one look-up each, and ten are allowed. */
export const SPF_LOOKUP_TERMS: ReadonlySet<string> = new Set([
  ...['include', 'a', 'mx', 'ptr', 'exists', 'redirect'],
]);

const MECHANISMS: ReadonlySet<string> = new Set([
  ...['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'],
]);
const NEEDS_VALUE: ReadonlySet<string> = new Set(['include', 'ip4', 'ip6', 'exists']);

/** RFC 7208 section 4.5: `v=spf1` alone or before a space. */
export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** It says that its domain sends no mail at all. */
export function sendsNothing(record: string): boolean {
  return /^v=spf1 +-all *$/i.test(record);
}

export function parseSpf(text: string): SpfRecord {
  if (!isSpf(text)) return { ok: false, reason: 'it does not begin with v=spf1' };
  const words = text
    .split(' ')
    .slice(1)
    .filter((word) => word !== '');
  if (words.length > MAX_SPF_TERMS)
    return { ok: false, reason: `it has more than ${MAX_SPF_TERMS} terms` };
  const terms: SpfTerm[] = [];
  for (const word of words) {
    const term = parseTerm(word);
    if (term === undefined)
      return { ok: false, reason: `"${word.slice(0, 80)}" is no term of SPF` };
    terms.push(term);
  }
  const once = ['redirect', 'exp'].find(
    (name) => terms.filter((term) => term.name === name).length > 1,
  );
  return once === undefined
    ? { ok: true, terms }
    : { ok: false, reason: `"${once}" is in it twice` };
}

/** RFC 7208 section 7.1: a macro in braces, or one of `%%`, `%_`, `%-`; nothing else begins with `%`. */
const MACRO = /%(?:\{[slodiphcrtv]\d{0,3}r?[.\-+,/_=]*\}|[%_-])/gi;

const hasWholeMacros = (value: string): boolean => !value.replaceAll(MACRO, '').includes('%');

/** RFC 7208 section 5.1: what stands after `all` is not read, and where it is there no redirect is. */
export function effectiveTerms(terms: readonly SpfTerm[]): readonly SpfTerm[] {
  const all = terms.findIndex(({ name }) => name === 'all');
  if (all < 0) return terms;
  return terms.slice(0, all + 1).filter(({ name }) => name !== 'redirect');
}

/** The term by which a record allows everybody, where one does before its end. */
export function worldTerm(terms: readonly SpfTerm[]): SpfTerm | undefined {
  return effectiveTerms(terms).find(
    (term) => !term.isModifier && term.qualifier === '+' && (term.name === 'all' || isWorld(term)),
  );
}

/** Round a host at any address these are more than anybody has (MOST_OF_SPACE). */
const LEAST_BITS = { v4: 4, v6: 12 } as const;

function isWorld({ name, text }: SpfTerm): boolean {
  const [, first, second] = /^[^/]*(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(text) ?? [];
  if (name === 'ip4' || name === 'ip6') return first !== undefined && Number(first) === 0;
  if (name !== 'a' && name !== 'mx') return false;
  return Number(first ?? 32) < LEAST_BITS.v4 || Number(second ?? 128) < LEAST_BITS.v6;
}

function parseTerm(word: string): SpfTerm | undefined {
  const modifier = /^([a-z][a-z0-9_.-]*)=(\S+)$/i.exec(word);
  if (modifier !== null) {
    const name = (modifier[1] ?? '').toLowerCase();
    if (!hasWholeMacros(modifier[2] ?? '')) return undefined;
    return { qualifier: '+', name, value: modifier[2] ?? '', isModifier: true, text: word };
  }
  const match =
    /^([-+~?]?)([a-z0-9]+)(?::([^/\s]\S*?))?((?:\/\d{1,3}){0,1}(?:\/\/\d{1,3})?)$/i.exec(word);
  const name = match?.[2]?.toLowerCase() ?? '';
  if (match === null || !MECHANISMS.has(name)) return undefined;
  const value = match[3] ?? '';
  if (NEEDS_VALUE.has(name) && value === '') return undefined;
  if (!hasWholeMacros(value)) return undefined;
  if (name === 'all' && (value !== '' || match[4] !== '')) return undefined;
  const isNetwork = name === 'ip4' || name === 'ip6';
  if (isNetwork && !isNetworkText(name, value + (match[4] ?? ''))) return undefined;
  const qualifier = (match[1] === '' ? '+' : match[1]) as SpfQualifier;
  return { qualifier, name, value, isModifier: false, text: word };
}

function isNetworkText(name: 'ip4' | 'ip6', text: string): boolean {
  const [address = '', bits] = text.split('/');
  const most = name === 'ip4' ? 32 : 128;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return false;
  if (name === 'ip6') return /^[0-9a-f:.]+$/i.test(address) && address.includes(':');
  const octets = address.split('.');
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && +octet <= 255);
}
