/**
 * Which lines of a segment name an account, a reference or a message: a 32-bit hash of the name and where
 * the line begins, for each. Names that share a hash only cost a look at a line too many.
 */
import type { JournalKey, JournalLine } from '../journal.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_ROOM = 1_024;

/** Places are 32 bits wide: what lies further back in a segment is found by reading only. */
export const MAX_PLACE = 0xffffffff;

type Field = JournalKey['field'];

// As JSON.stringify writes them. In a string of somebody else's the quotes would be escaped.
const FIELDS = ['account', 'reference', 'submission', 'queueId'] as const;
const NEEDLES: readonly (readonly [Field, Buffer])[] = FIELDS.map((field) => [
  field,
  Buffer.from(`"${field}":"`),
]);
const DELIVERY = Buffer.from('"kind":"delivery"');

/** Accounts are the same in any case of letters. */
export function hashKey({ field, value }: JournalKey): number {
  const name = field === 'account' ? value.toLowerCase() : value;
  // FNV-1a, then the last steps of MurmurHash3: where a name stands in order is guessed from its hash.
  let hash = 0x811c9dc5 ^ field.charCodeAt(0);
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export interface KeyTable {
  readonly hashes: Uint32Array;
  /** Of the lines, in the same order. */
  readonly places: Uint32Array;
}

/** Grows as lines are written. */
export class LineKeys {
  #hashes = new Uint32Array(FIRST_ROOM);
  #places = new Uint32Array(FIRST_ROOM);
  #count = 0;

  static from({ hashes, places }: KeyTable): LineKeys {
    const keys = new LineKeys();
    keys.#hashes = new Uint32Array(Math.max(FIRST_ROOM, hashes.length));
    keys.#places = new Uint32Array(Math.max(FIRST_ROOM, hashes.length));
    keys.#hashes.set(hashes);
    keys.#places.set(places);
    keys.#count = hashes.length;
    return keys;
  }

  /** A copy, in the order of writing. */
  table(): KeyTable {
    return {
      hashes: this.#hashes.slice(0, this.#count),
      places: this.#places.slice(0, this.#count),
    };
  }

  /** Whole lines, which begin at this place of the segment. */
  add(bytes: Buffer, place: number): void {
    if (place + bytes.length > MAX_PLACE) return;
    for (const [field, needle] of NEEDLES) {
      for (let hit = bytes.indexOf(needle); hit >= 0; hit = bytes.indexOf(needle, hit + 1)) {
        const line = hit === 0 ? 0 : bytes.lastIndexOf(NEWLINE, hit) + 1;
        if (field === 'queueId' && !isDelivery(bytes, line, hit)) continue;
        const value = stringAt(bytes, hit + needle.length);
        if (value !== undefined) this.#push(hashKey({ field, value }), place + line);
      }
    }
  }

  /** The keys of one line, from its own values: a fifth of what it costs to read them in its text. */
  addLine(line: JournalLine, place: number): void {
    if (place > MAX_PLACE) return;
    const values = line as Partial<Record<Field, unknown>>;
    for (const field of FIELDS) {
      const value = values[field];
      if (typeof value !== 'string') continue;
      if (field === 'queueId' && line.kind !== 'delivery') continue;
      this.#push(hashKey({ field, value }), place);
    }
  }

  /** Keys of lines that stand behind `place` here. */
  addAll(keys: LineKeys, place: number): void {
    for (let i = 0; i < keys.#count; i += 1) {
      const at = place + (keys.#places[i] ?? 0);
      if (at <= MAX_PLACE) this.#push(keys.#hashes[i] ?? 0, at);
    }
  }

  clear(): void {
    this.#count = 0;
  }

  /** Beginnings of the lines that may have the key. */
  find(key: JournalKey): number[] {
    const hash = hashKey(key);
    const places: number[] = [];
    const hashes = this.#hashes.subarray(0, this.#count);
    for (let at = hashes.indexOf(hash); at >= 0; at = hashes.indexOf(hash, at + 1)) {
      places.push(this.#places[at] ?? 0);
    }
    return places;
  }

  /** In the order of the hashes, then of writing. */
  sorted(): KeyTable {
    const given = {
      hashes: this.#hashes.subarray(0, this.#count),
      places: this.#places.subarray(0, this.#count),
    };
    return sortByDigit(sortByDigit(given, 0), 16);
  }

  #push(hash: number, place: number): void {
    if (this.#count === this.#hashes.length) {
      this.#hashes = doubled(this.#hashes);
      this.#places = doubled(this.#places);
    }
    this.#hashes[this.#count] = hash;
    this.#places[this.#count] = place;
    this.#count += 1;
  }
}

/** The kind stands near a line's beginning, before what it tells. */
function isDelivery(bytes: Buffer, line: number, hit: number): boolean {
  return bytes.subarray(line, hit).includes(DELIVERY);
}

/** The JSON string whose text begins here. */
function stringAt(bytes: Buffer, from: number): string | undefined {
  let [to, isEscaped] = [from, false];
  for (; bytes[to] !== QUOTE; to += 1) {
    if (to >= bytes.length || bytes[to] === NEWLINE) return undefined;
    if (bytes[to] !== BACKSLASH) continue;
    isEscaped = true;
    to += 1;
  }
  const text = bytes.toString('utf8', from, to);
  if (!isEscaped) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

function doubled(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(values.length * 2);
  wider.set(values);
  return wider;
}

const DIGITS = 65_536;

/** One pass of a radix sort: stable, and without a function called for each comparison. */
function sortByDigit({ hashes, places }: KeyTable, shift: number): KeyTable {
  const starts = new Uint32Array(DIGITS + 1);
  const digit = (hash: number): number => (hash >>> shift) & (DIGITS - 1);
  for (const hash of hashes) starts[digit(hash) + 1] = (starts[digit(hash) + 1] ?? 0) + 1;
  for (let i = 0; i < DIGITS; i += 1) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const sorted = {
    hashes: new Uint32Array(hashes.length),
    places: new Uint32Array(hashes.length),
  };
  for (let i = 0; i < hashes.length; i += 1) {
    const hash = hashes[i] ?? 0;
    const to = starts[digit(hash)] ?? 0;
    starts[digit(hash)] = to + 1;
    sorted.hashes[to] = hash;
    sorted.places[to] = places[i] ?? 0;
  }
  return sorted;
}
