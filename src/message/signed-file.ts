/**
 * A file of CMS that is signed (`.p7m`): what is signed is a part of a message (RFC 8551 section 3.5.2),
 * or a file of its own, as people sign their documents (RFC 5652, CAdES). It may be written as text, and
 * signed several times.
 */
import type { AttachmentReader } from './attachment.ts';
import { ByteWalk, type Sink } from './byte-walk.ts';
import { CmsWalk, type CmsKind } from './cms.ts';
import { extensionsOf } from './file-names.ts';
import { Notes, type MalformedNote } from './notes.ts';
import { createTransferDecoder } from './transfer-decoding.ts';
import type { InsideListener } from './wrapped-files.ts';

/** Signatures around each other; people's documents have two or three. */
export const MAX_SIGNED_DEPTH = 4;

/** What tells how it is written; so much is held until then. */
const TOLD_BYTES = 512;
/** What tells a part from a file. */
const HEADER_BYTES = 4096;

const NOTHING = Buffer.alloc(0);

const CMS_NOTES: Readonly<Record<CmsKind, MalformedNote | undefined>> = {
  signed: undefined,
  encrypted: 'message-encrypted',
  compressed: 'message-compressed',
  other: 'wrapper-not-clear',
};

export interface SignedFileOrigin {
  /** All that the part gives. */
  readonly names: readonly string[];
  /** The media type says so: mail programs show what is inside in its place. */
  readonly isByType: boolean;
}

type Coding = 'der' | 'base64' | 'pem';

export class SignedFile {
  readonly #inside: InsideListener;
  readonly #isByType: boolean;
  #head: Buffer | undefined = NOTHING;
  readonly #content: SignedContent;
  #given: Uint8Array[] = [];
  readonly #cms: CmsWalk;
  readonly #walk: ByteWalk;
  #text: ArmoredText | undefined;
  #isOther = false;

