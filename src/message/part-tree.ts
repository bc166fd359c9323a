/**
 * What is kept of the parts of a message: the shape, the text up to a bound, and of attachments
 * type, size and hash. Parts stream by; nothing else stays.
 */
import { AttachmentReader, extensionOf } from './attachment.ts';
import { AttachmentList, type NamedAttachment } from './attachment-list.ts';
import type { HeaderField } from './contract.ts';
import { EncodedMessage, type OutlinedPart } from './encoded-message.ts';
import { MAX_TEXT_BYTES, MAX_UUENCODED } from './limits.ts';
import type { Notes } from './notes.ts';
import { parseParameterField, readableText, type ParameterField } from './parameters.ts';
import type { PartListener, PartPlan } from './splitter.ts';
import { findUuencoded } from './uuencode.ts';
import { createTransferDecoder, type TransferDecoder } from './transfer-decoding.ts';

export interface TextPart {
  readonly kind: 'plain' | 'html';
  readonly charset: string;
  /** Written by the author for the reader; false for attached files and forwarded messages. */
  readonly isBody: boolean;
  readonly bytes: Uint8Array;
}

/** The longest shape of the contract. */
const MAX_MIME_SHAPE_CHARS = 200;

/** Names are kept on request only; longer ones are cut. */
const MAX_NAME_CHARS = 255;

interface Leaf {
  readonly kind: 'leaf';
  readonly decoder: TransferDecoder;
  readonly attachment: AttachmentReader | undefined;
  readonly name: string;
  readonly text: OpenText | undefined;
}

/** One in a transfer encoding. */
interface OpenMessage {
  readonly kind: 'message';
  readonly encoded: EncodedMessage;
  readonly name: string;
}

/** Of all kinds of text, those that somebody wrote to be read; a calendar entry is none. */
const WRITTEN = new Set(['text/plain', 'text/html', 'text/enriched', 'text/richtext']);

interface OpenText {
  readonly kind: 'plain' | 'html';
  readonly charset: string;
  readonly isBody: boolean;
  readonly chunks: Uint8Array[];
}

export class PartTree implements PartListener {
  readonly texts: TextPart[] = [];
  /** The outermost part is a report (RFC 6522), such as a receipt. */
  isReceipt = false;
  /** A calendar says that its owner comes or not. */
  isInvitationAnswer = false;
  /** Of the outermost multipart. */
  boundary: string | undefined;
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
    const own = new PartFields(fields);
    this.#tellAround(own);
    if (own.isDoubled) this.#notes.add('doubled-content-type');
    const [type = '', subtype = ''] = own.type.split('/', 2);
    if (this.#open.length === 0) this.isReceipt = own.type === 'multipart/report';
    const method = own.contentType.parameters.get('method')?.toLowerCase();
    if (own.type === 'text/calendar' && method === 'reply') this.isInvitationAnswer = true;
    if (type === 'multipart') {
      const plan = this.#multipart(own.contentType);
      this.#write(plan.kind === 'multipart' ? `${subtype}(` : own.type, plan.kind === 'multipart');
      const isEncoded = own.encodings.some(isUndone);
      this.#open.push(isEncoded ? 'encoded-multipart' : 'multipart');
      return plan;
    }
    if (isMessage(own)) {
      // RFC 6532 section 3.7 allows any encoding for message/global.
      if (!own.isPlainCoded && own.type === 'message/rfc822') this.#notes.add('encoded-message');
      const plan = this.#message(own);
      if (plan !== undefined) return plan;
      this.#notes.add('message-not-decoded');
    }
    this.#write(own.type, false);
    this.#open.push(this.#leaf(own));
    return { kind: 'leaf' };
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
    this.#feed(part, part.decoder.end());
    if (part.text !== undefined) {
      const bytes = Buffer.concat(part.text.chunks);
      this.texts.push({ ...part.text, bytes });
      if (part.text.kind === 'plain') this.#addUuencoded(bytes);
    }
    if (part.attachment !== undefined) {
      this.#attachments.add({ ...part.attachment.end(), name: part.name });
    }
  }

