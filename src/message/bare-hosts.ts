/** Hosts written without a scheme: mail programs make links of `example.com/page`. */
import { parse } from 'tldts';

/** Longest name in DNS, as text (RFC 1035 section 2.3.4). */
const MAX_NAME_CHARS = 253;

/** Before a host these say that it is part of an address, of a URL or of a path. */
const INSIDE = new Set('/\\@=&?%#~_+$');

const DOTTED = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/i;

/** Where hosts that stand before a slash begin and end; whether their suffix exists is not asked. */
export function* namesBeforeSlashes(text: string): Iterable<{ name: string; end: number }> {
  for (let slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
    let start = slash;
    while (start > 0 && slash - start <= MAX_NAME_CHARS && isNameChar(text.charCodeAt(start - 1))) {
      start -= 1;
    }
    if (slash - start < 4 || slash - start > MAX_NAME_CHARS) continue;
    if (start > 0 && INSIDE.has(text.charAt(start - 1))) continue;
    const name = text.slice(start, slash);
    if (DOTTED.test(name)) yield { name, end: slash };
  }
}

/** A domain somebody can have registered; `main.ts` is none, as there is no such suffix. */
export function hasKnownSuffix(name: string): boolean {
  const { isIcann, domain } = parse(name.toLowerCase(), {
    extractHostname: false,
    mixedInputs: false,
  });
  return isIcann === true && domain !== null;
}

function isNameChar(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2e ||
    code === 0x2d
  );
}
