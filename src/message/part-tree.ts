/**
 * What is kept of the parts of a message: the shape, the text up to a bound, and of attachments
 * type, size and hash. Parts stream by; nothing else stays.
 */
import type { DerivedAttachment } from '../core/message/derived.ts';
import { AttachmentReader } from './attachment.ts';
import { AttachmentList, type NamedAttachment } from './attachment-list.ts';
import type { HeaderField } from './contract.ts';
import { EncodedMessage, NamedMessage } from './encoded-message.ts';
import { FilesInside } from './files-inside.ts';
import { extensionsOf } from './file-names.ts';
import { MAX_PARTS, MAX_TEXT_BYTES, MAX_UUENCODED } from './limits.ts';
import { Notes } from './notes.ts';
import { outlineOf, PartFields } from './part-fields.ts';
import type { PartListener, PartPlan } from './splitter.ts';
import { findUuencoded } from './uuencode.ts';
import { createTransferDecoder, isPlainCoding, type TransferDecoder } from './transfer-decoding.ts';
import { OpenWrapper } from './open-wrapper.ts';
import { findYencoded } from './yenc.ts';

export interface TextPart {
  readonly kind: 'plain' | 'html';
  readonly charset: string;
  /** Written by the author for the reader; false for attached files and forwarded messages. */
  readonly isBody: boolean;
  /** A blank at the end of a line joins it with the next and is no part of the text (RFC 3676 section 4.1). */
  readonly isJoined: boolean;
  readonly bytes: Uint8Array;
}

/** The longest shape of the contract. */
const MAX_MIME_SHAPE_CHARS = 200;

interface Leaf {
  readonly kind: 'leaf';
  readonly decoder: TransferDecoder;
  /** Of one whose encoding not every program takes for one. */
  readonly faults: Notes | undefined;
  readonly attachment: AttachmentReader | undefined;
  readonly own: PartFields;
  readonly text: OpenText | undefined;
  /** What it may hold is looked into. */
  readonly wrapper: OpenWrapper | undefined;
}

/** One in a transfer encoding, or with the name of a file. */
interface OpenMessage {
  readonly kind: 'message';
  readonly encoded: EncodedMessage | NamedMessage;
  readonly own: PartFields;
}

/** Of all kinds of text, those that somebody wrote to be read; a calendar entry is none. */
const WRITTEN = new Set(['text/plain', 'text/html', 'text/enriched', 'text/richtext']);

interface OpenText {
  readonly kind: 'plain' | 'html';
  readonly charset: string;
  readonly isBody: boolean;
  readonly isJoined: boolean;
  readonly chunks: Buffer[];
}

export class PartTree implements PartListener {
  readonly texts: TextPart[] = [];
  /** The outermost part is a report (RFC 6522), such as a receipt. */
  isReceipt = false;
  /** A calendar says that its owner comes or not. */
  isInvitationAnswer = false;
  /** Of the outermost multipart. */
  boundary: string | undefined;
  /** What relative links begin with. */
  readonly bases: string[] = [];
  readonly #notes: Notes;
  readonly #attachments: AttachmentList;
  /** Open parts: a leaf, or what is inside it; `encoded-multipart` while no part of it was found. */
  readonly #open: (Leaf | OpenMessage | 'message' | 'multipart' | 'encoded-multipart')[] = [];
  readonly #room = { plain: MAX_TEXT_BYTES, html: MAX_TEXT_BYTES };
  #shape = '';
  #needsComma = false;
  #messages = 0;
  /** Those of them in a transfer encoding. */
  #encodedMessages = 0;
  #inside: FilesInside | undefined;

  constructor(notes: Notes) {
    this.#notes = notes;
    this.#attachments = new AttachmentList(notes);
  }

  get attachments(): readonly NamedAttachment[] {
    return this.#attachments.listed;
  }

  /** Attachments that are not listed. */
  get attachmentsMore(): number {
    return this.#attachments.more;
  }

