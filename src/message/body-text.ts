/** From text parts to what the author wrote, and to the URLs of everything. */
import { charsetLabel, decodeText, type DecodedText } from './charset.ts';
import { readHtml } from './html-text.ts';
import { MAX_SHORT_WORDS, MAX_WORDED_CHARS } from './limits.ts';
import type { Notes } from './notes.ts';
import { readOwnText } from './own-text.ts';
import type { TextPart } from './part-tree.ts';
import type { UrlCollector } from './urls.ts';
import { WordSet } from './word-set.ts';
import { readWords, type WordStream } from './words.ts';

/** Fewer own words than this do not stand for the message when there is more in quotes. */
const MIN_OWN_WORDS = 8;

/** HTML with this many times the words of the plain part is what people read. */
const HTML_LEAD = 2;

/** So is HTML of which less than this share stands in the plain part: that is another text. */
const SAME_TEXT = 0.5;

/** Words of filled-in forms, quoted ones too, that are looked at for a password (CON-8). */
const MAX_FORM_WORDS = 40;
const MAX_FORM_LINES = 1_000;

export interface BodyText {
  /** Own words for counting. */
  readonly words: number;
  /** What is compared between messages: own words, or all of them where hardly any are own. */
  readonly stream: WordStream;
  /** What it quotes or passes on, where it does: that may be a spammer's own. */
  readonly quoted: WordStream | undefined;
  readonly hasHtml: boolean;
  readonly hasSignature: boolean;
  /** Another message is passed on or answered below the text. */
  readonly hasMessage: boolean;
  readonly charset: string | undefined;
  /** The readable text, for whoever may keep it. */
  readonly text: string;
  /** Own words as written, of short texts only and where they are asked for (CON-8). */
  readonly shortWords: readonly string[];
}

interface Reading {
  own: string;
  quoted: string;
  all: string;
  hasSignature: boolean;
}

export function readBodyText(
  parts: readonly TextPart[],
  urls: UrlCollector,
  notes: Notes,
  hasShortWords: boolean,
): BodyText {
  const plain: Reading = { own: '', quoted: '', all: '', hasSignature: false };
  const html: Reading = { own: '', quoted: '', all: '', hasSignature: false };
  let hasMessage = false;
  for (const part of parts) {
    const decoded = decodeText(part.bytes, part.charset);
    const { text } = decoded;
    if (decoded.isUnknown) notes.add('unknown-charset');
    if (decoded.isUnread === true) notes.add('charset-not-read');
    for (const other of otherTexts(decoded, part)) addLinks(other, part, urls, notes);
    if (part.kind === 'html') {
      const read = readHtml(text, urls, notes);
      urls.addFromText(read.all);
      if (part.isBody) join(html, read);
    } else {
      urls.addFromText(text);
      const read = readOwnText(text.slice(0, MAX_WORDED_CHARS));
      if (part.isBody) join(plain, { ...read, all: text });
      hasMessage ||= part.isBody && read.hasMessage;
    }
  }
  const { chosen, own, ...body } = choose(plain, html, parts);
  const isShort = hasShortWords && own.words.length <= MAX_SHORT_WORDS;
  return { ...body, hasMessage, shortWords: isShort ? wordsAsTyped(chosen) : [] };
}

/** What other programs may take the part for: read for its links only. */
function otherTexts(decoded: DecodedText, part: TextPart): readonly string[] {
  const others = decoded.others ?? [];
  if (part.kind === 'html') {
    // The one charset that HTML may name in which US-ASCII is other text.
    const isUtf7 = /charset[^>]{0,20}utf-?7/i.test(decoded.text.slice(0, MAX_META_CHARS));
    return isUtf7 ? [...others, decodeText(part.bytes, 'utf-7').text] : others;
  }
  const isFolded = FOLDED.test(decoded.text.slice(0, 100));
  if (isFolded) return [...others, decoded.text.replace(/\r?\n[ \t]/g, '')];
  return part.isJoined ? [...others, decoded.text.replace(/ \r?\n/g, '')] : others;
}

/** Calendars and address cards, whatever their type says (RFC 5545 section 3.1, RFC 6350 section 3.2). */
const FOLDED = /^\s*BEGIN:V/i;

