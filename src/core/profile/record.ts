/**
 * The form all standing records share: a header whose length is written in it, then sections.
 *
 *   0 u8  version    1 u8 kind    2 u16 header bytes    4 … fields    header bytes … sections
 *
 * Fields are only ever appended to a header. A record of an older version has a shorter header and
 * is widened with zeros when it is opened for writing; one of a newer version keeps its unknown
 * fields. Numbers are little-endian; times are whole seconds since 1970 in u32.
 */

export interface RecordForm {
  readonly kind: number;
  readonly version: number;
  readonly headerBytes: number;
  /** Bytes after the header in a fresh record. */
  readonly bodyBytes: number;
}

// One decision looks at the same record several times in a row.
let latestBytes: Uint8Array = new Uint8Array(0);
let latestView = new DataView(latestBytes.buffer);

/** A view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  if (bytes !== latestBytes) {
    latestBytes = bytes;
    latestView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return latestView;
}

/** A fresh record. */
export function createRecord(form: RecordForm): Uint8Array {
  const bytes = new Uint8Array(form.headerBytes + form.bodyBytes);
  const view = viewOf(bytes);
  view.setUint8(0, form.version);
  view.setUint8(1, form.kind);
  view.setUint16(2, form.headerBytes, true);
  return bytes;
}

/**
 * The record to read and write: the one given, widened if an older version wrote it, or a fresh one
 * when there is none or it is not of this kind (a damaged record teaches nothing).
 */
export function openRecord(bytes: Uint8Array | undefined, form: RecordForm): Uint8Array {
  if (bytes === undefined || bytes.length < 4 || bytes[1] !== form.kind) return createRecord(form);
  const view = viewOf(bytes);
  const headerBytes = view.getUint16(2, true);
  if (headerBytes < 4 || headerBytes > bytes.length) return createRecord(form);
  if (headerBytes >= form.headerBytes) return bytes;
  const wider = new Uint8Array(bytes.length + form.headerBytes - headerBytes);
  wider.set(bytes.subarray(0, headerBytes), 0);
  wider.set(bytes.subarray(headerBytes), form.headerBytes);
  const widerView = viewOf(wider);
  widerView.setUint8(0, form.version);
  widerView.setUint16(2, form.headerBytes, true);
  return wider;
}

/** A u32, without a view: of a record that is looked at once a view costs more than the look. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export function setWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function toSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

/** Adds one to a u16 that stays at its top instead of wrapping. */
export function countU16(view: DataView, at: number): void {
  const value = view.getUint16(at, true);
  if (value < 0xffff) view.setUint16(at, value + 1, true);
}

/** Adds to a u32 that stays at its top instead of wrapping. */
export function countU32(view: DataView, at: number, by: number): void {
  view.setUint32(at, Math.min(0xffffffff, view.getUint32(at, true) + by), true);
}
