/**
 * Changed records packed into one block of bytes, which goes to the writing thread without being
 * copied: for each record the length of key and value (-1: delete), then both.
 */

export interface Change {
  readonly key: string;
  /** `undefined` deletes. */
  readonly value: Uint8Array | undefined;
}

const HEAD_BYTES = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Packs changes in order. */
export function formatBatch(changes: readonly Change[]): ArrayBuffer {
  let room = 0;
  // A UTF-16 unit takes at most three bytes in UTF-8.
  for (const { key, value } of changes) room += HEAD_BYTES + key.length * 3 + (value?.length ?? 0);
  const bytes = new Uint8Array(room);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { key, value } of changes) {
    const keyBytes = encoder.encodeInto(key, bytes.subarray(at + HEAD_BYTES)).written;
    view.setUint32(at, keyBytes);
    view.setInt32(at + 4, value?.length ?? -1);
    at += HEAD_BYTES + keyBytes;
    if (value === undefined) continue;
    bytes.set(value, at);
    at += value.length;
  }
  return bytes.buffer.transfer(at);
}

/** Unpacks what `formatBatch` packed. The values are views of `batch`. */
export function* parseBatch(batch: ArrayBuffer): Generator<Change> {
  const bytes = new Uint8Array(batch);
  const view = new DataView(batch);
  let at = 0;
  while (at < bytes.length) {
    const keyEnd = at + HEAD_BYTES + view.getUint32(at);
    const length = view.getInt32(at + 4);
    const key = decoder.decode(bytes.subarray(at + HEAD_BYTES, keyEnd));
    at = keyEnd + Math.max(0, length);
    yield { key, value: length < 0 ? undefined : bytes.subarray(keyEnd, at) };
  }
}