/** A browser looks no further for the charset of a page (HTML section 13.2.3.2). */
const MAX_META_CHARS = 1024;

function addLinks(text: string, { kind }: TextPart, urls: UrlCollector, notes: Notes): void {
  urls.addFromText(kind === 'html' ? readHtml(text, urls, notes).all : text);
}

/** Links were read from all of it; words are read up to a bound. */
function join(to: Reading, read: Readonly<Reading>): void {
  const gap = to.all === '' ? '' : '\n\n';
  to.own = (to.own + gap + read.own).slice(0, MAX_WORDED_CHARS);
  to.quoted = (to.quoted + gap + read.quoted).slice(0, MAX_WORDED_CHARS);
  to.all = (to.all + gap + read.all).slice(0, MAX_WORDED_CHARS);
  to.hasSignature ||= read.hasSignature;
}

function choose(
  plain: Reading,
  html: Reading,
  parts: readonly TextPart[],
): Omit<BodyText, 'hasMessage' | 'shortWords'> & {
  readonly chosen: Reading;
  readonly own: WordStream;
} {
  let chosen = plain;
  let own = readWords(plain.own);
  if (html.all !== '') {
    const htmlOwn = readWords(html.own);
    const isLonger = htmlOwn.words.length > own.words.length * HTML_LEAD;
    if (isLonger || isOther(htmlOwn, plain.own === plain.all ? own : readWords(plain.all))) {
      chosen = html;
      own = htmlOwn;
    }
  }
  const isOwnEnough = own.words.length >= MIN_OWN_WORDS || chosen.own === chosen.all;
  const all = isOwnEnough ? own : readWords(chosen.all);
  const stream = all.words.length > own.words.length ? all : own;
  const quoted = chosen.quoted === '' ? undefined : readWords(chosen.quoted);
  const body = parts.find((part) => part.isBody);
  const charset = charsetLabel(body?.charset ?? '');
  return {
    chosen,
    own,
    words: own.words.length,
    stream,
    quoted: quoted !== undefined && quoted.words.length > 0 ? quoted : undefined,
    hasHtml: parts.some((part) => part.isBody && part.kind === 'html'),
    hasSignature: plain.hasSignature || html.hasSignature,
    charset: charset === '' ? undefined : charset,
    text: chosen.all,
  };
}

function wordsAsTyped({ all, own }: Reading): readonly string[] {
  return [...new Set([...formWords(all), ...shortWords(own)])];
}

/** Random words in the plain part must not hide what the HTML says to everybody (CON-3). */
function isOther(html: WordStream, plain: WordStream): boolean {
  if (html.words.length < MIN_OWN_WORDS) return false;
  const inPlain = new WordSet(plain.words);
  let shared = 0;
  for (let i = 0; i < html.words.length; i += 1) if (inPlain.has(html.words[i] as number)) shared++;
  return shared < html.words.length * SAME_TEXT;
}

/** What stands behind the colon of `Password: …`, where a phish is answered inside its quote. */
function formWords(text: string): readonly string[] {
  const found: string[] = [];
  for (const line of text.split(/\r?\n/, MAX_FORM_LINES)) {
    const value = line.length > 300 ? undefined : /^[^:=]{1,60}[:=]\s*(\S.*)$/.exec(line)?.[1];
    if (value !== undefined) found.push(...shortWords(value));
    if (found.length >= MAX_FORM_WORDS) break;
  }
  return found.slice(0, MAX_FORM_WORDS);
}

/** Words as typed, and without the punctuation of a sentence around them; each once. */
export function shortWords(text: string): readonly string[] {
  const found = new Set<string>();
  for (const word of text.split(/\s+/)) {
    if (word === '' || word.length > 128) continue;
    found.add(word);
    const bare = word.replace(/^[("'<[]+|[)"'>\].,;:!?]+$/g, '');
    if (bare !== '') found.add(bare);
    const afterColon = /^[^:=]{1,30}[:=](.+)$/.exec(word)?.[1];
    if (afterColon !== undefined) found.add(afterColon);
  }
  return [...found].slice(0, MAX_SHORT_WORDS * 3);
}
