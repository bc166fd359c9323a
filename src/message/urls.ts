/** URLs of text and HTML: distinct, wrappers unwrapped by pattern, hosts told. Nothing is fetched. */
import { hasKnownSuffix, namesBeforeSlashes } from './bare-hosts.ts';
import {
  MAX_HOSTS,
  MAX_URL_CHARS,
  MAX_URL_HOSTS,
  MAX_URLS,
  MAX_USER_NAME_CHARS,
  MAX_WRITTEN_URLS,
} from './limits.ts';
import type { Notes } from './notes.ts';
import { unwrapUrl } from './url-wrappers.ts';

/** With fewer slashes than two it is one only before what looks like a host. */
const IN_TEXT =
  /(?:https?:(?:[\\/]{2}|[\\/]?(?=[\w-]{1,63}\.[a-z0-9]))|ftp:[\\/]{2}|www\.)[^\s<>"'`]+/gi;
/** A share by its path, as mail programs of Windows make a link of it. */
const SHARE_IN_TEXT = /\\\\(?=[^\s<>"'`\\/]+\.[^\s<>"'`\\/]+\\)[^\s<>"'`]+/g;
/** By itself: as one more beginning of the other it makes the search eight times as slow. */
const RARE_IN_TEXT = /:(?<=(file|webcals?|search(?:-ms)?):)[^\s<>"'`]+/gi;
/** Of a share over WebDAV: the host goes on with `@SSL` and a port. */
const SHARE_PORT = /^(file:[\\/]{2,}[^\\/@]+)(?:@(?:ssl|\d{1,5})){1,2}(?=[\\/]|$)/i;

/** Behind a quote that ends a URL for some programs, and stands in the user name for others. */
const USER_NAME_END = /[\s<>\\/?#@]/g;
const HOST_AND_PATH = /[^\s<>"'`]*/y;

export class UrlCollector {
  readonly #seen = new Set<string>();
  readonly #urls = new Set<string>();
  readonly #hosts = new Set<string>();
  readonly #notes: Notes | undefined;

  /** @param notes hears where a bound was reached, so that a host may have been passed over. */
  constructor(notes?: Notes) {
    this.#notes = notes;
  }

  /** What a mail program makes a link of in a text: URLs, and `example.com/page`. */
  addFromText(text: string): void {
    this.addWritten(text);
    for (const { name, end } of namesBeforeSlashes(text)) {
      if (this.#isFull()) return;
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      if (hasKnownSuffix(name)) this.add(`http://${name}${trimEnd(runAt(text, end))}`);
    }
  }

  /** URLs written out with their scheme, or with `www.`. */
  addWritten(text: string): void {
    RARE_IN_TEXT.lastIndex = 0;
    for (let rare = RARE_IN_TEXT.exec(text); rare !== null; rare = RARE_IN_TEXT.exec(text)) {
      const [run, scheme = ''] = rare;
      // Windows opens a folder of a foreign server by it, as if it had been found on the own disk.
      if (/^s/i.test(scheme)) this.#addShares(decodeQuietly(run));
      else if (/^:[\\/]{2}/.test(run)) this.add(scheme + trimEnd(run));
    }
    this.#addShares(text);
    let nameEnd = -1;
    for (const match of text.matchAll(IN_TEXT)) {
      if (this.#isFull()) return;
      this.add(trimEnd(match[0]));
      const end = match.index + match[0].length;
      if (!isQuote(text.charCodeAt(end)) || /[^:\\/][\\/]/.test(match[0])) continue;
      // One search serves all URLs before the place it finds.
      if (nameEnd < end) nameEnd = indexFrom(text, USER_NAME_END, end);
      if (text.charAt(nameEnd) !== '@') continue;
      if (nameEnd - match.index > MAX_USER_NAME_CHARS) {
        this.#notes?.add('too-many-links');
        continue;
      }
      this.add(trimEnd(text.slice(match.index, nameEnd) + runAt(text, nameEnd)));
    }
  }

  #addShares(text: string): void {
    if (!text.includes('\\\\')) return;
    for (const [share] of text.matchAll(SHARE_IN_TEXT)) this.add(`file:${trimEnd(share)}`);
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

/** `file:` with a host is opened from there, and gives away who opens it. */
const SCHEMES = /^(?:https?|ftp|file):/i;
/** A calendar is fetched from there by HTTP. */
const CALENDAR = /^webcal(s?):/i;

function parseLoose(text: string): URL | null {
  // Browsers drop tabs and line breaks inside, and controls and blanks around (WHATWG URL section 4.4).
  const clean = trimControls(text.replace(/[\t\n\r]/g, ''));
  const absolute = /^[\\/]{2}/.test(clean)
    ? `https:${clean}`
    : /^www\./i.test(clean)
      ? `http://${clean}`
      : clean;
  if (SCHEMES.test(absolute)) {
    const isShare = absolute.includes('@') && /^file:/i.test(absolute);
    return URL.parse(isShare ? absolute.replace(SHARE_PORT, '$1') : absolute);
  }
  return CALENDAR.test(absolute) ? URL.parse(absolute.replace(CALENDAR, 'http$1:')) : null;
}

/** Percent-encoding undone where it is one. */
export function decodeQuietly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function trimControls(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 0x20) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to -= 1;
  return text.slice(from, to).trim();
}

/** `"`, `'` or a backtick. */
const isQuote = (code: number): boolean => code === 0x22 || code === 0x27 || code === 0x60;

/** Where the pattern is found next; the end of the text where it is not. */
function indexFrom(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** What stands there up to a blank or quote. */
function runAt(text: string, at: number): string {
  HOST_AND_PATH.lastIndex = at;
  return HOST_AND_PATH.exec(text)?.[0] ?? '';
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
