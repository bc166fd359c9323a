/** Takes the files and texts that are found in files of one message, within its bounds. */
import { AttachmentReader } from './attachment.ts';
import type { AttachmentList } from './attachment-list.ts';
import type { Sink } from './byte-walk.ts';
import { extensionsOf } from './file-names.ts';
import { MAX_BINHEX_BYTES, MAX_PARTS, MAX_RTF_BYTES, MAX_WRAPPED_FILES } from './limits.ts';
import type { MalformedNote, Notes } from './notes.ts';
import { isMailFile } from './wrapper.ts';
import type { InsideListener } from './wrapped-files.ts';

/** Where texts go: their bytes as they come, and that no more come. */
export interface TextTaker {
  begin(kind: 'plain' | 'html', charset: string): { readonly take: Sink; readonly end: () => void };
}

/** The end of a name that is kept, as of other attachments. */
const MAX_NAME_CHARS = 255;

export class FilesInside implements InsideListener {
  rtfRoom = MAX_RTF_BYTES;
  binhexRoom = MAX_BINHEX_BYTES;
  readonly #notes: Notes;
  readonly #attachments: AttachmentList;
  readonly #texts: TextTaker;
  #files = 0;
  #begunTexts = 0;
  #ends: (() => void)[] = [];

  constructor(notes: Notes, attachments: AttachmentList, texts: TextTaker) {
    this.#notes = notes;
    this.#attachments = attachments;
    this.#texts = texts;
  }

  beginFile(): AttachmentReader | undefined {
    if (this.#files >= MAX_WRAPPED_FILES) {
      this.#notes.add('too-many-attachments');
      return undefined;
    }
    this.#files += 1;
    return new AttachmentReader('', '');
  }

  addFile(file: AttachmentReader, names: readonly string[]): void {
    const found = file.end();
    const name = (names[0] ?? '').slice(-MAX_NAME_CHARS);
    const extensions = extensionsOf(names);
    if (extensions.some(isMailFile)) this.#notes.add('wrapped-message');
    for (const extension of extensions) this.#attachments.add({ ...found, name, extension });
  }

  beginText(kind: 'plain' | 'html', charset: string): Sink {
    if (this.#begunTexts >= MAX_PARTS) {
      this.#notes.add('text-too-long');
      return () => undefined;
    }
    this.#begunTexts += 1;
    const { take, end } = this.#texts.begin(kind, charset);
    this.#ends.push(end);
    return take;
  }

  note(note: MalformedNote): void {
    this.#notes.add(note);
  }

  /** The file around the texts ends. */
  endTexts(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
  }
}
