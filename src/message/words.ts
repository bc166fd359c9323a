/**
 * Text as a row of word hashes in paragraphs, in one pass: lower case, digits and URLs folded, letters
 * taken for the Latin ones they look like, punctuation and invisible characters left out. Scripts
 * without blanks count by the character.
 */
import { readLookAlikes, type LookAlikes } from './look-alikes.ts';
import { mix32 } from './mix.ts';

export interface WordStream {
  /** One 32-bit hash a word. */
  readonly words: readonly number[];
  /** For each paragraph the index after its last word; strictly rising. */
  readonly paragraphEnds: readonly number[];
  /** Letters by script, for the language; Latin is not counted. */
  readonly scripts: ReadonlyMap<Script, number>;
}

export type Script =
  'arabic' | 'cyrillic' | 'devanagari' | 'greek' | 'han' | 'hangul' | 'hebrew' | 'kana' | 'thai';

const URL_IN_TEXT = /(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"']+/gi;

const SPACE = 0;
const LETTER = 1;
const DIGIT = 2;
/** Zero-width, soft hyphen, accents by themselves: put into words to tell them apart. */
const INVISIBLE = 3;
/** A word by itself. */
const IDEOGRAPH = 4;

/** Kinds of the code units below 0x250; the rest by ranges. */
const KINDS = new Uint8Array(0x250).fill(LETTER);
for (let code = 0; code < 0xc0; code += 1) {
  const isAscii = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  const isLatin = code === 0xaa || code === 0xb5 || code === 0xba;
  KINDS[code] = isAscii || isLatin ? LETTER : SPACE;
}
KINDS.fill(DIGIT, 0x30, 0x3a);
KINDS[0xad] = INVISIBLE;
KINDS[0xd7] = SPACE;
KINDS[0xf7] = SPACE;

/** Default_Ignorable_Code_Point, and the accents of Latin, Greek and Cyrillic, above U+024F. */
const UNSEEN: readonly (readonly [from: number, to: number])[] = [
  [0x300, 0x370],
  [0x483, 0x48a],
  [0x61c, 0x61d],
  [0x115f, 0x1161],
  [0x17b4, 0x17b6],
  [0x180b, 0x1810],
  [0x1ab0, 0x1b00],
  [0x1dc0, 0x1e00],
  [0x200b, 0x2010],
  [0x202a, 0x202f],
  [0x2060, 0x2070],
  [0x20d0, 0x2100],
  [0x3164, 0x3165],
  [0xfe00, 0xfe10],
  [0xfe20, 0xfe30],
  [0xfeff, 0xff00],
  [0xffa0, 0xffa1],
];
const IS_UNSEEN = new Uint8Array(0x1_0000);
for (const [from, to] of UNSEEN) IS_UNSEEN.fill(1, from, to);

function kindOf(code: number): number {
  if (code < 0x250) return KINDS[code] as number;
  if (IS_UNSEEN[code] === 1) return INVISIBLE;
  if (code < 0x2000) return code >= 0xe00 && code < 0xe80 ? IDEOGRAPH : LETTER;
  if (code < 0x2c00) return SPACE;
  if (code < 0x3040) return code < 0x2e00 ? LETTER : SPACE;
  if (code < 0xa000) return IDEOGRAPH;
  if (code < 0xd800) return LETTER;
  if (code < 0xf900) return SPACE;
  return code < 0xfe00 || (code > 0xff20 && code < 0xffe0) ? LETTER : SPACE;
}

const SCRIPTS: readonly (readonly [from: number, to: number, script: Script])[] = [
  [0x370, 0x400, 'greek'],
  [0x400, 0x530, 'cyrillic'],
  [0x590, 0x600, 'hebrew'],
  [0x600, 0x780, 'arabic'],
  [0x900, 0x980, 'devanagari'],
  [0xe00, 0xe80, 'thai'],
  [0x3040, 0x3100, 'kana'],
  [0x4e00, 0xa000, 'han'],
  [0xac00, 0xd7b0, 'hangul'],
];

/** FNV-1a, 32 bits: offset basis and prime. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** The hash under which `readWords` gives a word of letters. */
export function hashWord(word: string): number {
  return readWords(word).words[0] ?? 0;
}

export function readWords(text: string): WordStream {
  const folded = text.includes('://') || text.includes('www.') || text.includes('WWW.');
  const source = seenText(folded ? text.replace(URL_IN_TEXT, ' url ') : text);
  const words: number[] = [];
  const paragraphEnds: number[] = [];
  const scripts = new Map<Script, number>();
  let hash = BASIS;
  let isInWord = false;
  let wasDigit = false;
  let lineBreaks = 0;
  for (let i = 0; i <= source.length; i += 1) {
    const code = i < source.length ? source.charCodeAt(i) : 0x0a;
    const kind = code < 0x250 ? (KINDS[code] as number) : kindOf(code);
    if (kind === LETTER || kind === DIGIT) {
      // "2026" and "7" are the same word: numbers differ from letter to letter of one campaign.
      const isMoreDigits = kind === DIGIT && wasDigit;
      if (!isMoreDigits) hash = Math.imul(hash ^ (kind === DIGIT ? 0x30 : latin(code)), PRIME);
      wasDigit = kind === DIGIT;
      isInWord = true;
      if (code >= 0x370) countScript(scripts, code);
      continue;
    }
    if (kind === INVISIBLE) continue;
    if (isInWord) {
      if (lineBreaks > 1) endParagraph(paragraphEnds, words.length);
      lineBreaks = 0;
      words.push(mix32(hash));
      hash = BASIS;
      isInWord = false;
      wasDigit = false;
    }
    if (kind === IDEOGRAPH) {
      if (lineBreaks > 1) endParagraph(paragraphEnds, words.length);
      lineBreaks = 0;
      words.push(mix32(Math.imul(BASIS ^ code, PRIME)));
      countScript(scripts, code);
    } else if (code === 0x0a) {
      lineBreaks += 1;
    }
  }
  endParagraph(paragraphEnds, words.length);
  return { words, paragraphEnds, scripts };
}

const NOT_ASCII = /[^\x00-\x7f]/;
/** Tags and further variation selectors, U+E0000 to U+E03FF. */
const TAGS = /\udb40[\udc00-\udfff]/g;

/** As people see it: one form of each letter (NFKC has wide, round and mathematical ones). */
function seenText(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  return text.replace(TAGS, '').normalize('NFKC').toLowerCase();
}

let lookAlikes: LookAlikes | undefined;

/** The Latin letter that people take it for. */
function latin(code: number): number {
  if (code < 0x80) return code;
  return (lookAlikes ??= readLookAlikes()).get(code) ?? code;
}

function endParagraph(ends: number[], at: number): void {
  if (at > (ends.at(-1) ?? 0)) ends.push(at);
}

function countScript(scripts: Map<Script, number>, code: number): void {
  for (const [from, to, script] of SCRIPTS) {
    if (code >= from && code < to) {
      scripts.set(script, (scripts.get(script) ?? 0) + 1);
      return;
    }
  }
}
