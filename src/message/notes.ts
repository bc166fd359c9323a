/** What can be wrong with a message; each is itself something to judge by. */
import type { ClosedNote, HidingNote } from '../core/message/hiding.ts';

export type MalformedNote =
  | ClosedNote
  | HidingNote
  | 'bad-base64'
  | 'bad-header-line'
  | 'bad-quoted-printable'
  | 'boundary-never-closed'
  | 'doubled-content-type'
  | 'encoded-message'
  | 'header-too-long'
  | 'misnamed-encoding'
  | 'nul-byte'
  | 'too-many-headers'
  | 'unknown-charset';

const NONE: readonly MalformedNote[] = [];

/** Notes of one message, each once, in alphabetical order so that equal mail gives equal facts. */
export class Notes {
  readonly #found = new Set<MalformedNote>();

  add(note: MalformedNote): this {
    this.#found.add(note);
    return this;
  }

  list(): readonly MalformedNote[] {
    return this.#found.size === 0 ? NONE : [...this.#found].sort();
  }
}