  get mimeShape(): string {
    return this.#shape.slice(0, MAX_MIME_SHAPE_CHARS);
  }

  open(fields: readonly HeaderField[]): PartPlan {
    const own = PartFields.of(fields);
    this.#tellAround(own);
    if (own.isDoubled) this.#notes.add('doubled-content-type');
    if (own.isSplitTwice) this.#notes.add('structure-not-clear');
    for (const base of own.bases) if (this.bases.length < MAX_PARTS) this.bases.push(base);
    const [type, subtype = ''] = own.keptType.split('/', 2);
    if (this.#open.length === 0) this.isReceipt = own.type === 'multipart/report';
    const method = own.contentType.parameters.get('method')?.toLowerCase();
    if (own.type === 'text/calendar' && method === 'reply') this.isInvitationAnswer = true;
    if (type === 'multipart') {
      const plan = this.#multipart(own.boundary);
      this.#write(
        plan.kind === 'multipart' ? `${subtype}(` : own.keptType,
        plan.kind === 'multipart',
      );
      const isEncoded = !own.encodings.every(isPlainCoding);
      this.#open.push(isEncoded ? 'encoded-multipart' : 'multipart');
      return plan;
    }
    if (own.type === 'message/partial') this.#notes.add('message-partial');
    if (own.type === 'message/external-body') this.#notes.add('message-external');
    if (own.isMessage) {
      // RFC 6532 section 3.7 allows any encoding for message/global.
      if (!own.isPlainCoded && own.type !== 'message/global') this.#notes.add('encoded-message');
      const plan = this.#message(own);
      if (plan !== undefined) return plan;
      this.#notes.add('message-not-decoded');
    }
    this.#write(own.keptType, false);
    const leaf = this.#leaf(own);
    this.#open.push(leaf);
    if (leaf.wrapper?.holdsEntity !== true) return { kind: 'leaf' };
    return { kind: 'message', decoder: this.#decoderOf(leaf, leaf.wrapper), isMaybe: true };
  }

  /** Gives what is in a file, which is fed as a leaf, too. */
  #decoderOf(leaf: Leaf, wrapper: OpenWrapper): TransferDecoder {
    return {
      decode: (chunk) => {
        wrapper.check(chunk);
        return this.#feed(leaf, leaf.decoder.decode(chunk));
      },
      end: () => {
        const rest = this.#feed(leaf, leaf.decoder.end());
        const last = wrapper.end();
        return rest.length === 0 ? last : last.length === 0 ? rest : Buffer.concat([rest, last]);
      },
    };
  }

  bytes(chunk: Uint8Array): void {
    const leaf = this.#open.at(-1);
    if (typeof leaf === 'object' && leaf.kind === 'leaf')
      this.#feed(leaf, leaf.decoder.decode(chunk));
  }

  close(): void {
    const part = this.#open.pop();
    if (part === undefined) return;
    if (typeof part === 'string' || part.kind === 'message') {
      if (part === 'message' || typeof part === 'object') this.#messages -= 1;
      if (typeof part === 'object') this.#closeEncoded(part);
      // RFC 2045 section 6.4 allows it no encoding: without parts undecoded, they may be in it.
      if (part === 'encoded-multipart') this.#notes.add('encoded-multipart');
      if (this.#shape.length < MAX_MIME_SHAPE_CHARS) this.#shape += ')';
      this.#needsComma = true;
      return;
    }
    if (part.wrapper?.holdsEntity === true) this.#closeWrapper(part.wrapper);
    else {
      this.#feed(part, part.decoder.end());
      part.wrapper?.end();
    }
    if (part.text !== undefined) this.#addText(part.text);
    const faults = part.faults?.list() ?? [];
    for (const fault of faults) this.#notes.add(fault);
    // Who takes it for text that is not encoded sees something else.
    if (faults.length > 0) this.#notes.add('encoding-not-clear');
    part.wrapper?.close(this.#notes);
    if (part.attachment !== undefined) this.#addFile(part.attachment, part.own);
  }

  #addText(text: OpenText): void {
    const { chunks } = text;
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    this.texts.push({ ...text, bytes });
    this.#addWritten(bytes);
  }

  /** Files that are written into a text. */
  #addWritten(bytes: Buffer): void {
    if (!bytes.includes('begin')) return;
    const text = bytes.toString('latin1');
    const files = [...findUuencoded(text, MAX_UUENCODED), ...findYencoded(text, MAX_UUENCODED)];
    if (files.length >= MAX_UUENCODED) this.#notes.add('too-many-attachments');
    for (const file of files) {
      const reader = new AttachmentReader(file.name, '');
      reader.feed(file.bytes);
      const found = { ...reader.end(), name: file.name };
      for (const extension of extensionsOf([file.name]))
        this.#attachments.add({ ...found, extension });
    }
  }

