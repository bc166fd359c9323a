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
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\[^])*)"?|([^\s;]*))/g;

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
  const end = text.indexOf(';');
  const value = (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
  const plain = new Map<string, string>();
  const pieces = new Map<string, Map<number, Piece>>();
  for (const match of end < 0 ? [] : text.slice(end).matchAll(PARAMETER)) {
    const name = (match[1] ?? '').toLowerCase();
    const content = match[2]?.replace(/\\([^])/g, '$1') ?? match[3] ?? '';
    const extended = /^([^*]+)\*(?:(\d{1,3})(\*)?)?$/.exec(name);
    if (extended === null) {
      if (!plain.has(name)) plain.set(name, content);
      continue;
    }
    const [, base = '', section, star] = extended;
    const parts = pieces.get(base) ?? new Map<number, Piece>();
    pieces.set(base, parts);
    parts.set(Number(section ?? 0), {
      text: content,
      isEncoded: section === undefined || star !== undefined,
    });
  }
  for (const [name, parts] of pieces) plain.set(name, joinPieces(parts));
  return { value, parameters: plain };
}

/** RFC 5322 section 3.2.2: comments may stand between all tokens, in one another too. */
function withoutComments(text: string): string {
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

interface Piece {
  readonly text: string;
  readonly isEncoded: boolean;
}

/** RFC 2231 sections 3 and 4: sections in order until one is missing, charset in the first. */
function joinPieces(parts: ReadonlyMap<number, Piece>): string {
  let charset = '';
  let bytes = '';
  for (let section = 0; ; section += 1) {
    const piece = parts.get(section);
    if (piece === undefined) break;
    let text = piece.text;
    if (piece.isEncoded) {
      const quoted = section === 0 ? /^([^']*)'[^']*'([^]*)$/.exec(text) : null;
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
