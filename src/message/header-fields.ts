/** Header fields from lines and back (RFC 5322 section 2.2), bytes kept as latin1. */
import type { HeaderField } from './contract.ts';
import { cutNote, DecisiveFields } from './decisive-fields.ts';
import { MAX_FIELD_BYTES, MAX_HEADER_BYTES, MAX_HEADER_FIELDS } from './limits.ts';
import type { Notes } from './notes.ts';

/** Collects header lines into fields; bounds are per collector. */
export class FieldCollector {
  readonly #notes: Notes;
  readonly #maxFields: number;
  readonly #isOutermost: boolean;
  readonly #fields: HeaderField[] = [];
  readonly #decisive = new DecisiveFields();
  #name = '';
  #lines: string[] = [];
  #bytes = 0;

  constructor(notes: Notes, maxFields: number, isOutermost = false) {
    this.#notes = notes;
    this.#isOutermost = isOutermost;
    this.#maxFields = maxFields;
  }

  /** One line without its end. @param isCut what came behind this much of it is lost. */
  line(text: string, isCut = false): void {
    if (/^[ \t]/.test(text) && this.#name !== '') {
      this.#bytes += text.length;
      const isOver = this.#bytes > MAX_FIELD_BYTES;
      if (!isOver) this.#lines.push(text);
      if (isOver || isCut) this.#noteCut();
      return;
    }
    this.#flush();
    const colon = text.indexOf(':');
    const name = colon > 0 ? text.slice(0, colon).trimEnd() : '';
    if (!isFieldName(name)) {
      this.#notes.add('bad-header-line');
      return;
    }
    this.#name = name;
    this.#lines = [text.slice(colon + 1)];
    this.#bytes = text.length;
    if (isCut) this.#noteCut();
  }

  #noteCut(): void {
    this.#notes.add('header-too-long');
    this.#noteDecisive();
  }

  end(): readonly HeaderField[] {
    this.#flush();
    return this.#fields;
  }

  #flush(): void {
    if (this.#name === '') return;
    const isOver = this.#fields.length >= this.#maxFields;
    if (isOver) this.#notes.add('too-many-headers');
    if (!isOver || this.#decisive.takes(this.#name)) {
      this.#fields.push({ name: this.#name, value: this.#lines.join('\r\n') });
    } else {
      this.#noteDecisive();
    }
    this.#name = '';
  }

  #noteDecisive(): void {
    const note = cutNote(this.#name);
    // A message inside another, and a part, do not say who sends this one.
    if (note === 'content-field-cut' || (note !== undefined && this.#isOutermost)) {
      this.#notes.add(note);
    }
  }
}

/** RFC 5322 section 2.2: printable US-ASCII but colon and space. Some programs send 8 bits. */
function isFieldName(name: string): boolean {
  if (name === '' || name.length > 256) return false;
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    if (code < 0x21 || code === 0x7f) return false;
  }
  return true;
}

/** Where the body begins and the fields before it. The whole header must be in `raw`. */
export function splitHeader(
  raw: Uint8Array,
  notes: Notes,
): { readonly fields: readonly HeaderField[]; readonly bodyAt: number } {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const collector = new FieldCollector(notes, MAX_HEADER_FIELDS, true);
  let at = 0;
  while (at < bytes.length) {
    const lineEnd = bytes.indexOf(0x0a, at);
    const next = lineEnd < 0 ? bytes.length : lineEnd + 1;
    let end = lineEnd < 0 ? bytes.length : lineEnd;
    if (end > at && bytes[end - 1] === 0x0d) end -= 1;
    if (end === at) return { fields: collector.end(), bodyAt: next };
    // What stands beyond is not read: any of it may say how to read the body.
    if (next > MAX_HEADER_BYTES)
      notes.add('header-too-long').add('content-field-cut').add('sender-field-cut');
    else collector.line(bytes.toString('latin1', at, end));
    at = next;
  }
  return { fields: collector.end(), bodyAt: bytes.length };
}

/** The bytes of the header with its blank line, for scanners; folds get CRLF whatever they had. */
export function formatHeader(fields: readonly HeaderField[]): Uint8Array {
  const lines = fields.map(({ name, value }) => `${name}:${value.replace(/\r?\n/g, '\r\n')}\r\n`);
  return Buffer.from(`${lines.join('')}\r\n`, 'latin1');
}

/** Folds undone, white space at the ends gone (RFC 5322 section 2.2.3). */
export function unfold(value: string): string {
  // Most fields stand on one line.
  return (value.includes('\n') ? value.replace(/\r?\n(?=[ \t])/g, '') : value).trim();
}
