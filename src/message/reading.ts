/**
 * One message read as it streams: header fields, then body bytes, then the facts. Bounded by
 * limits.ts and never failing: what goes wrong is a note. It runs in the daemon's thread for small
 * messages and in a reader's thread for large ones, with equal results.
 */
import { LineCheck } from './conformance.ts';
import type { HeaderField } from './contract.ts';
import { factsOf, type KeepOptions, type ReadMessage } from './facts.ts';
import type { Knowledge } from './knowledge.ts';
import type { MalformedNote } from './notes.ts';
import { Notes } from './notes.ts';
import { PartTree } from './part-tree.ts';
import { Splitter } from './splitter.ts';

export class Reading {
  readonly #headers: readonly HeaderField[];
  readonly #knowledge: Knowledge;
  readonly #keep: KeepOptions;
  readonly #notes = new Notes();
  readonly #lines = new LineCheck(this.#notes);
  readonly #tree = new PartTree(this.#notes);
  #splitter: Splitter | undefined;
  #bodyBytes = 0;

  constructor(headers: readonly HeaderField[], knowledge: Knowledge, keep: KeepOptions) {
    this.#headers = headers;
    this.#knowledge = knowledge;
    this.#keep = keep;
    this.#guard(() => {
      this.#splitter = new Splitter(headers, this.#tree, this.#notes);
    });
  }

  /** The chunk may be used again afterwards. */
  body(chunk: Uint8Array): void {
    this.#bodyBytes += chunk.length;
    this.#guard(() => {
      this.#lines.feed(chunk);
      this.#splitter?.feed(chunk);
    });
  }

  note(note: MalformedNote): void {
    this.#notes.add(note);
  }

  /** @param headerBytes of the header with its blank line. */
  end(headerBytes: number): ReadMessage {
    this.#guard(() => {
      this.#lines.end();
      this.#splitter?.end();
    });
    return factsOf({
      headers: this.#headers,
      tree: this.#tree,
      lines: this.#lines,
      notes: this.#notes,
      sizeBytes: headerBytes + this.#bodyBytes,
      knowledge: this.#knowledge,
      keep: this.#keep,
    });
  }

  /** A mistake of ours must not cost the answer: what was read so far counts. */
  #guard(step: () => void): void {
    try {
      step();
    } catch {
      this.#splitter = undefined;
      this.#notes.add('unreadable');
    }
  }
}