  #addUuencoded(bytes: Buffer): void {
    if (!bytes.includes('begin')) return;
    const files = findUuencoded(bytes.toString('latin1'), MAX_UUENCODED);
    if (files.length === MAX_UUENCODED) this.#notes.add('too-many-attachments');
    for (const file of files) {
      const reader = new AttachmentReader(file.name, '');
      reader.feed(file.bytes);
      this.#attachments.add({ ...reader.end(), name: file.name });
    }
  }

  /** A part inside is told to all messages in an encoding around it, and to the multipart it is in. */
  #tellAround(own: PartFields): void {
    const last = this.#open.length - 1;
    if (this.#open[last] === 'encoded-multipart') this.#open[last] = 'multipart';
    if (this.#encodedMessages === 0) return;
    const { line } = outlineOf(own);
    for (const part of this.#open) {
      if (typeof part === 'object' && part.kind === 'message') part.encoded.add(line);
    }
  }

  /** @returns undefined where it is anybody's guess what mail programs make of it. */
  #message(own: PartFields): PartPlan | undefined {
    const { encoding } = own;
    const isClear = own.encodings.length < 2 || own.encodings.every(isPlain);
    if (!own.isPlainCoded && (!isClear || own.isDoubled || !isUndone(encoding))) return undefined;
    if (!isClear) this.#notes.add('message-not-decoded');
    this.#write('message(', true);
    this.#messages += 1;
    if (!isUndone(encoding)) {
      this.#open.push('message');
      return { kind: 'message' };
    }
    const file = new AttachmentReader(own.name, own.type);
    const encoded = new EncodedMessage(encoding, file, (fields) =>
      outlineOf(new PartFields(fields)),
    );
    this.#open.push({ kind: 'message', encoded, name: own.name });
    this.#encodedMessages += 1;
    return { kind: 'message', decoder: encoded };
  }

  #closeEncoded({ encoded, name }: OpenMessage): void {
    this.#encodedMessages -= 1;
    if (!encoded.isSeenWhole(this.#notes)) this.#notes.add('message-not-decoded');
    this.#attachments.add({ ...encoded.file.end(), name });
  }

  #multipart(contentType: ParameterField): PartPlan {
    const boundary = contentType.parameters.get('boundary')?.trimEnd() ?? '';
    if (boundary === '') {
      this.#notes.add('boundary-missing');
      return { kind: 'leaf' };
    }
    this.boundary ??= boundary;
    return { kind: 'multipart', boundary };
  }

  #leaf(own: PartFields): Leaf {
    const kind = own.textKind;
    const isNamed = own.disposition === 'attachment' || own.name !== '';
    const isFile = isNamed || own.isOther;
    const charset = own.contentType.parameters.get('charset') ?? '';
    const text: OpenText | undefined =
      kind === undefined || (isNamed && kind === 'plain')
        ? undefined
        : {
            kind,
            charset,
            isBody: !isNamed && WRITTEN.has(own.type) && this.#messages === 0,
            chunks: [],
          };
    return {
      kind: 'leaf',
      decoder: createTransferDecoder(own.encoding, this.#notes),
      attachment: isFile ? new AttachmentReader(own.name, own.type) : undefined,
      name: own.name,
      text,
    };
  }

  #feed(leaf: Leaf, decoded: Uint8Array): void {
    if (decoded.length === 0) return;
    leaf.attachment?.feed(decoded);
    if (leaf.text === undefined) return;
    const room = this.#room[leaf.text.kind];
    if (room < decoded.length) {
      this.#notes.add(leaf.text.kind === 'html' ? 'html-too-long' : 'text-too-long');
      if (room === 0) return;
    }
    const taken = decoded.subarray(0, room);
    // The decoder writes over its bytes at the next call.
    leaf.text.chunks.push(Uint8Array.from(taken));
    this.#room[leaf.text.kind] = room - taken.length;
  }

  #write(text: string, hasParts: boolean): void {
    if (this.#shape.length >= MAX_MIME_SHAPE_CHARS) return;
    this.#shape += (this.#needsComma ? ',' : '') + text;
    this.#needsComma = !hasParts;
  }
}

