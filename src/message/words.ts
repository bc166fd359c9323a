/**
 * Text as a row of word hashes in paragraphs, in one pass: lower case, digits and URLs folded, letters
 * taken for the Latin ones they look like, punctuation and invisible characters left out. Scripts
 * without blanks count by the character.
 */
import { readLookAlikes } from './look-alikes.ts';
import { mix32 } from './mix.ts';

export interface WordStream {
  /** One 32-bit hash a word. */
  readonly words: Int32Array;
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

/** The kind of each UTF-16 code unit. */
const KINDS = new Uint8Array(0x1_0000).fill(SPACE);
for (const [from, to] of [
  [0x41, 0x5b],
  [0x61, 0x7b],
  [0xaa, 0xab],
  [0xb5, 0xb6],
  [0xba, 0xbb],
  [0xc0, 0xd7],
  [0xd8, 0xf7],
  [0xf8, 0x2000],
  [0x2c00, 0x2e00],
  [0xa000, 0xd800],
  [0xf900, 0xfe00],
  [0xff21, 0xffe0],
] as const) {
  KINDS.fill(LETTER, from, to);
}
KINDS.fill(DIGIT, 0x30, 0x3a);
KINDS.fill(IDEOGRAPH, 0xe00, 0xe80);
KINDS.fill(IDEOGRAPH, 0x3040, 0xa000);
KINDS[0xad] = INVISIBLE;
for (const [from, to] of UNSEEN) KINDS.fill(INVISIBLE, from, to);

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

/** Of each code unit the script's place in `SCRIPTS` and one; 0 where it does not count. */
const SCRIPT_OF = new Uint8Array(0x1_0000);
SCRIPTS.forEach(([from, to], place) => SCRIPT_OF.fill(place + 1, from, to));

/** The hash under which `readWords` gives a word of letters. */
export function hashWord(word: string): number {
  return readWords(word).words[0] ?? 0;
}

export function readWords(text: string): WordStream {
  const folded = text.includes('://') || text.includes('www.') || text.includes('WWW.');
  const source = seenText(folded ? text.replace(URL_IN_TEXT, ' url ') : text);
  const { codes, words } = roomFor(source);
  const table = (meanings ??= readMeanings());
  const paragraphEnds: number[] = [];
  const scripts = new Uint32Array(SCRIPTS.length + 1);
  let count = 0;
  let hash = BASIS;
  let isInWord = false;
  let wasDigit = false;
  let lineBreaks = 0;
  for (let i = 0; i <= source.length; i += 1) {
    const code = codes[i] as number;
    const kind = table[code] as number;
    if (kind >= FIRST_LETTER) {
      hash = Math.imul(hash ^ kind, PRIME);
      wasDigit = false;
      isInWord = true;
      if (code >= 0x370) countScript(scripts, code);
      continue;
    }
    if (kind === DIGIT) {
      // "2026" and "7" are the same word: numbers differ from letter to letter of one campaign.
      if (!wasDigit) hash = Math.imul(hash ^ 0x30, PRIME);
      wasDigit = true;
      isInWord = true;
      continue;
    }
    if (kind === INVISIBLE) continue;
    if (isInWord) {
      if (lineBreaks > 1) endParagraph(paragraphEnds, count);
      lineBreaks = 0;
      words[count++] = mix32(hash);
      hash = BASIS;
      isInWord = false;
      wasDigit = false;
    }
    if (kind === IDEOGRAPH) {
      if (lineBreaks > 1) endParagraph(paragraphEnds, count);
      lineBreaks = 0;
      words[count++] = mix32(Math.imul(BASIS ^ code, PRIME));
      countScript(scripts, code);
    } else if (code === LINE_END) {
      lineBreaks += 1;
    }
  }
  endParagraph(paragraphEnds, count);
  return { words: words.slice(0, count), paragraphEnds, scripts: namedCounts(scripts) };
}

const LINE_END = 0x0a;

/** Code units of one text with a line end behind them, and its words; used again for the next. */
let room = { codes: new Uint16Array(0), words: new Int32Array(0) };
/** A longer text has room of its own. */
const MAX_KEPT_UNITS = 64 * 1024;

function roomFor(text: string): typeof room {
  const units = text.length + 1;
  let found = room;
  if (found.codes.length < units) {
    const size = Math.max(units, Math.min(2 * units, MAX_KEPT_UNITS));
    found = { codes: new Uint16Array(size), words: new Int32Array(size) };
    if (size <= MAX_KEPT_UNITS) room = found;
  }
  const { codes } = found;
  const bytes = Buffer.from(codes.buffer, 0, 2 * text.length);
  bytes.write(text, 'utf16le');
  if (IS_BIG_ENDIAN) bytes.swap16();
  codes[text.length] = LINE_END;
  return found;
}

const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

const NOT_ASCII = /[^\x00-\x7f]/;
/** Tags and further variation selectors, U+E0000 to U+E03FF. */
const TAGS = /\udb40[\udc00-\udfff]/g;

/**
 * Marks on a letter beyond UAX 15's Stream-Safe Text: putting them in order takes a time that grows with
 * their square. The halfwidth voiced marks of Japanese become such marks.
 */
const MARKS_WITHOUT_END = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

/** As people see it: one form of each letter (NFKC has wide, round and mathematical ones). */
function seenText(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  const safe = text.replace(TAGS, '').replace(MARKS_WITHOUT_END, '$1');
  return safe.normalize('NFKC').toLowerCase();
}

let meanings: Uint16Array | undefined;

/** Letters have higher codes than there are kinds. */
const FIRST_LETTER = 0x20;

/** Of each letter the Latin one that people take it for, else itself; of all else its kind. */
function readMeanings(): Uint16Array {
  const table = Uint16Array.from(KINDS, (kind, code) => (kind === LETTER ? code : kind));
  for (const [code, latin] of readLookAlikes()) {
    if (code >= 0x80 && KINDS[code] === LETTER) table[code] = latin;
  }
  return table;
}

function endParagraph(ends: number[], at: number): void {
  if (at > (ends.at(-1) ?? 0)) ends.push(at);
}

function countScript(scripts: Uint32Array, code: number): void {
  const place = SCRIPT_OF[code] as number;
  scripts[place] = (scripts[place] as number) + 1;
}

const NO_SCRIPTS: ReadonlyMap<Script, number> = new Map();

function namedCounts(counts: Uint32Array): ReadonlyMap<Script, number> {
  let found: Map<Script, number> | undefined;
  SCRIPTS.forEach(([, , script], place) => {
    const count = counts[place + 1] as number;
    if (count > 0) (found ??= new Map<Script, number>()).set(script, count);
  });
  return found ?? NO_SCRIPTS;
}
