/** URLs of text and HTML: distinct, wrappers unwrapped by pattern, hosts told. Nothing is fetched. */
import { MAX_HOSTS, MAX_URL_CHARS, MAX_URL_HOSTS, MAX_URLS, MAX_WRITTEN_URLS } from './limits.ts';
import type { Notes } from './notes.ts';
import { unwrapUrl } from './url-wrappers.ts';

const WEB_NAME = /www\./gi;
const IN_TEXT = /(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"'`]+/gi;

export class UrlCollector {
  readonly #seen = new Set<string>();
  readonly #urls = new Set<string>();
  readonly #hosts = new Set<string>();
  readonly #notes: Notes | undefined;

  /** @param notes hears where a bound was reached, so that a host may have been passed over. */
  constructor(notes?: Notes) {
    this.#notes = notes;
  }

  /** URLs written out in a text. */
  addFromText(text: string): void {
    for (let at = nextUrl(text, 0); at >= 0; at = nextUrl(text, IN_TEXT.lastIndex)) {
      IN_TEXT.lastIndex = at;
      const match = IN_TEXT.exec(text);
      if (match === null || this.#isFull()) break;
      this.add(trimEnd(match[0]));
    }
    IN_TEXT.lastIndex = 0;
  }

  /** One URL as a browser would take it from an attribute; other schemes are passed over. */
  add(text: string): void {
    if (this.#isFull()) return;
    // Whole, whatever its length: the host may stand behind a long user name, or in a wrapper.
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    const url = parseLoose(text);
    if (url === null || url.hostname === '') return;
    const { target, isWhole } = unwrapUrl(url);
    if (!isWhole) this.#notes?.add('wrapped-too-often');
    if (this.#urls.size < MAX_URLS) this.#urls.add(target.href.slice(0, MAX_URL_CHARS));
    this.#hosts.add(target.hostname.replace(/\.$/, ''));
  }

  get urls(): readonly string[] {
    return [...this.#urls];
  }

  get urlCount(): number {
    return this.#urls.size;
  }

  /** Lower case; sorted, so that equal sets are equal lists. */
  get hosts(): readonly string[] {
    return [...this.#hosts].slice(0, MAX_URL_HOSTS).sort();
  }

  /** All of them, to be looked up; those named by `hosts` and the others. */
  get allHosts(): readonly string[] {
    return [...this.#hosts].sort();
  }

  #isFull(): boolean {
    const isFull = this.#hosts.size >= MAX_HOSTS || this.#seen.size >= MAX_WRITTEN_URLS;
    if (isFull) this.#notes?.add('too-many-links');
    return isFull;
  }
}

/** Letters before `://`. */
const LONGEST_SCHEME = 5;

/** Where the next one may begin at the earliest; -1 when there is none. Most of a text has none. */
function nextUrl(text: string, from: number): number {
  WEB_NAME.lastIndex = from;
  const name = WEB_NAME.test(text) ? WEB_NAME.lastIndex - 'www.'.length : -1;
  const colon = text.indexOf('://', from);
  if (colon < 0) return name;
  const scheme = Math.max(from, colon - LONGEST_SCHEME);
  return name < 0 ? scheme : Math.min(name, scheme);
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
