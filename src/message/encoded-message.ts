/**
 * A message inside another that came in a transfer encoding. RFC 2046 section 5.2.1 allows none for
 * message/rfc822, so one mail program shows what is decoded and another what is not: it counts as seen
 * only where the encoding is without fault and who does not decode it finds no other parts.
 */
import type { AttachmentReader } from './attachment.ts';
import type { HeaderField } from './contract.ts';
import { Notes } from './notes.ts';
import { Splitter, type PartListener, type PartPlan } from './splitter.ts';
import { startsAsMail } from './mail-start.ts';
import { createTransferDecoder, type TransferDecoder } from './transfer-decoding.ts';

/** What tells one part from another, and how it is read by who undoes no encoding of messages. */
export interface OutlinedPart {
  readonly line: string;
  readonly plan: PartPlan;
  /** It holds parts, or text without a name that reads the same with and without its encoding. */
  readonly isPlain: boolean;
}

export type OutlinePart = (fields: readonly HeaderField[]) => OutlinedPart;

export class EncodedMessage implements TransferDecoder {
  /** The file that the message is, too. */
  readonly file: AttachmentReader;
  readonly #faults = new Notes();
  readonly #decoder: TransferDecoder;
  readonly #marks: MarkCheck;
  readonly #undecoded: Undecoded | undefined;
  /** Parts as they were found in what was decoded. */
  readonly #lines: string[] = [];

  constructor(
    encoding: 'base64' | 'quoted-printable',
    file: AttachmentReader,
    outlinePart: OutlinePart,
  ) {
    this.file = file;
    this.#decoder = createTransferDecoder(encoding, this.#faults);
    this.#marks = createMarkCheck(encoding);
    // Without fault, base64 holds no colon: undecoded there is neither a field nor a part in it.
    if (encoding === 'quoted-printable') this.#undecoded = new Undecoded(outlinePart);
  }

  decode(chunk: Uint8Array): Uint8Array {
    this.#marks.feed(chunk);
    this.#undecoded?.feed(chunk);
    const decoded = this.#decoder.decode(chunk);
    this.file.feed(decoded);
    return decoded;
  }

  end(): Uint8Array {
    const rest = this.#decoder.end();
    this.file.feed(rest);
    return rest;
  }

  /** A part inside. */
  add(line: string): void {
    this.#lines.push(line);
  }

  /** Whether every mail program finds the parts that were found here; after all of them are closed. */
  isSeenWhole(notes: Notes): boolean {
    const faults = this.#faults.list();
    for (const fault of faults) notes.add(fault);
    if (!startsAsMail(this.file.head)) notes.add('message-start-unusual');
    if (faults.length > 0 || this.#marks.isBad) return false;
    return this.#undecoded === undefined || this.#undecoded.isStartOf(this.#lines);
  }
}

/** One in no encoding, but with the name of another kind of file. */
export class NamedMessage implements TransferDecoder {
  readonly file: AttachmentReader;

  constructor(file: AttachmentReader) {
    this.file = file;
  }

  decode(chunk: Uint8Array): Uint8Array {
    this.file.feed(chunk);
    return chunk;
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }

  add(): void {
    // Nobody reads it otherwise.
  }

  isSeenWhole(): boolean {
    return true;
  }
}

/** The parts that who does not decode the message finds in it. */
class Undecoded implements PartListener {
  readonly #notes = new Notes();
  readonly #lines: string[] = [];
  #isPlain = true;
  readonly #outlinePart: OutlinePart;
  readonly #splitter = new Splitter(undefined, this, this.#notes);

  constructor(outlinePart: OutlinePart) {
    this.#outlinePart = outlinePart;
  }

  feed(chunk: Uint8Array): void {
    this.#splitter.feed(chunk);
  }

  open(fields: readonly HeaderField[]): PartPlan {
    const { line, plan, isPlain } = this.#outlinePart(fields);
    this.#lines.push(line);
    this.#isPlain &&= isPlain;
    return plan;
  }

  bytes(): void {
    // Only which parts there are is asked.
  }

  close(): void {
    // As above.
  }

  /** Nothing else is there: fewer parts, as boundaries stand in the encoding, or the same text. */
  isStartOf(lines: readonly string[]): boolean {
    this.#splitter.end();
    const isCut = this.#notes.list().some((note) => CUT.has(note));
    return !isCut && this.#isPlain && this.#lines.every((line, i) => line === lines[i]);
  }
}

const CUT: ReadonlySet<string> = new Set([
  'boundary-too-long',
  'content-field-cut',
  'too-deep',
  'too-many-parts',
]);

export const createMarkCheck = (encoding: 'base64' | 'quoted-printable'): MarkCheck =>
  encoding === 'base64' ? new PaddingCheck() : new BlankLineCheck();

/** Marks in the encoding that decoders take differently. */
export interface MarkCheck {
  readonly isBad: boolean;
  feed(chunk: Uint8Array): void;
}

const isBreakOrBlank = (byte: number): boolean =>
  byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09;

/** After the padding of base64 some decoders go on and some stop. */
class PaddingCheck implements MarkCheck {
  isBad = false;
  #isPadded = false;

  feed(chunk: Uint8Array): void {
    const from = this.#isPadded ? 0 : chunk.indexOf(0x3d);
    if (from < 0) return;
    this.#isPadded = true;
    for (let i = from; i < chunk.length && !this.isBad; i += 1) {
      const byte = chunk[i] as number;
      this.isBad = byte !== 0x3d && !isBreakOrBlank(byte);
    }
  }
}

/** RFC 2045 section 6.7: blanks at the end of a line go, so one of blanks only may end a header. */
class BlankLineCheck implements MarkCheck {
  isBad = false;
  /** Since the last line break. */
  #state: 'start' | 'blanks' | 'text' = 'start';

  feed(chunk: Uint8Array): void {
    let state = this.#state;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i] as number;
      if (byte === 0x0a) {
        if (state === 'blanks') this.isBad = true;
        state = 'start';
      } else if (byte === 0x20 || byte === 0x09) {
        if (state === 'start') state = 'blanks';
      } else if (byte !== 0x0d) {
        state = 'text';
      }
    }
    this.#state = state;
  }
}
