/** Hosts written without a scheme: mail programs make links of `example.com/page`. */
import { parse } from 'tldts';

/** Longest name in DNS, as text (RFC 1035 section 2.3.4). */
const MAX_NAME_CHARS = 253;

/** Before a host these say that it is part of an address, of a URL or of a path. */
const INSIDE = new Set('/\\@=&?%#~_+$');

const DOTTED = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/i;
/** With letters of any script, as people write such names. */
const DOTTED_ANY = /^[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)*\.[\p{L}\p{M}]{2,}$/u;

/**
 * Where hosts that stand before a slash, or before a port and a slash, begin and end; whether their suffix
 * exists is not asked. Of `evíl.example` both it and `l.example`.
 */
export function* namesBeforeSlashes(text: string): Iterable<{ name: string; end: number }> {
  for (let slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
    const end = beforePort(text, slash);
    const plain = nameBefore(text, end, isNameChar, DOTTED);
    if (plain !== undefined) yield { name: plain, end };
    const isWider = end > 0 && !isAscii(text.charCodeAt(end - (plain?.length ?? 0) - 1));
    if (!isWider && plain !== undefined) continue;
    const wide = nameBefore(text, end, isWideNameChar, DOTTED_ANY);
    if (wide !== undefined && wide !== plain) yield { name: wide, end };
  }
}

/** Longest port, as text. */
const MAX_PORT_CHARS = 5;

function beforePort(text: string, slash: number): number {
  let at = slash;
  while (slash - at < MAX_PORT_CHARS && isDigit(text.charCodeAt(at - 1))) at -= 1;
  return at < slash && text.charAt(at - 1) === ':' ? at - 1 : slash;
}

function nameBefore(
  text: string,
  end: number,
  isOfName: (code: number) => boolean,
  form: RegExp,
): string | undefined {
  let start = end;
  while (start > 0 && end - start <= MAX_NAME_CHARS && isOfName(text.charCodeAt(start - 1))) {
    start -= 1;
  }
  if (end - start < 4 || end - start > MAX_NAME_CHARS) return undefined;
  if (start > 0 && INSIDE.has(text.charAt(start - 1))) return undefined;
  const name = text.slice(start, end);
  return form.test(name) ? name : undefined;
}

/** A domain somebody can have registered; `main.ts` is none, as there is no such suffix. */
export function hasKnownSuffix(name: string): boolean {
  const { isIcann, domain } = parse(name.toLowerCase(), {
    extractHostname: false,
    mixedInputs: false,
  });
  return isIcann === true && domain !== null;
}

const isAscii = (code: number): boolean => code < 0x80;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
/** From Thai on, words stand without blanks, and a name would begin in the sentence before it. */
const NO_BLANKS = 0x0e00;
const isWideNameChar = (code: number): boolean =>
  isNameChar(code) || (!isAscii(code) && code < NO_BLANKS);

function isNameChar(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(code) || code === 0x2e || code === 0x2d;
}
