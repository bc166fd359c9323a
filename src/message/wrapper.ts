/**
 * Files that hold a message, a part or other files, and which mail programs open as if what is inside had
 * been sent as such (decision 0040). One is told by its type, its name or its first bytes.
 */
import { ByteWalk } from './byte-walk.ts';
import { BinhexDecoder, walkApple, walkBinhex } from './mac-files.ts';
import { extensionsOf } from './file-names.ts';
import { startsAsMail } from './mail-start.ts';
import { SignedFile } from './signed-file.ts';
import { Tnef } from './tnef.ts';
import type { InsideListener } from './wrapped-files.ts';

/** `maybe`: its first bytes tell. */
export type WrapperKind = 'signed' | 'mail' | 'maybe' | 'tnef' | 'apple' | 'binhex';

export interface Wrapper {
  /** Takes bytes of the file; gives bytes of the header and body inside, where it holds such. */
  feed(bytes: Uint8Array): Uint8Array;
  /** No more comes. */
  end(): Uint8Array;
}

const TYPES: ReadonlyMap<string, WrapperKind> = new Map<string, WrapperKind>([
  ['application/pkcs7-mime', 'signed'],
  ['application/x-pkcs7-mime', 'signed'],
  ['application/ms-tnef', 'tnef'],
  ['application/vnd.ms-tnef', 'tnef'],
  ['application/applefile', 'apple'],
  ['application/mac-binhex40', 'binhex'],
  ['application/mac-binhex', 'binhex'],
  ['application/x-mac-binhex40', 'binhex'],
  ['application/eml', 'mail'],
  ['application/x-eml', 'mail'],
  ['application/x-mimearchive', 'mail'],
  ['application/octet-stream', 'maybe'],
]);

/** Windows and mail programs open these by name; web archives are messages (RFC 2557). */
const EXTENSIONS: ReadonlyMap<string, WrapperKind> = new Map<string, WrapperKind>([
  ['eml', 'mail'],
  ['nws', 'mail'],
  ['mht', 'mail'],
  ['mhtml', 'mail'],
  // RFC 8551 section 3.2.1.
  ['p7m', 'signed'],
  ['p7z', 'signed'],
  ['tnef', 'tnef'],
  ['hqx', 'binhex'],
]);

/** Whether what is inside is a header and a body. */
export const holdsEntity = (kind: WrapperKind): boolean =>
  kind === 'signed' || kind === 'mail' || kind === 'maybe';

/** A message by its name. */
export const isMailFile = (extension: string): boolean => EXTENSIONS.get(extension) === 'mail';

/** @param type lower case. @param extensions all that its names may come to. */
export function wrapperKindOf(
  type: string,
  name: string,
  extensions: readonly string[],
): WrapperKind | undefined {
  const byType = TYPES.get(type);
  if (byType !== undefined && byType !== 'maybe') return byType;
  for (const extension of extensions) {
    const byName = extension === '' ? undefined : EXTENSIONS.get(extension);
    if (byName !== undefined) return byName;
  }
  return /^win(?:mail)?\.dat$/i.test(name) ? 'tnef' : byType;
}

/** Where a file comes from. */
export interface WrapperOrigin {
  /** Lower case. */
  readonly type: string;
  readonly names: readonly string[];
}

export function createWrapper(
  kind: WrapperKind,
  inside: InsideListener,
  { type, names }: WrapperOrigin,
): Wrapper {
  switch (kind) {
    case 'signed':
      return new SignedFile(inside, { names, isByType: TYPES.get(type) === 'signed' });
    case 'mail':
      return new Mail(inside, extensionsOf(names).includes('eml'));
    case 'maybe':
      return new Maybe(inside);
    case 'tnef':
      return new TnefFile(inside, TYPES.get(type) === 'tnef');
    case 'apple':
      return new Files(new ByteWalk(walkApple(inside)), inside);
    case 'binhex':
      return new Binhex(inside);
    default:
      return kind satisfies never;
  }
}

const NOTHING = Buffer.alloc(0);

const TNEF_MARK = Buffer.from('789f3e22', 'hex');
const HEAD_BYTES = 4096;

/** A field as programs write it (RFC 5322 section 2.2). */
const startsAsHeader = (head: Buffer): boolean =>
  /^[!-9;-~]{1,76}:/.test(head.toString('latin1', 0, 100));

class Mail implements Wrapper {
  readonly #inside: InsideListener;
  readonly #isSaved: boolean;
  #head = NOTHING;

  /** @param isSaved by its name: what programs save, drafts too, begins with any field. */
  constructor(inside: InsideListener, isSaved: boolean) {
    this.#inside = inside;
    this.#isSaved = isSaved;
  }

