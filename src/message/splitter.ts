/**
 * MIME split as it streams (RFC 2046 section 5.1): body bytes in; parts, their header fields and
 * their bytes out. Nothing is kept but the line that may be a delimiter, so memory does not depend
 * on the message, and the result does not depend on how it was cut into chunks.
 */
import type { HeaderField } from './contract.ts';
import { FieldCollector } from './header-fields.ts';
import {
  MAX_BOUNDARY_BYTES,
  MAX_DELIMITER_LINE_BYTES,
  MAX_DEPTH,
  MAX_ENCODED_DEPTH,
  MAX_HEADER_LINE_BYTES,
  MAX_PART_FIELDS,
  MAX_PARTS,
} from './limits.ts';
import type { Notes } from './notes.ts';
import { hasOddBlanks, OutsideParts } from './outside-parts.ts';
import type { TransferDecoder } from './transfer-decoding.ts';

/** How the body of a part is to be read. */
export type PartPlan =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'multipart'; readonly boundary: string }
  /**
   * @param decoder undoes the transfer encoding of all of it; who gives it sees each of its bytes.
   * @param isMaybe only where bytes come out of the decoder there is a message.
   */
  | { readonly kind: 'message'; readonly decoder?: TransferDecoder; readonly isMaybe?: true };

/** Hears of the parts; every `open` is followed by its `close`, parts inside in between. */
export interface PartListener {
  open(fields: readonly HeaderField[]): PartPlan;
  /** Bytes of the innermost leaf, its transfer encoding still on; valid during the call. */
  bytes(chunk: Uint8Array): void;
  close(): void;
}

interface OpenPart {
  /** Empty for leaves and messages. */
  readonly boundary: string;
  /** Its closing delimiter, or none at all, was seen. */
  isClosed: boolean;
  hasParts: boolean;
  /** What stands outside its parts is more than blanks. */
  hasSkipped: boolean;
}

/** What a message that came in a transfer encoding shares with the one around it, for the bounds. */
interface Around {
  readonly depth: number;
  readonly encodings: number;
  readonly count: { parts: number };
}

/** A part whose bytes are decoded first. */
interface Encoded {
  readonly decoder: TransferDecoder;
  /** Looks into what was decoded; not there beyond the bounds. */
  readonly splitter: Splitter | undefined;
  /** There is something to look into. */
  isFound: boolean;
}

/** Reading a part's header; giving a leaf's bytes; passing over preamble, epilogue and the like. */
type Mode = 'header' | 'leaf' | 'skip';

const BREAK_AND_DASHES = Buffer.from('\n--');

/** Needs more bytes to tell whether this line is a delimiter. */
const UNDECIDED = -1;

export class Splitter {
  readonly #listener: PartListener;
  readonly #notes: Notes;
  readonly #maxFields: number;
  readonly #open: OpenPart[] = [];
  #mode: Mode = 'leaf';
  /** Of the part whose header is read. */
  #collector: FieldCollector | undefined;
  /** Bytes held back: an unfinished line, or a line break that may belong to a delimiter. */
  #held: Uint8Array = new Uint8Array(0);
  /** The first byte held or next is at the start of a line, though no line break is before it. */
  #atLineStart = true;
  /** The rest of an overlong header line is passed over. */
  #isInLongLine = false;
  #around: Around = { depth: 0, encodings: 0, count: { parts: 0 } };
  /** The next part is what the message around it is made of. */
  #isRoot = false;
  /** The innermost open part, where its bytes are to be decoded. */
  #encoded: Encoded | undefined;
  /** Boundaries of open parts, closed or not; without one there is nothing to look for. */
  #boundaries = 0;
  #outside: OutsideParts | undefined;
  /** Set by `#delimiter`: where the line after it begins, which part it is of, and its kind. */
  #matchEnd = 0;
  #matchPart = 0;
  #matchCloses = false;

