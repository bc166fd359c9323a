/**
 * Content-Type and Content-Disposition with their parameters (RFC 2045 section 5.1), continued and
 * encoded ones too (RFC 2231). Bounds come from the field; anything at all gives a value.
 */
import { decodeWords } from 'postal-mime';
import { decodeText, latin1Bytes } from './charset.ts';
import { unfold } from './header-fields.ts';

export interface ParameterField {
  /** Lower case; empty when there is none. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Names and values that a program may read instead: given twice, or read to another end. */
  readonly others: readonly (readonly [string, string])[];
}

/** Nearly all messages have one of a few short ones, such as `text/plain; charset=utf-8`. */
const MAX_KNOWN = 256;
const MAX_KNOWN_CHARS = 80;
const known = new Map<string, ParameterField>();

export function parseParameterField(field: string): ParameterField {
  if (field.length > MAX_KNOWN_CHARS) return parseField(field);
  const before = known.get(field);
  if (before !== undefined) return before;
  const parsed = parseField(field);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(field, parsed);
  return parsed;
}

function parseField(field: string): ParameterField {
  const text = withoutComments(unfold(field));
  const end = endOfValue(text);
  const found = new FoundParameters();
  if (end < text.length) readParameters(text, end, found);
  return { value: valueOf(text.slice(0, end)), ...found.all() };
}

/** Some programs leave out the semicolon before the first parameter, or the value. */
function endOfValue(text: string): number {
  const semicolon = text.indexOf(';');
  const head = semicolon < 0 ? text : text.slice(0, semicolon);
  const equals = head.indexOf('=');
  if (equals < 0) return head.length;
  const blank = head.search(/\s/);
  return blank > 0 && blank < equals ? blank : 0;
}

/** Up to the first blank; blanks round the slash of a media type are allowed (RFC 822 section 3.1.4). */
function valueOf(text: string): string {
  const value = text.trim().toLowerCase();
  if (!/\s/.test(value)) return value;
  const tokens = value.split(/\s+/).join(' ');
  return tokens.replace(/ ?\/ ?/, '/').split(' ')[0] ?? '';
}

const isNameOfFile = (name: string): boolean => /^(?:file)?name(?:\*|$)/.test(name);

/** Parameters with a semicolon between them, or blanks only, as some programs write. */
function readParameters(text: string, from: number, found: FoundParameters): void {
  const endOf = (stop: RegExp, start: number): number => {
    stop.lastIndex = start;
    return stop.exec(text)?.index ?? text.length;
  };
  let semicolon = from - 1;
  for (let at = from; at < text.length;) {
    const start = endOf(/[^\s;]/g, at);
    const nameEnd = endOf(/[\s=;"]/g, start);
    const equals = endOf(/\S/g, nameEnd);
    at = Math.max(nameEnd, start + 1);
    if (text[equals] !== '=') continue;
    const name = text.slice(start, nameEnd).toLowerCase();
    at = endOf(/\S/g, equals + 1);
    if (text[at] === '"') {
      const quoted = /"((?:[^"\\]|\\[^])*)"?/y;
      quoted.lastIndex = at;
      const content = (quoted.exec(text)?.[1] ?? '').replace(/\\([^])/g, '$1');
      const close = Math.max(quoted.lastIndex, at + 1);
      at = endOf(/[\s;]/g, close);
      found.add(name, content, content + text.slice(close, at));
      continue;
    }
    if (semicolon < at) semicolon = endOf(/;/g, at);
    const whole = unquoted(text.slice(at, semicolon));
    at += whole.length;
    const token = /^\S*/.exec(whole)?.[0] ?? '';
    // Ordinary programs write blanks in the names of files without quotes.
    if (isNameOfFile(name)) found.add(name, whole.trimEnd(), token);
    else found.add(name, token, whole.trimEnd());
  }
}

