/** URLs of text and HTML: distinct, wrappers unwrapped by pattern, hosts told. Nothing is fetched. */
import { MAX_URL_CHARS, MAX_URL_HOSTS, MAX_URLS } from './limits.ts';
import { unwrapUrl } from './url-wrappers.ts';

const IN_TEXT = /(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"'`]+/gi;

export class UrlCollector {
  readonly #seen = new Set<string>();
  readonly #urls = new Set<string>();
  readonly #hosts = new Set<string>();

  /** URLs written out in a text. */
  addFromText(text: string): void {
    for (const match of text.matchAll(IN_TEXT)) {
      if (this.#isFull()) return;
      this.add(trimEnd(match[0]));
    }
  }

  /** One URL as a browser would take it from an attribute; other schemes are passed over. */
  add(text: string): void {
    if (this.#isFull()) return;
    const written = text.slice(0, MAX_URL_CHARS);
    if (this.#seen.has(written)) return;
    this.#seen.add(written);
    const url = parseLoose(written);
    if (url === null || url.hostname === '') return;
    const target = unwrapUrl(url);
    this.#urls.add(target.href);
    this.#hosts.add(target.hostname.replace(/\.$/, ''));
  }

  get urls(): readonly string[] {
    return [...this.#urls];
  }

  /** Lower case; sorted, so that equal sets are equal lists. */
  get hosts(): readonly string[] {
    return [...this.#hosts].slice(0, MAX_URL_HOSTS).sort();
  }

  #isFull(): boolean {
    return this.#urls.size >= MAX_URLS || this.#seen.size >= MAX_URLS * 2;
  }
}

function parseLoose(text: string): URL | null {
  // Browsers drop tabs and line breaks inside, and blanks around (WHATWG URL section 4.4).
  const clean = text.replace(/[\t\n\r]/g, '').trim();
  const absolute = clean.startsWith('//')
    ? `https:${clean}`
    : /^www\./i.test(clean)
      ? `http://${clean}`
      : clean;
  return /^(?:https?|ftp):/i.test(absolute) ? URL.parse(absolute) : null;
}

/** Punctuation of the sentence behind a URL is not part of it. */
function trimEnd(url: string): string {
  let end = url.length;
  const bracket = url.indexOf('(');
  while (end > 0 && '.,;:!?*_~|)]}'.includes(url.charAt(end - 1))) {
    const last = url.charAt(end - 1);
    if (last === ')' && bracket >= 0 && bracket < end) break;
    end -= 1;
  }
  return url.slice(0, end);
}