  /**
   * @param fields of the message; `undefined`: they come first in what is fed.
   * @param maxFields of a part's header; who reads messages inside wants them whole.
   */
  constructor(
    fields: readonly HeaderField[] | undefined,
    listener: PartListener,
    notes: Notes,
    maxFields = MAX_PART_FIELDS,
  ) {
    this.#listener = listener;
    this.#notes = notes;
    this.#maxFields = maxFields;
    if (fields === undefined) {
      this.#collector = new FieldCollector(notes, maxFields);
      this.#mode = 'header';
    } else this.#begin(fields);
  }

  feed(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    const data =
      this.#held.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat([this.#held, chunk]);
    const at = this.#consume(data, false);
    this.#held = at === data.length ? data.subarray(0, 0) : Uint8Array.from(data.subarray(at));
  }

  end(): void {
    const data = Buffer.from(this.#held);
    this.#held = data.subarray(0, 0);
    this.#consume(data, true);
    if (this.#mode === 'header') this.#begin(this.#fieldsRead());
    this.#closeDownTo(0);
  }

  /** Returns up to where the data is dealt with. */
  #consume(data: Buffer, isLast: boolean): number {
    let at = 0;
    while (at < data.length) {
      const next =
        this.#mode === 'header'
          ? this.#headerLine(data, at, isLast)
          : this.#bodyBytes(data, at, isLast);
      if (next === UNDECIDED) return at;
      at = next;
    }
    return at;
  }

  #headerLine(data: Buffer, at: number, isLast: boolean): number {
    const lineEnd = data.indexOf(0x0a, at);
    if (lineEnd < 0 && !isLast) {
      if (data.length - at <= MAX_HEADER_LINE_BYTES) return UNDECIDED;
      if (!this.#isInLongLine) this.#takeLine(data, at, at + MAX_HEADER_LINE_BYTES);
      this.#isInLongLine = true;
      return data.length;
    }
    const next = lineEnd < 0 ? data.length : lineEnd + 1;
    if (this.#isInLongLine) {
      this.#isInLongLine = false;
      return next;
    }
    if (this.#boundaries > 0 && this.#delimiter(data, at, true) > 0) {
      this.#begin(this.#fieldsRead());
      this.#cross();
      return this.#matchEnd;
    }
    let end = lineEnd < 0 ? data.length : lineEnd;
    if (end > at && data[end - 1] === 0x0d) end -= 1;
    if (end > at) {
      this.#takeLine(data, at, Math.min(end, at + MAX_HEADER_LINE_BYTES));
    } else {
      this.#begin(this.#fieldsRead());
    }
    return next;
  }

  #fieldsRead(): readonly HeaderField[] {
    return this.#collector?.end() ?? [];
  }

