/** The header of the message that came back, from a part or from quoted text, and what it tells. */
import { readToken } from '../trace/token.ts';
import { TRACE_HEADER } from '../trace/headers.ts';
import type { HeaderField } from '../message/contract.ts';
import { unfold } from '../message/header-fields.ts';
import { parseAddresses } from '../message/addresses.ts';
import { MAX_ORIGINAL_FIELDS } from './limits.ts';

export interface PlainField {
  /** Lower case. */
  readonly name: string;
  /** Unfolded and trimmed. */
  readonly value: string;
}

export function plainFields(fields: readonly HeaderField[]): readonly PlainField[] {
  return fields.map(({ name, value }) => ({ name: name.toLowerCase(), value: unfold(value) }));
}

const FIELD = /^([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:(.*)$/;

/** The first run of fields in a text; ends at an empty line. */
export function findHeaderFields(text: string): readonly PlainField[] {
  const fields: { name: string; value: string }[] = [];
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.replace(/^[>|] ?/, '');
    if (line.trim() === '') {
      if (fields.length > 0) break;
      continue;
    }
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined && last.value.length < 8_000) last.value += ` ${line.trim()}`;
      continue;
    }
    const match = FIELD.exec(line);
    if (match === null) continue;
    if (fields.length >= MAX_ORIGINAL_FIELDS) break;
    fields.push({ name: (match[1] ?? '').toLowerCase(), value: (match[2] ?? '').trim() });
  }
  return fields;
}

export function valueOf(fields: readonly PlainField[], name: string): string | undefined {
  const value = fields.find((field) => field.name === name)?.value;
  return value === '' ? undefined : value;
}

/** Envelope recipients as programs leave them in the header, then To and Cc. */
const ENVELOPE_FIELDS = ['x-envelope-to', 'x-original-to', 'delivered-to', 'envelope-to'];

export function recipientsOf(fields: readonly PlainField[]): readonly string[] {
  for (const name of [...ENVELOPE_FIELDS, 'to', 'cc']) {
    const value = valueOf(fields, name);
    const found = value === undefined ? [] : parseAddresses(value).filter((a) => a.includes('@'));
    if (found.length > 0) return found;
  }
  for (const { name, value } of fields) {
    const found = name === 'received' ? /\bfor <([^<>\s]{3,320})>/.exec(value)?.[1] : undefined;
    if (found !== undefined) return [found];
  }
  return [];
}

/** Our own token, if a field has one in its form; whether it is genuine, who has the keys can tell. */
export function tokenOf(
  fields: readonly PlainField[],
  traceHeader = TRACE_HEADER,
): string | undefined {
  for (const name of [traceHeader.toLowerCase(), 'cfbl-feedback-id']) {
    for (const field of fields) {
      if (field.name !== name) continue;
      const token = tokenIn(field.value);
      if (token !== undefined) return token;
    }
  }
  return undefined;
}

/** White space inside is of the folding. */
export function tokenIn(text: string): string | undefined {
  const bare = text.replace(/\s+/g, '');
  const reading = readToken(() => undefined, bare);
  return !reading.ok && reading.reason === 'unknown-key' ? bare : undefined;
}

/** Whether the header is that of a bounce. */
export function isBounceHeader(fields: readonly PlainField[]): boolean {
  const type = valueOf(fields, 'content-type') ?? '';
  if (/multipart\/report\b/i.test(type) && /delivery-status/i.test(type)) return true;
  if (valueOf(fields, 'x-failed-recipients') !== undefined) return true;
  return /\bmailer-daemon@/i.test(valueOf(fields, 'from') ?? '');
}