  /** Once for each extension that a program may give it. */
  #addFile(file: AttachmentReader, { name, extensions }: PartFields): void {
    const found = { ...file.end(), name };
    if (isOutlookMessage(found, extensions)) this.#notes.add('outlook-message');
    for (const extension of extensions) this.#attachments.add({ ...found, extension });
  }

  /** A part in a file: the message it is in has begun. */
  #openWrapper(wrapper: OpenWrapper): void {
    if (wrapper.hasParts) return;
    wrapper.hasParts = true;
    if (wrapper.isMessage) this.#messages += 1;
    if (this.#shape.length < MAX_MIME_SHAPE_CHARS) this.#shape += '(';
    this.#needsComma = false;
  }

  #closeWrapper(wrapper: OpenWrapper): void {
    if (!wrapper.hasParts) return;
    if (wrapper.isMessage) this.#messages -= 1;
    if (this.#shape.length < MAX_MIME_SHAPE_CHARS) this.#shape += ')';
    this.#needsComma = true;
  }

  /** A part inside is told to all messages in an encoding around it, and to the multipart it is in. */
  #tellAround(own: PartFields): void {
    const last = this.#open.length - 1;
    const around = this.#open[last];
    if (around === 'encoded-multipart') this.#open[last] = 'multipart';
    else if (typeof around === 'object' && around.kind === 'leaf') {
      if (around.wrapper !== undefined) this.#openWrapper(around.wrapper);
    }
    if (this.#encodedMessages === 0) return;
    const { line } = outlineOf(own);
    for (const part of this.#open) {
      if (typeof part === 'object' && part.kind === 'message') part.encoded.add(line);
    }
  }

  /** @returns undefined where it is anybody's guess what mail programs make of it. */
  #message(own: PartFields): PartPlan | undefined {
    const { encoding } = own;
    const isClear = !own.isCodedTwice;
    if (!own.isPlainCoded && (!isClear || own.isDoubled || !isUndone(encoding))) return undefined;
    if (!isClear) this.#notes.add('message-not-decoded');
    this.#write('message(', true);
    this.#messages += 1;
    const isFile = own.extensions.some((extension) => extension !== '' && extension !== 'eml');
    if (!isUndone(encoding) && !isFile) {
      this.#open.push('message');
      return { kind: 'message' };
    }
    const file = new AttachmentReader(own.name, own.keptType);
    const encoded = isUndone(encoding)
      ? new EncodedMessage(encoding, file, (fields) => outlineOf(new PartFields(fields)))
      : new NamedMessage(file);
    this.#open.push({ kind: 'message', encoded, own });
    this.#encodedMessages += 1;
    return { kind: 'message', decoder: encoded };
  }

  #closeEncoded({ encoded, own }: OpenMessage): void {
    this.#encodedMessages -= 1;
    if (!encoded.isSeenWhole(this.#notes)) this.#notes.add('message-not-decoded');
    this.#addFile(encoded.file, own);
  }

  #multipart(boundary: string): PartPlan {
    if (boundary === '') {
      this.#notes.add('boundary-missing');
      return { kind: 'leaf' };
    }
    this.boundary ??= boundary;
    return { kind: 'multipart', boundary };
  }

  #leaf(own: PartFields): Leaf {
    const kind = own.textKind;
    // A file by its disposition, unless there is nothing else to be shown.
    const isAttached = own.disposition === 'attachment' && this.#open.length > 0;
    const isFile = own.disposition === 'attachment' || own.name !== '' || own.isOther;
    const charset = own.contentType.parameters.get('charset') ?? '';
    const wrapper = own.wrapper === undefined ? undefined : this.#wrapper(own);
    const faults = own.isOddlyCoded ? new Notes() : undefined;
    if (own.isCodedTwice) this.#notes.add('encoding-not-clear');
    // Programs show a text in its place although it has the name of a file, and open calendars.
    const isShown = !isAttached || kind === 'html' || own.type === 'text/calendar';
    const text: OpenText | undefined =
      kind === undefined || !isShown
        ? undefined
        : {
            kind,
            charset,
            isBody: !isAttached && WRITTEN.has(own.type) && this.#messages === 0,
            isJoined: own.contentType.parameters.get('delsp')?.toLowerCase() === 'yes',
            chunks: [],
          };
    return {
      kind: 'leaf',
      decoder: createTransferDecoder(own.encoding, wrapper?.faults ?? faults ?? this.#notes),
      faults,
      attachment: isFile ? new AttachmentReader(own.name, own.keptType) : undefined,
      own,
      text,
      wrapper,
    };
  }

  #wrapper(own: PartFields): OpenWrapper | undefined {
    this.#inside ??= new FilesInside(this.#notes, this.#attachments, {
      begin: (kind, charset) => {
        const text = { kind, charset, isBody: false, isJoined: false, chunks: [] };
        return {
          take: (bytes) => {
            this.#take(text, bytes);
          },
          end: () => {
            this.#addText(text);
          },
        };
      },
    });
    return own.wrapper && new OpenWrapper(own.wrapper, own, this.#inside);
  }

  /** @returns what is in it, valid until the next call. */
  #feed(leaf: Leaf, decoded: Uint8Array): Uint8Array {
    if (decoded.length === 0) return decoded;
    leaf.attachment?.feed(decoded);
    if (leaf.text !== undefined) this.#take(leaf.text, decoded);
    return leaf.wrapper === undefined ? NOTHING : leaf.wrapper.feed(decoded);
  }

  #take(text: OpenText, decoded: Uint8Array): void {
    const room = this.#room[text.kind];
    if (room < decoded.length) {
      this.#notes.add(text.kind === 'html' ? 'html-too-long' : 'text-too-long');
      if (room === 0) return;
    }
    const taken = decoded.subarray(0, room);
    // The decoder writes over its bytes at the next call.
    text.chunks.push(Buffer.from(taken));
    this.#room[text.kind] = room - taken.length;
  }

  #write(text: string, hasParts: boolean): void {
    if (this.#shape.length >= MAX_MIME_SHAPE_CHARS) return;
    this.#shape += (this.#needsComma ? ',' : '') + text;
    this.#needsComma = !hasParts;
  }
}

const NOTHING = new Uint8Array(0);

/** MS-OXMSG: a compound file, opened by its name. */
const isOutlookMessage = (
  { trueType }: DerivedAttachment,
  extensions: readonly string[],
): boolean =>
  trueType === 'application/vnd.ms-outlook' ||
  (trueType === 'application/x-cfb' && extensions.includes('msg'));

type Undone = 'base64' | 'quoted-printable';

const isUndone = (encoding: string): encoding is Undone =>
  encoding === 'base64' || encoding === 'quoted-printable';
