/** A list of properties as TNEF holds it (MS-OXTNEF section 2.1.3.4), walked as it streams. */
import type { Place, Sink, Step } from './byte-walk.ts';

export interface Property {
  readonly id: number;
  readonly type: number;
  /** Of its value, the padding left out. */
  readonly bytes: number;
}

/** Reads the value, or nothing of it; false ends the walk. */
export type ReadValue = (property: Property, end: number) => Step<boolean>;

const MULTIPLE = 0x1000;
/** Properties with a name of their own instead of a number. */
const FIRST_NAMED = 0x8000;

/** Bytes of a value with its padding, by type. */
const FIXED: ReadonlyMap<number, number> = new Map([
  ...[0x0001, 0x0002, 0x0003, 0x0004, 0x000a, 0x000b].map((type) => [type, 4] as const),
  ...[0x0005, 0x0006, 0x0007, 0x0014, 0x0040].map((type) => [type, 8] as const),
  [0x0048, 16],
]);
/** Texts, objects and bytes. */
const VARIABLE: ReadonlySet<number> = new Set([0x000d, 0x001e, 0x001f, 0x0102]);

const padded = (bytes: number): number => bytes + ((4 - (bytes & 3)) & 3);

/** @param end of the list. @returns whether it is one. */
export function* readProperties(place: Place, end: number, read: ReadValue): Step<boolean> {
  const has = (bytes: number): boolean => place.at + bytes <= end;
  if (!has(4)) return false;
  let count = yield* number(place);
  for (; count > 0; count -= 1) {
    if (!has(4)) return false;
    const tag = yield* place.take(4);
    const type = tag.readUInt16LE(0);
    const id = tag.readUInt16LE(2);
    if (id >= FIRST_NAMED && !(yield* passName(place, end))) return false;
    const base = type & ~MULTIPLE;
    const isVariable = VARIABLE.has(base);
    let values = 1;
    if (isVariable || base !== type) {
      if (!has(4)) return false;
      values = yield* number(place);
    }
    for (; values > 0; values -= 1) {
      if (isVariable && !has(4)) return false;
      const bytes = isVariable ? yield* number(place) : (FIXED.get(base) ?? -1);
      // Some writers leave out the padding of the last one.
      if (bytes < 0 || !has(bytes)) return false;
      const next = Math.min(place.at + padded(bytes), end);
      const valueEnd = place.at + bytes;
      if (!(yield* read({ id, type: base, bytes }, valueEnd))) return false;
      yield* place.pass(next - place.at);
    }
  }
  return true;
}

function* passName(place: Place, end: number): Step<boolean> {
  if (place.at + 24 > end) return false;
  yield* place.pass(16);
  const isText = (yield* number(place)) !== 0;
  const value = yield* number(place);
  if (!isText) return true;
  if (place.at + padded(value) > end) return false;
  yield* place.pass(padded(value));
  return true;
}

function* number(place: Place): Step<number> {
  return (yield* place.take(4)).readUInt32LE(0);
}

/** The end of a text, at most `most` bytes of it. @param end of the value. */
export function* takeEnd(place: Place, end: number, most: number): Step<Buffer> {
  // By twos, so that UTF-16 is not cut within a character.
  const over = Math.max(0, end - place.at - most);
  yield* place.pass(over + (over & 1));
  return Buffer.from(yield* place.take(end - place.at));
}

/** To nobody, or to who wants it. */
export function* passAll(place: Place, end: number, to?: Sink): Step<boolean> {
  yield* place.pass(end - place.at, to);
  return true;
}
