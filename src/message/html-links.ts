/** What HTML links to, fetches or sends to, by attribute: any element may have any of them. */
import { isPageInUrl } from './data-url.ts';
import { decodeQuietly, type UrlCollector } from './urls.ts';

type Kind = 'content' | 'list' | 'style' | 'url';

/** HTML, SVG (`xlink:href`, the values of an animated `href`) and VML, without their prefix. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...['action', 'background', 'cite', 'codebase', 'data', 'dynsrc', 'formaction', 'from'].map(
    (name) => [name, 'url'] as const,
  ),
  ...['href', 'longdesc', 'lowsrc', 'manifest', 'poster', 'src', 'to'].map(
    (name) => [name, 'url'] as const,
  ),
  ...['archive', 'imagesrcset', 'ping', 'srcset', 'values'].map((name) => [name, 'list'] as const),
  ['style', 'style'],
  ['content', 'content'],
]);

/** Most links; and what leads to no host. */
const PLAIN = /^[\0-\x20]*(?:https?:|ftp:|mailto:|cid:|mid:|tel:|sms:|data:image|#|\/|\\)/i;
const SCHEME = /^[\0-\x20]*[a-z][a-z0-9+.\t\n\r-]{1,40}:/i;

/** `5; url=…` (HTML section "shared declarative refresh steps"); blanks are single ones here. */
const REFRESH = /^ ?[\d.]+(?: ?[;,] ?| )(?:url ?= ?)?["']?(.+)/i;

const CSS_LINK = /url|-set\s*\(|@import|\\/i;
const CSS_TARGET = /^(?:https?:|ftp:|[\\/]{2}.)/i;
const CSS_ESCAPE = /\\(?:([0-9a-f]{1,6})\s?|\r?\n|([^]))/gi;

export class HtmlLinks {
  readonly #urls: UrlCollector;
  readonly #onPage: (url: string) => void;

  /** @param onPage hears of URLs that hold a page themselves. */
  constructor(urls: UrlCollector, onPage: (url: string) => void) {
    this.#urls = urls;
    this.#onPage = onPage;
  }

  /** @param name lower case. @param value entities decoded. */
  attribute(name: string, value: string): void {
    const kind = KINDS.get(name) ?? kindOfPrefixed(name);
    if (kind === undefined) return;
    if (kind === 'style') this.css(value);
    else if (kind === 'url') this.#url(value);
    else if (kind === 'list') {
      for (const one of value.split(/[\s;]+|,(?=\s*(?:[a-z]+:|[\\/]{2}))/i)) this.#urls.add(one);
    } else {
      const target = REFRESH.exec(value.replace(/\s+/g, ' '))?.[1];
      if (target !== undefined) this.#url(target);
    }
  }

  css(text: string): void {
    // Nearly all styles have none, and are told by three quick looks.
    if (!text.includes('(') && !text.includes('@') && !text.includes('\\')) return;
    if (!CSS_LINK.test(text)) return;
    // Quotes are not paired: one in a comment would turn the inside of all others out.
    for (const word of unescapeCss(text).split(/["'()\s]+/)) {
      if (CSS_TARGET.test(word)) this.#urls.add(word);
    }
  }

  /** Of a script: what it may open is written in it somewhere, or cannot be known. */
  script(text: string): void {
    this.#urls.addWritten(text.replaceAll('\\/', '/'));
  }

  #url(value: string): void {
    if (isPageInUrl(value)) {
      this.#onPage(value);
      return;
    }
    this.#urls.add(value);
    if (PLAIN.test(value) || !SCHEME.test(value)) return;
    // `javascript:` and the schemes of programs carry the URL that is opened.
    this.#urls.addWritten(decodeQuietly(value));
  }
}

function kindOfPrefixed(name: string): Kind | undefined {
  const colon = name.lastIndexOf(':');
  return colon < 0 || name.startsWith('xmlns') ? undefined : KINDS.get(name.slice(colon + 1));
}

function unescapeCss(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(CSS_ESCAPE, (_, hex: string | undefined, char: string | undefined) => {
    if (hex === undefined) return char ?? '';
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff ? '' : String.fromCodePoint(code);
  });
}
