/**
 * Files and texts in TNEF, the `winmail.dat` of Outlook and Exchange (MS-OXTNEF section 2.1), walked as it
 * streams. Names may stand behind the data they name, so a file is told when the next one begins.
 */
import type { AttachmentReader } from './attachment.ts';
import { Place, type Step, type Walk } from './byte-walk.ts';
import { flatRtf, RtfDecoder } from './lzfu.ts';
import { passAll, readProperties, takeEnd, type Property } from './mapi-properties.ts';
import type { InsideListener } from './wrapped-files.ts';

const SIGNATURE = 0x223e9f78;
const SIGNATURE_AND_KEY_BYTES = 6;
/** Level, attribute and length before the value; a checksum behind it. */
const HEAD_BYTES = 9;
const CHECKSUM_BYTES = 2;

/** Attributes by their type and number (section 2.1.3.3). */
const ATTACH_RENDERING = 0x00069002;
const ATTACH_TITLE = 0x00018010;
const ATTACH_DATA = 0x0006800f;
const ATTACH_TRANSPORT_NAME = 0x00069001;
const ATTACH_PROPERTIES = 0x00069005;
const MESSAGE_PROPERTIES = 0x00069003;
const BODY = 0x0002800c;

/** Properties (MS-OXPROPS): extension, file name, long file name, display name; and the others. */
const NAMES: readonly number[] = [0x3703, 0x3704, 0x3707, 0x3001];
const BODY_TEXT = 0x1000;
const RTF_COMPRESSED = 0x1009;
const BODY_HTML = 0x1013;
const FILE_DATA = 0x3701;
const UNICODE = 0x001f;
const OBJECT = 0x000d;

/** IID_IMessage: the object is a message, in TNEF again (section 2.1.3.4.3). */
const MESSAGE_OBJECT = '0703020000000000c000000000000046';
const IID_BYTES = 16;

/** Messages in messages; people forward what was forwarded. */
export const MAX_TNEF_DEPTH = 4;
/** Of one file; programs write four. */
const MAX_NAMES = 16;
/** The end of a name that is read; what is before it tells no kind. */
const MAX_NAME_BYTES = 1024;

interface OpenFile {
  /** Nearly always one. */
  readonly data: AttachmentReader[];
  readonly names: string[];
}

export class Tnef {
  /** All attributes so far are there whole. */
  isBetween = false;
  readonly #listener: InsideListener;
  readonly #place = new Place();
  /** Of the messages in each other, the file that is read. */
  readonly #files: OpenFile[] = [];

  constructor(listener: InsideListener) {
    this.#listener = listener;
  }

  walk(): Walk {
    return this.#message(Infinity);
  }

  /** No more comes: what is known of the last file is all. */
  end(): void {
    while (this.#files.length > 0) this.#closeFile();
  }

  /** @param limit where what is around it ends. */
  *#message(limit: number): Step<boolean> {
    const place = this.#place;
    if (place.at + SIGNATURE_AND_KEY_BYTES > limit) return false;
    const start = yield* place.take(SIGNATURE_AND_KEY_BYTES);
    if (start.readUInt32LE(0) !== SIGNATURE) return false;
    this.#files.push({ data: [], names: [] });
    while (place.at < limit) {
      if (place.at + HEAD_BYTES > limit) return false;
      this.isBetween = limit === Infinity;
      const head = yield* place.take(HEAD_BYTES);
      this.isBetween = false;
      const end = place.at + head.readUInt32LE(5);
      if (end + CHECKSUM_BYTES > limit || (head[0] !== 1 && head[0] !== 2)) return false;
      if (!(yield* this.#attribute(head.readUInt32LE(1), end))) return false;
      yield* place.pass(end - place.at + CHECKSUM_BYTES);
    }
    this.#closeFile();
    return true;
  }

  /** @param end of its value, of which it may leave the rest. */
  *#attribute(id: number, end: number): Step<boolean> {
    const place = this.#place;
    switch (id) {
      case ATTACH_RENDERING:
        this.#closeFile();
        this.#files.push({ data: [], names: [] });
        return true;
      case ATTACH_TITLE:
      case ATTACH_TRANSPORT_NAME:
        this.#addName(yield* takeEnd(place, end, MAX_NAME_BYTES), false);
        return true;
      case ATTACH_DATA:
        return yield* this.#data(end);
      case ATTACH_PROPERTIES:
        return yield* readProperties(place, end, (one, to) => this.#ofFile(one, to));
      case MESSAGE_PROPERTIES:
        return yield* readProperties(place, end, (one, to) => this.#ofMessage(one, to));
      case BODY:
        return yield* passAll(place, end, this.#listener.beginText('plain', ''));
      default:
        return true;
    }
  }

  *#data(end: number): Step<boolean> {
    const file = this.#listener.beginFile();
    // Beyond the bound, which is noted, nothing is read.
    if (file === undefined) return false;
    this.#files.at(-1)?.data.push(file);
    return yield* passAll(this.#place, end, (bytes) => {
      file.feed(bytes);
    });
  }

  *#ofFile({ id, type, bytes }: Property, end: number): Step<boolean> {
    const place = this.#place;
    if (NAMES.includes(id)) {
      this.#addName(yield* takeEnd(place, end, MAX_NAME_BYTES), type === UNICODE);
      return true;
    }
    if (id !== FILE_DATA) return true;
    if (type !== OBJECT || bytes < IID_BYTES) return yield* this.#data(end);
    const isMessage = (yield* place.take(IID_BYTES)).toString('hex') === MESSAGE_OBJECT;
    if (!isMessage) return yield* this.#data(end);
    if (this.#files.length >= MAX_TNEF_DEPTH) {
      this.#listener.note('too-deep');
      return true;
    }
    return yield* this.#message(end);
  }

  *#ofMessage({ id, type }: Property, end: number): Step<boolean> {
    const place = this.#place;
    if (id === BODY_HTML) return yield* passAll(place, end, this.#listener.beginText('html', ''));
    if (id === BODY_TEXT) {
      const charset = type === UNICODE ? 'utf-16le' : '';
      return yield* passAll(place, end, this.#listener.beginText('plain', charset));
    }
    return id !== RTF_COMPRESSED || (yield* this.#rtf(end));
  }

  *#rtf(end: number): Step<boolean> {
    const pieces: Buffer[] = [];
    const decoder = new RtfDecoder((bytes) => pieces.push(bytes), this.#listener.rtfRoom);
    yield* passAll(this.#place, end, (bytes) => {
      decoder.feed(bytes);
    });
    if (decoder.isCut) this.#listener.note('text-too-long');
    const text = Buffer.concat(pieces).toString('latin1');
    this.#listener.rtfRoom -= text.length;
    const to = this.#listener.beginText('plain', '');
    to(Buffer.from(text, 'latin1'));
    // Once more as it is shown: an escape may stand within a link.
    to(Buffer.from(`\n${flatRtf(text)}`, 'latin1'));
    return true;
  }

  #addName(bytes: Buffer, isUnicode: boolean): void {
    const text = bytes.toString(isUnicode ? 'utf16le' : 'latin1');
    const name = text.replace(/\0+$/, '');
    const names = this.#files.at(-1)?.names;
    if (name !== '' && names !== undefined && names.length < MAX_NAMES) names.push(name);
  }

  #closeFile(): void {
    const file = this.#files.pop();
    for (const data of file?.data ?? []) this.#listener.addFile(data, file?.names ?? []);
  }
}
