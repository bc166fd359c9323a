/** Reply texts made comparable, and phrases looked for in them, in time linear in the text. */

/** A reply line has at most 512 bytes (RFC 5321 section 4.5.3.1.5), but may have many lines. */
export const MAX_REPLY_CHARS = 2_000;

/** What `*` in a phrase may stand for. */
const MAX_GAP = 60;

/** Lower case, one space for any white space, addresses as `@`, a space at both ends. */
export function comparable(text: string): string {
  const flat = text
    .slice(0, MAX_REPLY_CHARS)
    .toLowerCase()
    .replace(/[\u2018\u2019\u00b4`]/g, "'")
    .replace(/[\s\u00a0]+/g, ' ');
  return ` ${maskAddresses(flat).trim()} `;
}

const ENDS_ADDRESS = /[\s<>()[\]"',;:]/;

/** An address says nothing of the reason, but may hold words that do (`spam@`, `no-such-user@`). */
function maskAddresses(text: string): string {
  let out = '';
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', from)) {
    let start = at;
    while (start > from && !ENDS_ADDRESS.test(text.charAt(start - 1))) start -= 1;
    let end = at + 1;
    while (end < text.length && !ENDS_ADDRESS.test(text.charAt(end))) end += 1;
    out += `${text.slice(from, start)}@`;
    from = end;
  }
  return out + text.slice(from);
}

export type PhraseTest = (text: string) => boolean;

/** Whether one of the phrases is in a text that `comparable` made. */
export function createPhraseTest(phrases: readonly string[]): PhraseTest {
  const pieces = phrases.map((phrase) => phrase.toLowerCase().split('*'));
  return (text) => pieces.some((parts) => containsInOrder(text, parts));
}

/** Gaps are short; the first piece is tried at a few places, so that the cost has a bound. */
function containsInOrder(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  let at = text.indexOf(first);
  for (let tries = 0; at >= 0 && tries < 8; tries += 1) {
    let end = at + first.length;
    const fits = rest.every((part) => {
      const next = text.indexOf(part, end);
      if (next < 0 || next - end > MAX_GAP) return false;
      end = next + part.length;
      return true;
    });
    if (fits) return true;
    at = text.indexOf(first, at + 1);
  }
  return false;
}