/** Up to where another parameter follows. */
function unquoted(text: string): string {
  const next = text.includes('=') ? text.search(/\s[^\s=;"]+\s*=/) : -1;
  return next < 0 ? text : text.slice(0, next);
}

interface Piece {
  /** Absent: the whole value, encoded. */
  readonly section: number | undefined;
  readonly text: string;
  readonly isEncoded: boolean;
}

const NO_OTHERS: readonly (readonly [string, string])[] = [];

class FoundParameters {
  readonly #plain = new Map<string, string>();
  #pieces: Map<string, Piece[]> | undefined;
  #others: (readonly [string, string])[] | undefined;

  /** @param other what some programs read instead. */
  add(name: string, text: string, other: string): void {
    if (name === '') return;
    this.#addOne(name, text);
    if (other !== text) this.#addOther(name.replace(/\*.*$/, ''), other);
  }

  #addOne(name: string, text: string): void {
    const extended = name.includes('*') ? /^([^*]+)\*(?:(\d{1,9})(\*)?)?$/.exec(name) : null;
    if (extended === null) {
      const before = this.#plain.get(name);
      if (before === undefined) this.#plain.set(name, text);
      else if (before !== text) this.#addOther(name, text);
      return;
    }
    const [, base = '', digits, star] = extended;
    const section = digits === undefined ? undefined : Number(digits);
    this.#pieces ??= new Map();
    const pieces = this.#pieces.get(base) ?? [];
    this.#pieces.set(base, pieces);
    pieces.push({ section, text, isEncoded: section === undefined || star !== undefined });
  }

  #addOther(name: string, text: string): void {
    (this.#others ??= []).push([name, text]);
  }

  all(): Pick<ParameterField, 'parameters' | 'others'> {
    for (const [name, pieces] of this.#pieces ?? []) {
      const plain = this.#plain.get(name);
      const [value = '', ...more] = [
        ...pieces.filter(({ section }) => section === undefined).map((piece) => join([piece])),
        ...joinSections(pieces.filter(({ section }) => section !== undefined)),
        ...(plain === undefined ? [] : [plain]),
      ];
      this.#plain.set(name, value);
      for (const other of more) if (other !== value) this.#addOther(name, other);
    }
    return { parameters: this.#plain, others: this.#others ?? NO_OTHERS };
  }
}

/** RFC 5322 section 3.2.2: comments may stand between all tokens, in one another too. */
export function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let kept = '';
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] as string;
    if (char === '\\') {
      if (depth === 0) kept += text.slice(i, i + 2);
      i += 1;
      continue;
    }
    if (char === '"' && depth === 0) isQuoted = !isQuoted;
    if (char === '(' && !isQuoted) depth += 1;
    else if (char === ')' && depth > 0) depth -= 1;
    else if (depth === 0) kept += char;
  }
  // One that never ends is none, as mail programs have it.
  return depth > 0 ? text : kept;
}

/** RFC 2231 section 3: in order until one is missing; some programs join all there are. */
function joinSections(pieces: readonly Piece[]): readonly string[] {
  if (pieces.length === 0) return [];
  const all = [...pieces].sort((one, other) => (one.section ?? 0) - (other.section ?? 0));
  const sure: Piece[] = [];
  for (const piece of all) {
    const before = sure.at(-1)?.section;
    if (before !== undefined && piece.section !== before + 1) break;
    sure.push(piece);
  }
  return sure.length === all.length ? [join(sure)] : [join(sure), join(all)];
}

/** RFC 2231 section 4: the charset stands in the first. */
function join(pieces: readonly Piece[]): string {
  let charset = '';
  let bytes = '';
  for (const [i, piece] of pieces.entries()) {
    let { text } = piece;
    if (piece.isEncoded) {
      const quoted = i === 0 ? /^([^']*)'[^']*'([^]*)$/.exec(text) : null;
      if (quoted !== null) [, charset = '', text = ''] = quoted;
      text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    }
    bytes += text;
  }
  return decodeText(latin1Bytes(bytes), charset).text;
}

/** Header text for reading: 8-bit bytes as UTF-8 where they are, encoded words decoded (RFC 2047). */
export function readableText(latin1: string): string {
  const text = decodeBytes(latin1);
  return text.includes('=?') ? decodeWords(text) : text;
}

function decodeBytes(latin1: string): string {
  return /^[\x00-\x7f]*$/.test(latin1) ? latin1 : decodeText(latin1Bytes(latin1), '').text;
}
