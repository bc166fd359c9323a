/**
 * Whose message got which queue id, of the newest messages, in memory: containment finds those by
 * it whose queue file names no login, and what the mail log tells is tied to them. After a restart
 * the logins in the queue files speak alone; for the mail log the journal is asked.
 *
 * They stand as bytes in one ring: as objects they would outlive every small collection of garbage
 * and fill the old generation, a handful a message.
 */
import type { SubmissionEvent } from '../core/event.ts';
import { writeText } from '../core/write-text.ts';
import type { KnownMessage } from '../desk/hold-options.ts';

/** Messages remembered. */
export const MAX_REMEMBERED = 50_000;
/** Their bytes, all told; an ordinary message has about 120. Over it the oldest are forgotten. */
export const RING_BYTES = 8 * 1_048_576;
/** A longer entry is not remembered: a sender address has at most 320 bytes (RFC 5321 4.5.3.1). */
const MAX_ENTRY_BYTES = 4096;
// A UTF-16 unit takes at most three bytes of UTF-8.
const MAX_BYTES_OF_UNIT = 3;
const SEPARATOR = '\n';
const SEPARATOR_BYTE = 0x0a;

interface Entry {
  readonly account: string;
  /** Equal for equal MTA and queue id. */
  readonly key: string;
  readonly message: RecentSubmission;
}

export interface RecentSubmission extends KnownMessage {
  /** Empty without AUTH. */
  readonly account: string;
  /** Id of the event. */
  readonly id: string;
}

export class RecentSubmissions {
  readonly #ring = Buffer.alloc(RING_BYTES);
  /** Where each entry begins, counted from the first byte ever written; its length; its key. */
  readonly #starts = new Float64Array(MAX_REMEMBERED);
  readonly #lengths = new Int32Array(MAX_REMEMBERED);
  readonly #keyHashes = new Int32Array(MAX_REMEMBERED);
  #count = 0;
  #written = 0;

  add({ id, account = '', queueId, mta = '', envelopeSender, at }: SubmissionEvent): void {
    if (queueId === undefined || queueId === '' || id.includes(SEPARATOR)) return;
    const key = mta + SEPARATOR + queueId;
    const texts = [account.toLowerCase(), key, at, id, envelopeSender];
    let length = texts.length;
    for (const text of texts) length += text.length;
    const mostBytes = length * MAX_BYTES_OF_UNIT;
    if (mostBytes > MAX_ENTRY_BYTES) return;
    const place = this.#written % RING_BYTES;
    // An entry stands in one piece.
    if (place + mostBytes > RING_BYTES) this.#written += RING_BYTES - place;
    const index = this.#count % MAX_REMEMBERED;
    this.#starts[index] = this.#written;
    const begin = this.#written % RING_BYTES;
    let end = begin;
    for (const text of texts) {
      end += writeText(text, this.#ring, end);
      this.#ring[end] = SEPARATOR_BYTE;
      end += 1;
    }
    const bytes = end - 1 - begin;
    this.#lengths[index] = bytes;
    this.#keyHashes[index] = hashOf(key);
    this.#written += bytes;
    this.#count += 1;
  }

  /** The newest message under a queue id; short ones come again. What is asked for is mostly new. */
  find(mta: string, queueId: string): RecentSubmission | undefined {
    const key = mta + SEPARATOR + queueId;
    const hash = hashOf(key);
    const oldest = Math.max(0, this.#count - MAX_REMEMBERED);
    for (let number = this.#count - 1; number >= oldest; number -= 1) {
      const index = number % MAX_REMEMBERED;
      if ((this.#starts[index] ?? 0) < this.#written - RING_BYTES) break;
      if (this.#keyHashes[index] !== hash) continue;
      const entry = entryOf(this.#bytes(index));
      if (entry.key === key) return entry.message;
    }
    return undefined;
  }

  /** Newest first. A queue id that came again belongs to its last message. Locks are rare. */
  of(account: string): readonly KnownMessage[] {
    const prefix = Buffer.from(account + SEPARATOR);
    const own = this.#where((index) =>
      this.#bytes(index).subarray(0, prefix.length).equals(prefix),
    );
    const hashes = new Set(own.map((index) => this.#keyHashes[index]));
    const latest = new Map<string, Entry>();
    for (const index of this.#where((at) => hashes.has(this.#keyHashes[at]))) {
      const entry = entryOf(this.#bytes(index));
      if (!latest.has(entry.key)) latest.set(entry.key, entry);
    }
    const entries = [...latest.values()].filter((entry) => entry.account === account);
    return entries.map(({ message: { id: _id, account: _account, ...known } }) => known);
  }

  /** Indexes of entries that are still whole and pass, newest first. */
  #where(isWanted: (index: number) => boolean): number[] {
    const found: number[] = [];
    const oldest = Math.max(0, this.#count - MAX_REMEMBERED);
    for (let number = this.#count - 1; number >= oldest; number -= 1) {
      const index = number % MAX_REMEMBERED;
      if ((this.#starts[index] ?? 0) < this.#written - RING_BYTES) break;
      if (isWanted(index)) found.push(index);
    }
    return found;
  }

  #bytes(index: number): Buffer {
    const place = (this.#starts[index] ?? 0) % RING_BYTES;
    return this.#ring.subarray(place, place + (this.#lengths[index] ?? 0));
  }
}

function entryOf(bytes: Buffer): Entry {
  const [account = '', mta = '', queueId = '', at = '', id = '', ...rest] = bytes
    .toString()
    .split(SEPARATOR);
  const envelopeSender = rest.join(SEPARATOR);
  const message = { id, account, mta, queueId, envelopeSender, at };
  return { account, key: mta + SEPARATOR + queueId, message };
}

/** FNV-1a of the text's units; equal texts are told apart from others by their text. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash;
}