  #takeLine(data: Buffer, at: number, end: number): void {
    this.#collector?.line(data.toString('latin1', at, end), end - at >= MAX_HEADER_LINE_BYTES);
  }

  /** Gives bytes up to the next delimiter, or up to what must be held back. */
  #bodyBytes(data: Buffer, from: number, isLast: boolean): number {
    if (this.#boundaries === 0) {
      this.#give(data, from, data.length);
      return data.length;
    }
    if (this.#atLineStart) {
      const found = this.#delimiter(data, from, isLast);
      if (found === UNDECIDED) return UNDECIDED;
      this.#atLineStart = false;
      if (found > 0) {
        this.#cross();
        return this.#matchEnd;
      }
    }
    let search = from;
    for (;;) {
      const lineBreak = data.indexOf(BREAK_AND_DASHES, search);
      if (lineBreak < 0) break;
      const found = this.#delimiter(data, lineBreak + 1, isLast);
      if (found !== 0) {
        // The line break before a delimiter belongs to it (RFC 2046 section 5.1.1).
        const end = lineBreak > from && data[lineBreak - 1] === 0x0d ? lineBreak - 1 : lineBreak;
        this.#give(data, from, end);
        if (found === UNDECIDED) return end === from ? UNDECIDED : end;
        this.#cross();
        return this.#matchEnd;
      }
      search = lineBreak + 1;
    }
    const end = isLast ? data.length : data.length - heldTail(data, from);
    this.#give(data, from, end);
    return end === from && end < data.length ? UNDECIDED : end;
  }

  #give(data: Buffer, from: number, end: number): void {
    if (end === from) return;
    const bytes = data.subarray(from, end);
    if (this.#mode === 'skip') this.#skip(bytes);
    if (this.#mode !== 'leaf') return;
    if (this.#encoded === undefined) this.#listener.bytes(bytes);
    else this.#feedDecoded(this.#encoded, this.#encoded.decoder.decode(bytes));
  }

  #skip(bytes: Buffer): void {
    this.#outside ??= new OutsideParts();
    if (this.#outside.hasFile(bytes)) this.#notes.add('file-outside-parts');
    const part = this.#open.at(-1);
    if (part !== undefined) part.hasSkipped ||= this.#outside.hasText;
  }

  /** 1 when the line at `at` is a delimiter of an open part, 0 when not, else `UNDECIDED`. */
  #delimiter(data: Buffer, at: number, isLast: boolean): number {
    const left = data.length - at;
    if (left >= 1 && data[at] !== 0x2d) return 0;
    if (left >= 2 && data[at + 1] !== 0x2d) return 0;
    const lineEnd = data.indexOf(0x0a, at);
    const isLong = (lineEnd < 0 ? data.length : lineEnd) - at > MAX_DELIMITER_LINE_BYTES;
    if (isLong) {
      this.#noteLong(data, at);
      return 0;
    }
    if (lineEnd < 0 && !isLast) return UNDECIDED;
    const end = lineEnd < 0 ? data.length : lineEnd;
    if (end - at < 3) return 0;
    const line = data.toString('latin1', at + 2, end).trimEnd();
    let isLike = false;
    let isKnown = false;
    for (let i = this.#open.length - 1; i >= 0; i -= 1) {
      const { boundary, isClosed } = this.#open[i] as OpenPart;
      if (boundary === '' || !line.startsWith(boundary)) continue;
      // The whole line counts: one boundary may begin with another.
      const rest = line.length - boundary.length;
      const closes = rest === 2 && line.endsWith('--');
      // One that is closed once more holds nothing new.
      isKnown ||= isClosed && closes;
      isLike = true;
      if (isClosed || (rest !== 0 && !closes)) continue;
      this.#matchEnd = lineEnd < 0 ? data.length : lineEnd + 1;
      this.#matchPart = i;
      this.#matchCloses = closes;
      if (hasOddBlanks(data, at + 2 + line.length, end)) this.#notes.add('delimiter-not-clear');
      return 1;
    }
    // RFC 2046 section 5.1.1 would have the boundary at the beginning of the line suffice.
    if (isLike && !isKnown) this.#notes.add('delimiter-not-clear');
    return 0;
  }

  /** RFC 2046 section 5.1.1 allows any white space behind a boundary: a line of it is no text. */
  #noteLong(data: Buffer, at: number): void {
    const line = data.toString('latin1', at + 2, at + MAX_DELIMITER_LINE_BYTES).trimEnd();
    for (const { boundary } of this.#open) {
      if (boundary === '' || !line.startsWith(boundary)) continue;
      const isPadded = line === boundary || line === `${boundary}--`;
      this.#notes.add(isPadded ? 'boundary-too-long' : 'delimiter-not-clear');
    }
  }

  /** Goes over the delimiter just matched. */
  #cross(): void {
    this.#closeDownTo(this.#matchPart + 1);
    this.#outside = undefined;
    const part = this.#open[this.#matchPart] as OpenPart;
    this.#atLineStart = true;
    if (this.#matchCloses) {
      part.isClosed = true;
      this.#mode = 'skip';
      return;
    }
    part.hasParts = true;
    if (this.#around.count.parts >= MAX_PARTS) {
      this.#notes.add('too-many-parts');
      this.#mode = 'skip';
      return;
    }
    this.#mode = 'header';
    this.#collector = new FieldCollector(this.#notes, this.#maxFields);
  }

  /** A header is complete: its part begins. */
  #begin(fields: readonly HeaderField[]): void {
    let plan = this.#listener.open(fields);
    // A message and what it is made of are one part, unless that is a message again.
    if (!this.#isRoot || plan.kind === 'message') this.#around.count.parts += 1;
    this.#isRoot = false;
    if (plan.kind === 'multipart' && plan.boundary.length > MAX_BOUNDARY_BYTES) {
      this.#notes.add('boundary-too-long');
      plan = { kind: 'leaf' };
    }
    const decoder = plan.kind === 'message' ? plan.decoder : undefined;
    const isFound = plan.kind === 'message' && plan.isMaybe !== true;
    if (plan.kind !== 'leaf' && this.#isTooDeep(decoder)) {
      if (decoder === undefined || isFound) this.#notes.add('too-deep');
      plan = { kind: 'leaf' };
    }
    const boundary = plan.kind === 'multipart' ? plan.boundary : '';
    const isClosed = boundary === '';
    this.#open.push({ boundary, isClosed, hasParts: false, hasSkipped: false });
    this.#outside = undefined;
    if (boundary !== '') this.#boundaries += 1;
    this.#atLineStart = true;
    if (decoder !== undefined) {
      const splitter = plan.kind === 'message' ? this.#inside() : undefined;
      this.#encoded = { decoder, splitter, isFound };
      plan = { kind: 'leaf' };
    }
    this.#mode = plan.kind === 'leaf' ? 'leaf' : plan.kind === 'multipart' ? 'skip' : 'header';
    if (plan.kind === 'message') {
      this.#collector = new FieldCollector(this.#notes, this.#maxFields);
      this.#isRoot = true;
    }
  }

  #isTooDeep(decoder: TransferDecoder | undefined): boolean {
    const { depth, encodings } = this.#around;
    if (depth + this.#open.length >= MAX_DEPTH) return true;
    return decoder !== undefined && encodings >= MAX_ENCODED_DEPTH;
  }

  /** Looks into the innermost open part, to the bounds of the whole message. */
  #inside(): Splitter {
    const { depth, encodings, count } = this.#around;
    const inside = new Splitter(undefined, this.#listener, this.#notes, this.#maxFields);
    inside.#around = { depth: depth + this.#open.length, encodings: encodings + 1, count };
    inside.#isRoot = true;
    return inside;
  }

  /** The part in an encoding is the innermost: all of it is there. */
  #endEncoded(): void {
    const encoded = this.#encoded;
    if (encoded === undefined) return;
    this.#encoded = undefined;
    this.#feedDecoded(encoded, encoded.decoder.end());
    if (encoded.isFound) encoded.splitter?.end();
  }

  #feedDecoded(encoded: Encoded, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    encoded.isFound = true;
    if (encoded.splitter === undefined) this.#notes.add('too-deep');
    else encoded.splitter.feed(bytes);
  }

  #closeDownTo(count: number): void {
    while (this.#open.length > count) {
      this.#endEncoded();
      const part = this.#open.pop() as OpenPart;
      if (part.boundary !== '') this.#boundaries -= 1;
      if (!part.isClosed) {
        // Where no part was found and nothing else, nothing was overlooked.
        const isLost = !part.hasParts && part.hasSkipped;
        this.#notes.add(isLost ? 'boundary-never-found' : 'boundary-never-closed');
      }
      this.#listener.close();
    }
  }
}

/** Bytes at the end that may be the line break and the dashes of a delimiter. */
function heldTail(data: Buffer, from: number): number {
  for (const tail of ['\r\n-', '\n-', '\r\n', '\n', '\r']) {
    const at = data.length - tail.length;
    if (at >= from && data.toString('latin1', at, data.length) === tail) return tail.length;
  }
  return 0;
}
