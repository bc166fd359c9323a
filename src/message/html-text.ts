/** The text and the links of an HTML part, as a reader would see them; nothing is rendered. */
import { Parser } from 'htmlparser2';
import { pageInUrl } from './data-url.ts';
import { HtmlLinks } from './html-links.ts';
import { MAX_COMMENT_DEPTH, MAX_HTML_DEPTH } from './limits.ts';
import type { Notes } from './notes.ts';
import type { UrlCollector } from './urls.ts';

export interface HtmlText {
  /** Without quotes and signature. */
  readonly own: string;
  readonly quoted: string;
  readonly all: string;
  readonly hasSignature: boolean;
}

const UNSEEN = new Set(['head', 'script', 'style', 'template', 'title']);
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'ul', 'ol', 'hr']);
const LINES = new Set(['br', 'div', 'tr', 'li', 'pre', 'center', 'section', 'article']);

/** How mail programs mark what they quote and what they append. */
const QUOTE_CLASS = /\b(?:gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|protonmail_quote)\b/;
const REST_IS_QUOTE_ID = /^(?:x_)*(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|reply-intro)$/;
const SIGNATURE = /(?:\b|_)(?:moz-signature|gmail_signature|AppleMailSignature|Signature)\b/;
const HIDDEN = /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])/i;

type Area = 'unseen' | 'quote' | 'signature';

class TextBuilder {
  own = '';
  quoted = '';
  all = '';
  hasSignature = false;
  isTooDeep = false;
  #depth = 0;
  #isRestQuote = false;
  /** Innermost last; the depth at which each area ends. */
  readonly #areas: { readonly kind: Area; readonly depth: number }[] = [];

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    if (this.#depth > MAX_HTML_DEPTH) this.isTooDeep = true;
    this.#space(name);
    const area = this.#areaOf(name, attributes);
    if (area !== undefined) this.#areas.push({ kind: area, depth: this.#depth });
    if (area === 'signature') this.hasSignature = true;
  }

  #areaOf(name: string, attributes: Readonly<Record<string, string>>): Area | undefined {
    if (UNSEEN.has(name)) return 'unseen';
    const { style, class: classes, id } = attributes;
    if (style !== undefined && HIDDEN.test(style)) return 'unseen';
    if (id !== undefined && REST_IS_QUOTE_ID.test(id)) this.#isRestQuote = true;
    if (name === 'blockquote') return 'quote';
    if (classes !== undefined && QUOTE_CLASS.test(classes)) return 'quote';
    const marks = `${classes ?? ''} ${id ?? ''}`;
    return marks.length > 1 && SIGNATURE.test(marks) ? 'signature' : undefined;
  }

  close(name: string): void {
    if (this.#areas.at(-1)?.depth === this.#depth) this.#areas.pop();
    this.#depth -= 1;
    if (name !== 'br' && name !== 'hr') this.#space(name);
  }

  text(text: string): void {
    let isOwn = !this.#isRestQuote;
    let isSignature = false;
    for (const { kind } of this.#areas) {
      if (kind === 'unseen') return;
      isSignature ||= kind === 'signature';
      isOwn = false;
    }
    const flat = text.replace(/[\r\n]+/g, ' ');
    this.all += flat;
    if (isOwn) this.own += flat;
    else if (!isSignature) this.quoted += flat;
  }

  #space(name: string): void {
    const space = PARAGRAPHS.has(name) ? '\n\n' : LINES.has(name) ? '\n' : name === 'td' ? ' ' : '';
    if (space === '') return;
    this.all += space;
    this.quoted += space;
    this.own += space;
  }
}

export function readHtml(html: string, urls: UrlCollector, notes: Notes): HtmlText {
  const builder = new TextBuilder();
  parseHtml(html, { builder, urls, notes, depth: 0 });
  const { own, quoted, all, hasSignature } = builder;
  if (!QUOTED_LINE.test(own)) return { own, quoted, all, hasSignature };
  return { ...withoutQuotedLines(own, quoted), all, hasSignature };
}

/** Programs that make HTML of a plain text keep its marks of quotes. */
const QUOTED_LINE = /^[^\S\n]*>/m;

function withoutQuotedLines(own: string, quoted: string): Pick<HtmlText, 'own' | 'quoted'> {
  const kept: string[] = [];
  const marked: string[] = [];
  for (const line of own.split('\n')) (QUOTED_LINE.test(line) ? marked : kept).push(line);
  return { own: kept.join('\n'), quoted: `${quoted}\n\n${marked.join('\n')}` };
}

interface Parsing {
  readonly builder: TextBuilder;
  readonly urls: UrlCollector;
  readonly notes: Notes;
  readonly depth: number;
}

function parseHtml(html: string, parsing: Parsing): void {
  const { builder, notes } = parsing;
  const links = new HtmlLinks(parsing.urls, (url) => readInside(pageInUrl(url), parsing));
  let code = '';
  const parser = new Parser({
    onopentagname(name) {
      code = CODE.has(name) ? name : '';
    },
    onopentag: (name, attributes) => builder.open(name, attributes),
    // Each of them: which of two of a name counts is anybody's guess.
    onattribute(name, value) {
      if (name === 'srcdoc') readInside(value, parsing);
      else links.attribute(name, value);
    },
    ontext(text) {
      builder.text(text);
      if (code === 'style') links.css(text);
      else if (code !== '') links.script(text);
    },
    onclosetag(name) {
      code = '';
      builder.close(name);
    },
    oncomment: (text) => readComment(text, parsing),
  });
  // In pieces, so that elements without end stop the parser before its stack is long.
  for (let at = 0; at < html.length && !builder.isTooDeep; at += PIECE_CHARS) {
    parser.write(html.slice(at, at + PIECE_CHARS));
  }
  if (builder.isTooDeep) notes.add('html-too-deep');
  else parser.end();
}

/** Outlook shows conditional comments; and what stands as CDATA is shown by all, for HTML has none. */
function readComment(text: string, parsing: Parsing): void {
  const isCdata = text.startsWith('[CDATA[');
  if (!isCdata && !(CONDITION.test(text) && MAYBE_LINK.test(text))) return;
  const inner = text.slice(text.indexOf('>') + 1);
  if (!isCdata) readInside(inner, parsing);
  else if (!isTooDeep(parsing)) parseHtml(inner, { ...parsing, depth: parsing.depth + 1 });
}

/**
 * A page in this one, for its links: a comment for one program, which says what the text for the others
 * says, or what a frame shows.
 */
function readInside(html: string, parsing: Parsing): void {
  if (isTooDeep(parsing)) return;
  const builder = new TextBuilder();
  parseHtml(html, { ...parsing, builder, depth: parsing.depth + 1 });
  parsing.urls.addFromText(builder.all);
}

function isTooDeep({ depth, notes }: Parsing): boolean {
  if (depth < MAX_COMMENT_DEPTH) return false;
  notes.add('html-too-deep');
  return true;
}

const CODE = new Set(['script', 'style']);
/** Most of these comments hold the ends of a table only. */
const MAYBE_LINK = /[\\/]\s*[\\/]|&|tps?\s*:|www\.|\.[a-z]{2,}\//i;
const CONDITION = /^\s*\[if\s/i;
const PIECE_CHARS = 4096;
