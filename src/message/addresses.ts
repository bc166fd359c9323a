/** Bare addresses of header fields (RFC 5322 section 3.4), as people and programs write them. */
import { addressParser, type Address } from 'postal-mime';
import { unfold } from './header-fields.ts';
import { MAX_ADDRESSES } from './limits.ts';
import { readableText } from './parameters.ts';

/** Longer fields go to the full parser: the pattern of the common form looks back at each step. */
const MAX_SIMPLE_CHARS = 320;

/** All addresses of the field; groups opened. One may lack its domain: a word alone is such. */
export function parseAddresses(value: string): readonly string[] {
  if (hasManyGroups(value)) return addressesAmongWords(value);
  const named = hasOpenQuote(value) ? addressesAmongWords(value) : [];
  return named.length > 0 ? named : parsed(value);
}

function parsed(value: string): readonly string[] {
  const found: string[] = [];
  // Encoded words may stand in names only, so what is not needed is not decoded.
  const collect = (list: readonly Address[]): void => {
    for (const one of list) {
      if (found.length >= MAX_ADDRESSES) return;
      if (one.group !== undefined) collect(one.group);
      else if (one.address !== '') found.push(one.address.trim());
      else if (/^\S+$/.test(one.name)) found.push(one.name);
    }
  };
  collect(addressParser(readable(unfold(value))));
  return found;
}

/** The at signs of East Asian keyboards are shown, and by IDNA taken, as the one of ASCII. */
function readable(value: string): string {
  return readableText(value).replace(/[\uff20\ufe6b]/g, '@');
}

/**
 * A quote that never ends: where the name ends then, and so which address is meant, is anybody's guess.
 */
export function hasOpenQuote(value: string): boolean {
  let isOpen = false;
  for (let at = value.indexOf('"'); at >= 0; at = value.indexOf('"', at + 1)) {
    let slashes = 0;
    while (isOpen && value.charAt(at - 1 - slashes) === '\\') slashes += 1;
    if (slashes % 2 === 0) isOpen = !isOpen;
  }
  return isOpen;
}

/**
 * Each colon may begin a group inside a group, which the parser reads again from there. Nobody writes so
 * many; where somebody does, all that looks like an address is one.
 */
const MAX_COLONS = 64;

function hasManyGroups(value: string): boolean {
  let at = -1;
  for (let count = 0; count <= MAX_COLONS; count += 1) {
    at = value.indexOf(':', at + 1);
    if (at < 0) return false;
  }
  return true;
}

function addressesAmongWords(value: string): readonly string[] {
  const words = readable(unfold(value)).split(/[\s<>"(),:;]+/);
  return words.filter((word) => word.includes('@')).slice(0, MAX_ADDRESSES);
}

/** The first address with a domain, `undefined` when there is none; the common form is quick. */
export function firstAddress(value: string): string | undefined {
  const simple =
    value.length > MAX_SIMPLE_CHARS
      ? null
      : /^\s*(?:"[^"\\<>,;:]*"|[^"<>,;:()\\@]*)\s*<\s*([^\s<>"(),:;]+)\s*>\s*$/.exec(value);
  if (simple?.[1] !== undefined && !simple[1].includes('=?')) return readable(simple[1]);
  return parseAddresses(value).find((address) => address.includes('@'));
}

/** Whether mail systems elsewhere could answer it: a local part and a domain with a dot. */
export function isQualified(address: string): boolean {
  const at = address.lastIndexOf('@');
  if (at < 1) return false;
  const domain = address.slice(at + 1);
  return /^\[.*\]$/.test(domain) || /^[^.\s]+(?:\.[^.\s]+)+\.?$/.test(domain);
}
