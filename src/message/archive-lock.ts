/**
 * Whether an archive needs a password, told while it streams by; nothing is ever unpacked. Zip:
 * general purpose bit 0 of a local header (APPNOTE 4.4.4). RAR: the block after the signature.
 */

const LOCAL_HEADER_BYTES = 30;

/** There is no further entry, or enough is known. */
const NO_MORE = -1;
const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');

/** Follows local headers: by their sizes, and by their mark where a size comes only afterwards. */
export class ZipLock {
  isEncrypted = false;
  #held = Buffer.alloc(0);
  #skip = 0;
  #isSearching = false;
  #isDone = false;

  feed(chunk: Uint8Array): void {
    if (this.#isDone) return;
    if (this.#skip >= chunk.length) {
      this.#skip -= chunk.length;
      return;
    }
    let data = Buffer.concat([this.#held, chunk.subarray(this.#skip)]);
    this.#skip = 0;
    for (;;) {
      if (this.#isSearching) {
        const found = data.indexOf(LOCAL_HEADER);
        data = data.subarray(found < 0 ? Math.max(0, data.length - 3) : found);
        if (found < 0) break;
        this.#isSearching = false;
      }
      if (data.length < LOCAL_HEADER_BYTES) break;
      const next = this.#entry(data);
      if (next === NO_MORE) {
        this.#isDone = true;
        this.#held = Buffer.alloc(0);
        return;
      }
      if (next > data.length) {
        this.#skip = next - data.length;
        data = data.subarray(0, 0);
        break;
      }
      data = data.subarray(next);
    }
    this.#held = Buffer.from(data);
  }

  /** Reads one local header; returns where the next may stand, or `NO_MORE`. */
  #entry(data: Buffer): number {
    if (data.readUInt32BE(0) !== LOCAL_HEADER.readUInt32BE(0)) return NO_MORE;
    const flags = data.readUInt16LE(6);
    if ((flags & 1) !== 0) {
      this.isEncrypted = true;
      return NO_MORE;
    }
    // Bit 3: sizes stand behind the data (APPNOTE 4.4.4).
    if ((flags & 8) !== 0) this.#isSearching = true;
    const named = LOCAL_HEADER_BYTES + data.readUInt16LE(26) + data.readUInt16LE(28);
    return this.#isSearching ? named : named + data.readUInt32LE(18);
  }
}

/** @param head the first bytes. */
export function isLockedRar(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (text.startsWith('Rar!\x1a\x07\x01\x00')) {
    // RAR 5: CRC32, size of the header as a vint of one byte here, then its type: 4 encrypts all.
    return text.charCodeAt(13) === 4;
  }
  if (!text.startsWith('Rar!\x1a\x07\x00')) return false;
  // RAR 4: main header flag 0x80 encrypts the names; file header (0x74) flag 0x04 a file.
  const flags = text.charCodeAt(10) | (text.charCodeAt(11) << 8);
  if ((flags & 0x80) !== 0) return true;
  const next = 7 + (text.charCodeAt(12) | (text.charCodeAt(13) << 8));
  return text.charCodeAt(next + 2) === 0x74 && (text.charCodeAt(next + 3) & 0x04) !== 0;
}
