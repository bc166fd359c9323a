/** What can be wrong with a message; each is itself something to judge by. */

export type MalformedNote =
  | 'attachment-unread'
  | 'bad-base64'
  | 'bad-header-line'
  | 'bad-quoted-printable'
  | 'boundary-missing'
  | 'boundary-never-closed'
  | 'boundary-never-found'
  | 'boundary-too-long'
  | 'doubled-content-type'
  | 'encoded-message'
  | 'header-too-long'
  | 'html-too-deep'
  | 'nul-byte'
  | 'reader-busy'
  | 'reader-failed'
  | 'reader-late'
  | 'too-deep'
  | 'too-many-headers'
  | 'too-many-parts'
  | 'unknown-charset'
  | 'unknown-encoding'
  | 'unreadable';

/** Notes of one message, each once, in alphabetical order so that equal mail gives equal facts. */
export class Notes {
  readonly #found = new Set<MalformedNote>();

  add(note: MalformedNote): void {
    this.#found.add(note);
  }

  list(): readonly MalformedNote[] {
    return [...this.#found].sort();
  }
}
