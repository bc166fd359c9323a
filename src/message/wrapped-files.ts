/** What a file that holds others tells of them while it streams by. */
import type { AttachmentReader } from './attachment.ts';
import type { Sink } from './byte-walk.ts';
import type { MalformedNote } from './notes.ts';

export interface InsideListener {
  /** A file inside begins; undefined where there are too many, which is noted. */
  beginFile(): AttachmentReader | undefined;
  /** @param names that programs may give it; none is fine. */
  addFile(file: AttachmentReader, names: readonly string[]): void;
  /** A text inside, read for its links; takes bytes until the file around it ends. */
  beginText(kind: 'plain' | 'html', charset: string): Sink;
  /** Bytes of compressed RTF that may still be undone in this message. */
  rtfRoom: number;
  /** Bytes that all BinHex of this message may still come to. */
  binhexRoom: number;
  note(note: MalformedNote): void;
}
