/**
 * Changed records packed into one block of bytes, which goes to the writing thread without being
 * copied: for each record the length of key and value (-1: delete), then both.
 */
import { writeText } from '../../core/write-text.ts';

export interface Change {
  readonly key: string;
  /** `undefined` deletes. */
  readonly value: Uint8Array | undefined;
}

/** A block and how much of it is used. */
export interface Packed {
  readonly block: ArrayBuffer;
  readonly bytes: number;
}

const HEAD_BYTES = 8;
const decoder = new TextDecoder();

/** Room the change takes at most: a UTF-16 unit takes up to three bytes in UTF-8. */
export function roomOf({ key, value }: Change): number {
  return HEAD_BYTES + key.length * 3 + (value?.length ?? 0);
}

/** Packs changes in order into `block`, which has room for all of them. */
export function formatBatch(changes: readonly Change[], block: ArrayBuffer): Packed {
  const bytes = new Uint8Array(block);
  const view = new DataView(block);
  let at = 0;
  for (const { key, value } of changes) {
    const keyBytes = writeText(key, bytes, at + HEAD_BYTES);
    view.setUint32(at, keyBytes);
    view.setInt32(at + 4, value?.length ?? -1);
    at += HEAD_BYTES + keyBytes;
    if (value === undefined) continue;
    bytes.set(value, at);
    at += value.length;
  }
  return { block, bytes: at };
}

/** Unpacks what `formatBatch` packed. The values are views of the block. */
export function* parseBatch(packed: Packed): Generator<Change> {
  const bytes = new Uint8Array(packed.block, 0, packed.bytes);
  const view = new DataView(packed.block);
  let at = 0;
  while (at < bytes.length) {
    const keyEnd = at + HEAD_BYTES + view.getUint32(at);
    const length = view.getInt32(at + 4);
    const key = decoder.decode(bytes.subarray(at + HEAD_BYTES, keyEnd));
    at = keyEnd + Math.max(0, length);
    yield { key, value: length < 0 ? undefined : bytes.subarray(keyEnd, at) };
  }
}
