/**
 * Completes addresses without a domain in a header of addresses (RFC 5322 section 3.4). Nothing else
 * in the value changes, and what is not understood is left as it is.
 */

/** RFC 5322 section 3.2.3, and the dot between atoms. */
const ATOM = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]/;

/** One mailbox as far as it was read. */
interface Segment {
  /** End of the last word. */
  end: number;
  words: number;
  hasAt: boolean;
  /** It was an angle address, or holds what is not understood. */
  isDone: boolean;
}

const fresh = (): Segment => ({ end: -1, words: 0, hasAt: false, isDone: false });

/** The value with `@domain` behind each lone local part; `undefined` when there is none. */
export function qualifyAddresses(value: string, domain: string): string | undefined {
  const places = findLocalParts(value);
  if (places === undefined || places.length === 0) return undefined;
  let text = '';
  let from = 0;
  for (const place of places) {
    text += `${value.slice(from, place)}@${domain}`;
    from = place;
  }
  return text + value.slice(from);
}

/** Where local parts without a domain end; `undefined` when the value is not well formed. */
function findLocalParts(value: string): readonly number[] | undefined {
  const places: number[] = [];
  let segment = fresh();
  let angle: Segment | undefined;
  const end = (part: Segment): void => {
    if (part.words === 1 && !part.hasAt && !part.isDone) places.push(part.end);
  };
  for (let at = 0; at < value.length;) {
    const char = value.charAt(at);
    const part = angle ?? segment;
    if (char === '"' || char === '(') {
      const after = char === '"' ? afterQuotes(value, at) : afterComment(value, at);
      if (after === undefined) return undefined;
      if (char === '"') noteWord(part, after);
      at = after;
      continue;
    }
    if (ATOM.test(char)) {
      let after = at + 1;
      while (after < value.length && ATOM.test(value.charAt(after))) after++;
      noteWord(part, after);
      // RFC 2047: an encoded word is never part of an address.
      if (value.startsWith('=?', at)) part.isDone = true;
      at = after;
      continue;
    }
    if (char === '@') part.hasAt = true;
    else if (char === '<' && !angle) angle = fresh();
    else if (char === '>' && angle) {
      end(angle);
      angle = undefined;
      segment.isDone = true;
    } else if (!angle && (char === ',' || char === ';' || char === ':')) {
      // The words before a colon are the name of a group.
      if (char !== ':') end(segment);
      segment = fresh();
    } else if (!/[ \t\r\n]/.test(char)) part.isDone = true;
    at++;
  }
  if (angle) return undefined;
  end(segment);
  return places;
}

function noteWord(part: Segment, end: number): void {
  part.words++;
  part.end = end;
}

/** The place behind the closing quote. */
function afterQuotes(value: string, start: number): number | undefined {
  for (let at = start + 1; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '\\') at++;
    else if (char === '"') return at + 1;
  }
  return undefined;
}

/** The place behind the closing parenthesis; comments nest. */
function afterComment(value: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '\\') at++;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at + 1;
  }
  return undefined;
}