type Undone = 'base64' | 'quoted-printable';

const isUndone = (encoding: string): encoding is Undone =>
  encoding === 'base64' || encoding === 'quoted-printable';

const isPlain = (encoding: string): boolean => ['', '7bit', '8bit', 'binary'].includes(encoding);

const isMessage = ({ type }: PartFields): boolean =>
  type === 'message/rfc822' || type === 'message/global';

/** How a part is read by who undoes no transfer encoding of messages. */
function outlineOf(own: PartFields): OutlinedPart {
  const boundary = own.contentType.parameters.get('boundary')?.trimEnd() ?? '';
  const isMultipart = own.type.startsWith('multipart/') && boundary !== '';
  const isText = own.textKind === 'plain' && !own.isOther && own.name === '';
  return {
    line: JSON.stringify([
      own.type,
      own.encoding.slice(0, 40),
      own.textKind ?? '',
      extensionOf(own.name),
    ]),
    plan: isMultipart
      ? { kind: 'multipart', boundary }
      : { kind: isMessage(own) ? 'message' : 'leaf' },
    isPlain: isMultipart || isMessage(own) || (isText && own.isPlainCoded),
  };
}

/** The fields of a part that say how to read it. */
export class PartFields {
  readonly contentType: ParameterField;
  /** Lower case, only what a media type may hold. */
  readonly type: string;
  readonly disposition: string;
  readonly encoding: string;
  /** Each that a field gives, once. */
  readonly encodings: readonly string[];
  /** Nothing is to be undone. */
  readonly isPlainCoded: boolean;
  readonly name: string;
  /** Two different media types: what a mail program shows is anybody's guess. */
  readonly isDoubled: boolean;
  /** It has a type that is no text: a mail program may show a file. */
  readonly isOther: boolean;
  /** The text that a mail program may show. */
  readonly textKind: TextPart['kind'] | undefined;

  constructor(fields: readonly HeaderField[]) {
    const several: ParameterField[] = [];
    const dispositions: ParameterField[] = [];
    const encodings: string[] = [];
    for (const { name, value } of fields) {
      const key = name.toLowerCase();
      if (key === 'content-type') several.push(parseParameterField(value));
      if (key === 'content-transfer-encoding') encodings.push(encodingOf(value));
      if (key === 'content-disposition') dispositions.push(parseParameterField(value));
    }
    this.isDoubled = several.some((one) => one.value !== several[0]?.value);
    // Parts that nobody looks into would be a hiding place.
    this.contentType =
      several.find((one) => one.value.startsWith('multipart/')) ??
      several[0] ??
      parseParameterField('');
    this.type = mediaType(this.contentType);
    const all = this.isDoubled ? several.map(mediaType) : [this.type];
    this.isOther = all.some((type) => !type.startsWith('text/'));
    const hasText = all.some((type) => type.startsWith('text/'));
    this.textKind = all.includes('text/html') ? 'html' : hasText ? 'plain' : undefined;
    this.disposition = dispositions[0]?.value ?? '';
    this.encodings = encodings.length < 2 ? encodings : [...new Set(encodings)];
    this.encoding = encodings[0] ?? '';
    this.isPlainCoded = isPlain(this.encoding);
    this.name = readableText(nameOf(dispositions, several)).slice(-MAX_NAME_CHARS);
  }
}

function encodingOf(value: string): string {
  return value
    .replace(/[;(][^]*$/, '')
    .trim()
    .toLowerCase();
}

/** RFC 2045 section 5.2: without a type, and with a senseless one, it is plain text. */
function mediaType({ value }: ParameterField): string {
  return /^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,100}$/.test(value) ? value : 'text/plain';
}

/** The first that any field gives: a file must not lose its name behind a field without one. */
function nameOf(dispositions: readonly ParameterField[], types: readonly ParameterField[]): string {
  for (const { parameters } of dispositions) {
    const name = parameters.get('filename');
    if (name !== undefined && name !== '') return name;
  }
  for (const { parameters } of types) {
    const name = parameters.get('name');
    if (name !== undefined && name !== '') return name;
  }
  return '';
}