  feed(bytes: Uint8Array): Uint8Array {
    const room = HEAD_BYTES - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, room)]);
    return bytes;
  }

  end(): Uint8Array {
    // As in encoded messages: scanners see a text without parts.
    const isUsual = this.#isSaved ? startsAsHeader(this.#head) : startsAsMail(this.#head);
    if (this.#head.length > 0 && !isUsual) {
      this.#inside.note('message-start-unusual');
    }
    return NOTHING;
  }
}

class Files implements Wrapper {
  protected readonly inside: InsideListener;
  protected readonly walk: ByteWalk;

  constructor(walk: ByteWalk, inside: InsideListener) {
    this.walk = walk;
    this.inside = inside;
  }

  feed(bytes: Uint8Array): Uint8Array {
    this.walk.feed(bytes);
    return NOTHING;
  }

  end(): Uint8Array {
    if (!this.walk.isWhole) this.inside.note('wrapper-not-clear');
    return NOTHING;
  }
}

class TnefFile implements Wrapper {
  readonly #inside: InsideListener;
  readonly #tnef: Tnef;
  readonly #walk: ByteWalk;
  readonly #isByType: boolean;
  #start = NOTHING;

  constructor(inside: InsideListener, isByType: boolean) {
    this.#inside = inside;
    this.#isByType = isByType;
    this.#tnef = new Tnef(inside);
    this.#walk = new ByteWalk(this.#tnef.walk());
  }

  feed(bytes: Uint8Array): Uint8Array {
    const room = TNEF_MARK.length - this.#start.length;
    if (room > 0) this.#start = Buffer.concat([this.#start, bytes.subarray(0, room)]);
    this.#walk.feed(bytes);
    return NOTHING;
  }

  end(): Uint8Array {
    // It says nowhere how long it is; behind it a few bytes, too few for anything, are usual.
    const isCut = !this.#tnef.isBetween || this.#walk.isStopped;
    // Other programs have files of that name, too.
    const isOther = !this.#isByType && !this.#start.equals(TNEF_MARK);
    if (isCut && !isOther) this.#inside.note('wrapper-not-clear');
    this.#tnef.end();
    return NOTHING;
  }
}

class Binhex extends Files {
  readonly #decoder: BinhexDecoder;

  constructor(inside: InsideListener) {
    super(new ByteWalk(walkBinhex(inside)), inside);
    this.#decoder = new BinhexDecoder(inside);
  }

  override feed(bytes: Uint8Array): Uint8Array {
    this.#decoder.decode(bytes, (decoded) => {
      this.walk.feed(decoded);
    });
    return NOTHING;
  }

  override end(): Uint8Array {
    if (this.#decoder.isBad) this.inside.note('wrapper-not-clear');
    return super.end();
  }
}

/** Enough to tell; so much is held until then. */
const TOLD_BYTES = 1024;

class Maybe implements Wrapper {
  readonly #inside: InsideListener;
  #held: Buffer | undefined = NOTHING;
  #wrapper: Wrapper | undefined;

  constructor(inside: InsideListener) {
    this.#inside = inside;
  }

  feed(bytes: Uint8Array): Uint8Array {
    if (this.#held === undefined) return this.#wrapper?.feed(bytes) ?? NOTHING;
    const head = Buffer.concat([this.#held, bytes]);
    this.#held = head;
    return head.length < TOLD_BYTES ? NOTHING : this.#tell(head);
  }

  #tell(head: Buffer): Uint8Array {
    this.#held = undefined;
    if (head.subarray(0, TNEF_MARK.length).equals(TNEF_MARK)) {
      this.#wrapper = new TnefFile(this.#inside, true);
    } else if (looksAsMail(head)) {
      this.#wrapper = PASSED_ON;
    }
    return this.#wrapper?.feed(head) ?? NOTHING;
  }

  end(): Uint8Array {
    const rest = this.#held === undefined ? NOTHING : this.#tell(this.#held);
    this.#wrapper?.end();
    return rest;
  }
}

const PASSED_ON: Wrapper = { feed: (bytes) => bytes, end: () => NOTHING };

/** Fields of nearly every message, of which other files have at most one. */
const USUAL =
  /^(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type):/gim;
const FIELD_LINE = /^(?:[!-9;-~]{1,76}:|[ \t]+\S)/;

/** Every line so far is of a header, and some are the usual ones. */
function looksAsMail(head: Buffer): boolean {
  const first = head[0] ?? 0;
  if (first < 0x21 || first > 0x7e) return false;
  const lines = head.toString('latin1', 0, TOLD_BYTES).split(/\r?\n/);
  const blank = lines.indexOf('');
  // The last line may be cut.
  const header = lines.slice(0, blank < 0 ? -1 : blank);
  if (!header.every((line) => FIELD_LINE.test(line))) return false;
  return (header.join('\n').match(USUAL)?.length ?? 0) >= 2;
}
