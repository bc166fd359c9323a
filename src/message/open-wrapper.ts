/** A file while it is looked into: what is inside, and whether every program finds the same. */
import { createMarkCheck, type MarkCheck } from './encoded-message.ts';
import type { FilesInside } from './files-inside.ts';
import { Notes } from './notes.ts';
import type { PartFields } from './part-fields.ts';
import { createWrapper, holdsEntity, type Wrapper, type WrapperKind } from './wrapper.ts';

export class OpenWrapper {
  readonly holdsEntity: boolean;
  /** Somebody else's, as a message that is passed on; what is signed is the sender's own. */
  readonly isMessage: boolean;
  /** A part of it was found. */
  hasParts = false;
  /** Of its transfer encoding. */
  readonly faults = new Notes();
  readonly #inside: FilesInside;
  readonly #wrapper: Wrapper;
  readonly #marks: MarkCheck | undefined;
  readonly #isOddlyCoded: boolean;

  constructor(kind: WrapperKind, own: PartFields, inside: FilesInside) {
    const { encoding } = own;
    this.holdsEntity = holdsEntity(kind);
    this.isMessage = kind !== 'signed';
    this.#inside = inside;
    this.#isOddlyCoded = own.isOddlyCoded;
    this.#wrapper = createWrapper(kind, inside, own);
    const isUndone = encoding === 'base64' || encoding === 'quoted-printable';
    if (this.holdsEntity && isUndone) this.#marks = createMarkCheck(encoding);
  }

  /** @param chunk as sent. */
  check(chunk: Uint8Array): void {
    this.#marks?.feed(chunk);
  }

  feed(bytes: Uint8Array): Uint8Array {
    return this.#wrapper.feed(bytes);
  }

  end(): Uint8Array {
    const rest = this.#wrapper.end();
    this.#inside.endTexts();
    return rest;
  }

  /** After its parts are closed. */
  close(notes: Notes): void {
    const faults = this.faults.list();
    for (const fault of faults) notes.add(fault);
    if (this.#isOddlyCoded && faults.length > 0) notes.add('encoding-not-clear');
    const isBroken = faults.length > 0 || this.#marks?.isBad === true;
    if (this.hasParts && isBroken) notes.add('message-not-decoded');
  }
}
