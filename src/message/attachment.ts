/** Types and hashes an attachment while it streams by; only its first bytes are kept. */
import { createHash } from 'node:crypto';
import type { DerivedAttachment } from '../core/message/derived.ts';
import { isLockedRar, ZipLock } from './archive-lock.ts';
import { SNIFF_BYTES } from './limits.ts';
import { ISO_MARK_AT, sniffType } from './sniff-type.ts';

const ISO_MARK = 'CD001';

/** Longest extension that is one, such as `settingcontent-ms`; more is part of a name. */
const MAX_EXTENSION_CHARS = 20;

/** The end of a name that is looked at; file systems stop at 255. */
const MAX_NAME_CHARS = 255;

export class AttachmentReader {
  readonly #hash = createHash('sha256');
  readonly #name: string;
  readonly #declaredType: string;
  #head = Buffer.alloc(0);
  #isoMark = '';
  #bytes = 0;
  #zip: ZipLock | undefined;

  constructor(name: string, declaredType: string) {
    this.#name = name;
    this.#declaredType = declaredType;
  }

  /** Decoded bytes. */
  feed(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#hash.update(chunk);
    if (this.#head.length < SNIFF_BYTES) {
      const more = chunk.subarray(0, SNIFF_BYTES - this.#head.length);
      this.#head = Buffer.concat([this.#head, more]);
    }
    this.#readIsoMark(chunk);
    // The mark of a zip is in its first byte on; what came before it is in `head` whole.
    if (this.#bytes === 0 && chunk[0] === 0x50) this.#zip = new ZipLock();
    this.#zip?.feed(chunk);
    this.#bytes += chunk.length;
  }

  /** The first bytes, up to a bound. */
  get head(): Uint8Array {
    return this.#head;
  }

  #readIsoMark(chunk: Uint8Array): void {
    const from = Math.max(ISO_MARK_AT - this.#bytes, 0);
    const end = Math.min(ISO_MARK_AT + ISO_MARK.length - this.#bytes, chunk.length);
    for (let i = from; i < end; i += 1) this.#isoMark += String.fromCharCode(chunk[i] as number);
  }

  end(): DerivedAttachment {
    const trueType = sniffType(this.#head, this.#isoMark === ISO_MARK);
    const isEncrypted =
      this.#zip?.isEncrypted === true ||
      trueType === 'application/x-ole-encrypted' ||
      isLockedRar(this.#head);
    return {
      extension: extensionOf(this.#name),
      declaredType: this.#declaredType,
      trueType,
      sizeBytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      ...(isEncrypted && { encrypted: true }),
    };
  }
}

/** Lower case without the dot; empty when there is none. */
export function extensionOf(name: string): string {
  // Windows drops dots and blanks at the end: "invoice.exe . " still runs.
  const base = name
    .trimEnd()
    .slice(-MAX_NAME_CHARS)
    .replace(/[\s.]+$/, '');
  const dot = base.lastIndexOf('.');
  const extension = base.slice(dot + 1).toLowerCase();
  return dot < 0 || extension.length > MAX_EXTENSION_CHARS || /[\s/\\]/.test(extension)
    ? ''
    : extension;
}
