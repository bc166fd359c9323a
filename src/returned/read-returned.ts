/**
 * Reads one message that came back, while it streams (FBK-1, FBK-2): the parts that say something are
 * kept up to their bounds, the rest goes by. Structure decides first, words second.
 */
import type { ReplyClassifier } from '../core/reply-class.ts';
import { splitHeader } from '../message/header-fields.ts';
import { MAX_HEADER_BYTES } from '../message/limits.ts';
import { Notes } from '../message/notes.ts';
import { Splitter } from '../message/splitter.ts';
import type { ReturnedOptions, ReturnedReader, ReturnedReading } from './contract.ts';
import { MAX_NOTICE_BYTES, MAX_ORIGINAL_FIELDS } from './limits.ts';
import { ReturnedParts } from './parts.ts';
import { recognise } from './recognise.ts';
import type { HeaderField } from '../message/contract.ts';

export function createReturnedReader(
  classify: ReplyClassifier,
  options: ReturnedOptions = {},
): ReturnedReader {
  return {
    begin: (sender) => new Reading(classify, options, sender),
  };
}

const BRACE = 0x7b;
/** XARF as it is without a mail round it, which "primum inspect" is shown. No field begins so. */
const JSON_ALONE = {
  fields: [{ name: 'Content-Type', value: 'application/json' }],
  bodyAt: 0,
} as const;

class Reading implements ReturnedReading {
  readonly #classify: ReplyClassifier;
  readonly #options: ReturnedOptions;
  readonly #sender: string | undefined;
  readonly #notes = new Notes();
  #parts = new ReturnedParts(this.#notes);
  #head: Uint8Array[] = [];
  #headBytes = 0;
  #fields: readonly HeaderField[] = [];
  #splitter: Splitter | undefined;
  #size = 0;
  /** The beginning of the body as sent, for messages whose boundary is wrong. */
  #start: Uint8Array[] = [];
  #startRoom = MAX_NOTICE_BYTES;

  constructor(classify: ReplyClassifier, options: ReturnedOptions, sender: string | undefined) {
    this.#classify = classify;
    this.#options = options;
    this.#sender = sender;
  }

  feed(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#splitter !== undefined) {
      this.#body(chunk);
      return;
    }
    this.#head.push(Uint8Array.from(chunk));
    this.#headBytes += chunk.length;
    // The blank line may lie across two chunks, so the last bytes are looked at again.
    const isComplete =
      hasBlankLine(chunk) || hasBlankLine(tailOf(this.#head)) || this.#headBytes > MAX_HEADER_BYTES;
    if (isComplete) this.#startBody();
  }

  end() {
    if (this.#splitter === undefined) this.#startBody();
    this.#splitter?.end();
    if (this.#parts.parts.length === 0 && this.#parts.original === undefined) this.#mend();
    const read = recognise(
      { fields: this.#fields, parts: this.#parts, notes: this.#notes, sender: this.#sender },
      this.#classify,
      this.#options,
    );
    return { ...read, sizeBytes: this.#size };
  }

  #startBody(): void {
    const head = dropLeadingBreaks(Buffer.concat(this.#head));
    this.#head = [];
    const { fields, bodyAt } = head[0] === BRACE ? JSON_ALONE : splitHeader(head, this.#notes);
    this.#fields = fields;
    this.#splitter = new Splitter(fields, this.#parts, this.#notes, MAX_ORIGINAL_FIELDS);
    this.#body(head.subarray(bodyAt));
  }

  #body(bytes: Uint8Array): void {
    this.#splitter?.feed(bytes);
    if (this.#startRoom === 0) return;
    const taken = Uint8Array.from(bytes.subarray(0, this.#startRoom));
    this.#startRoom -= taken.length;
    this.#start.push(taken);
  }

  /** Nothing was read: the boundary of the header is not that of the body, or there is none. */
  #mend(): void {
    const body = Buffer.concat(this.#start);
    const text = body.toString('latin1');
    const boundary = /(?:^|\n)--([^\s"][^\r\n"]{0,150}?)[ \t]*\r?\nContent-/i.exec(text)?.[1];
    const type = boundary === undefined ? 'text/plain' : `multipart/mixed; boundary="${boundary}"`;
    const fields = [{ name: 'Content-Type', value: type }];
    this.#parts = new ReturnedParts(this.#notes);
    const splitter = new Splitter(fields, this.#parts, this.#notes, MAX_ORIGINAL_FIELDS);
    splitter.feed(body);
    splitter.end();
  }
}

function hasBlankLine(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes('\n\n') || buffer.includes('\n\r\n');
}

/** The last bytes of the last two chunks. */
function tailOf(chunks: readonly Uint8Array[]): Uint8Array {
  const before = chunks.at(-2) ?? new Uint8Array(0);
  const last = chunks.at(-1) ?? new Uint8Array(0);
  return Buffer.concat([before.subarray(-3), last.subarray(0, 3)]);
}

/** Empty lines above the header: left over from an mbox or a copy by hand. */
function dropLeadingBreaks(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length && (bytes[at] === 0x0a || bytes[at] === 0x0d)) at += 1;
  return bytes.subarray(at);
}