  constructor(inside: InsideListener, origin: SignedFileOrigin, depth = 1) {
    this.#inside = inside;
    this.#isByType = origin.isByType;
    const names = origin.names.map(withoutExtension);
    this.#content = new SignedContent(inside, { ...origin, names }, depth);
    this.#cms = new CmsWalk((bytes) => {
      const given = this.#content.feed(bytes);
      // What passes through is valid during the call only.
      if (given.length > 0) this.#given.push(given);
    });
    this.#walk = new ByteWalk(this.#cms.walk());
  }

  feed(bytes: Uint8Array): Uint8Array {
    if (this.#head === undefined) this.#pass(bytes);
    else {
      const head = Buffer.concat([this.#head, bytes]);
      this.#head = head;
      if (head.length >= TOLD_BYTES) this.#tell(head);
    }
    return this.#taken();
  }

  end(): Uint8Array {
    if (this.#head !== undefined) this.#tell(this.#head);
    this.#text?.end();
    this.#given.push(this.#content.end());
    if (!this.#isOther) {
      const note = CMS_NOTES[this.#cms.kind];
      if (note !== undefined) this.#inside.note(note);
      const isWhole = this.#walk.isWhole && this.#text?.isBad !== true;
      if (!isWhole) this.#inside.note('wrapper-not-clear');
    }
    return this.#taken();
  }

  #tell(head: Buffer): void {
    this.#head = undefined;
    const coding = codingOf(head);
    // Other programs give their files such names, too.
    this.#isOther = coding === undefined && !this.#isByType && !isBlank(head);
    if (coding === 'base64' || coding === 'pem') {
      this.#text = new ArmoredText(coding, (bytes) => {
        this.#walk.feed(bytes);
      });
    }
    this.#pass(head);
  }

  #pass(bytes: Uint8Array): void {
    if (this.#isOther) return;
    if (this.#text === undefined) this.#walk.feed(bytes);
    else this.#text.feed(bytes);
  }

  #taken(): Uint8Array {
    const given = this.#given;
    this.#given = [];
    return given.length === 0
      ? NOTHING
      : given.length === 1
        ? (given[0] as Uint8Array)
        : Buffer.concat(given);
  }
}

/** What is signed: given back where it is a part, and else a file. */
class SignedContent {
  readonly #inside: InsideListener;
  readonly #origin: SignedFileOrigin;
  readonly #depth: number;
  #head: Buffer | undefined = NOTHING;
  #isPart = false;
  #file: AttachmentReader | undefined;
  #signed: SignedFile | undefined;
  #text: Sink | undefined;

  constructor(inside: InsideListener, origin: SignedFileOrigin, depth: number) {
    this.#inside = inside;
    this.#origin = origin;
    this.#depth = depth;
  }

  feed(bytes: Buffer): Uint8Array {
    if (this.#head === undefined) return this.#give(bytes);
    const head = Buffer.concat([this.#head, bytes]);
    this.#head = head;
    return head.length < HEADER_BYTES ? NOTHING : this.#tell(head);
  }

  end(): Uint8Array {
    const head = this.#head;
    const rest = head === undefined || head.length === 0 ? NOTHING : this.#tell(head);
    const last = this.#signed?.end() ?? NOTHING;
    if (this.#file !== undefined) this.#inside.addFile(this.#file, this.#origin.names);
    return last.length === 0 ? rest : Buffer.concat([rest, last]);
  }

  #tell(head: Buffer): Uint8Array {
    this.#head = undefined;
    const isNamed = extensionsOf(this.#origin.names).some((extension) => extension !== '');
    const isFile = isNamed && !this.#origin.isByType;
    this.#isPart = hasPartFields(head) || (!isFile && startsAsHeader(head));
    // With the name of a file it may be saved as one, whatever it begins with.
    if (!this.#isPart || isNamed) this.#file = this.#inside.beginFile();
    if (!this.#isPart && codingOf(head) !== undefined) this.#openSigned();
    else if (!this.#isPart && !isNamed && !head.includes(0)) {
      // Without a header it may be shown as text.
      this.#text = this.#inside.beginText('plain', '');
    }
    return this.#give(head);
  }

  #openSigned(): void {
    if (this.#depth >= MAX_SIGNED_DEPTH) this.#inside.note('too-deep');
    else this.#signed = new SignedFile(this.#inside, this.#origin, this.#depth + 1);
  }

  #give(bytes: Buffer): Uint8Array {
    this.#file?.feed(bytes);
    this.#text?.(bytes);
    if (this.#isPart) return bytes;
    return this.#signed?.feed(bytes) ?? NOTHING;
  }
}

/** The name of what is signed: `offer.pdf` of `offer.pdf.p7m`. */
const withoutExtension = (name: string): string =>
  name.slice(-255).replace(/\.p7[mz](?:%[0-9a-f]{2}|[^a-z0-9])*$/i, '');

const BLANK_LINE = /\r?\n\r?\n/;
const PART_FIELD = /(?:content-(?:type|transfer-encoding|disposition)|mime-version)[ \t]*:/i;

/** A lenient program finds its header whatever stands before it. */
const hasPartFields = (head: Buffer): boolean =>
  PART_FIELD.test(head.toString('latin1', 0, HEADER_BYTES).split(BLANK_LINE, 1)[0] ?? '');

/** RFC 5322 section 2.2, or no field at all before the blank line. */
const startsAsHeader = (head: Buffer): boolean =>
  /^(?:[!-9;-~]+[ \t]*:|\r?\n)/.test(head.toString('latin1', 0, HEADER_BYTES));

const isBlank = (head: Buffer): boolean => /^\s*$/.test(head.toString('latin1'));

/** 1.2.840.113549.1: what all content types of CMS begin with. */
const CMS_TYPES = Buffer.from('2a864886f70d01', 'hex');
const ARMOR = /^\s*-----BEGIN [A-Z0-9 #]{1,40}-----[ \t]*\r?\n/;

function codingOf(head: Buffer): Coding | undefined {
  if (isCms(head)) return 'der';
  const text = head.toString('latin1', 0, TOLD_BYTES);
  const armor = ARMOR.exec(text)?.[0] ?? '';
  // Base64 of a sequence.
  const coded = /^\s*(M[A-I][A-Za-z0-9+/=\s]+)/.exec(text.slice(armor.length))?.[1] ?? '';
  if (coded === '' || !isCms(Buffer.from(coded, 'base64'))) return undefined;
  return armor === '' ? 'base64' : 'pem';
}

const isCms = (head: Buffer): boolean =>
  head[0] === 0x30 && head.subarray(0, 160).includes(CMS_TYPES);

/** Base64 as text in a file, alone or between lines of dashes (RFC 7468). */
class ArmoredText {
  readonly #faults = new Notes();
  readonly #decoder = createTransferDecoder('base64', this.#faults);
  readonly #to: Sink;
  #state: 'before' | 'inside' | 'behind';

  constructor(coding: 'base64' | 'pem', to: Sink) {
    this.#to = to;
    this.#state = coding === 'pem' ? 'before' : 'inside';
  }

  get isBad(): boolean {
    return this.#faults.list().length > 0;
  }

  /** The line before it comes whole in the first call. */
  feed(bytes: Uint8Array): void {
    if (this.#state === 'behind') return;
    let data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#state === 'before') {
      data = data.subarray(ARMOR.exec(data.toString('latin1', 0, TOLD_BYTES))?.[0].length ?? 0);
      this.#state = 'inside';
    }
    const dashes = data.indexOf(0x2d);
    this.#give(this.#decoder.decode(dashes < 0 ? data : data.subarray(0, dashes)));
    if (dashes >= 0) this.#state = 'behind';
  }

  end(): void {
    this.#give(this.#decoder.end());
  }

  #give(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#to(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}
