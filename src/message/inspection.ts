/**
 * One message on its way through a door: to the scanners as it comes, to a reader in this thread
 * while it is small and in another once it is not, and at the end to the facts with what scanners
 * and lists said.
 */
import { customerOf } from '../core/client-network.ts';
import type { MessageFacts } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import type { ConformanceFault, DerivedMessage, ScanFinding } from '../core/message/derived.ts';
import type { HostLists, Scan, Scanner } from '../scanners/contract.ts';
import type {
  HeaderField,
  InspectedMessage,
  MessageEnvelope,
  MessageInspection,
} from './contract.ts';
import type { KeepOptions, ReadMessage } from './facts.ts';
import { formatHeader } from './header-fields.ts';
import { cutNote, DecisiveFields } from './decisive-fields.ts';
import { MAX_HEADER_BYTES, MAX_HEADER_FIELDS, MAX_INLINE_BYTES } from './limits.ts';
import type { MalformedNote } from './notes.ts';
import type { PooledOutcome, PooledReading, ReaderPool } from './reader-pool.ts';
import { Reading } from './reading.ts';
import type { Knowledge } from './knowledge.ts';

/** What all inspections share. */
export interface InspectionParts {
  readonly scanners: readonly Scanner[];
  readonly lists: HostLists | undefined;
  readonly knowledge: Knowledge;
  readonly keep: KeepOptions;
  readonly ownPassword: ((account: string, words: readonly string[]) => boolean) | undefined;
  readonly pool: ReaderPool;
  readonly onUnread: (why: 'busy' | 'failed' | 'late') => void;
  /** Body bytes up to which a message is read in this thread, though another has room. */
  readonly inlineBytes: number;
}

const OF_WHOLE_HEADER: ReadonlySet<ConformanceFault> = new Set([
  ...(['missing-date', 'missing-from', 'missing-message-id'] as const),
  ...(['unqualified-address', 'duplicate-header'] as const),
]);

/** CON-8: the password stands in the words, whatever may be kept. */
function wordless({
  text: _text,
  subject: _subject,
  urls: _urls,
  ...rest
}: MessageFacts): MessageFacts {
  return rest;
}

/** Who brings it, for what is shared fairly. */
function ownerOf({ account, clientAddress }: MessageEnvelope): string {
  return account === undefined ? customerOf(clientAddress) : account.toLowerCase();
}

export class Inspection implements MessageInspection {
  readonly #parts: InspectionParts;
  readonly #envelope: MessageEnvelope;
  readonly #scans: readonly Scan[];
  readonly #headers: HeaderField[] = [];
  readonly #notes: MalformedNote[] = [];
  #headerBytes = 0;
  #hasHeader = false;
  /** The body while it is small. */
  readonly #decisive = new DecisiveFields();
  #pieces: Uint8Array[] = [];
  #bodyBytes = 0;
  #pooled: PooledReading | undefined;
  /** The pool was full: the rest of the body is counted only. */
  #isCut = false;

  constructor(parts: InspectionParts, envelope: MessageEnvelope) {
    this.#parts = parts;
    this.#envelope = envelope;
    this.#scans = parts.scanners.map((scanner) => scanner.begin(envelope));
  }

  header(name: string, value: string): void {
    const bytes = name.length + value.length + 3;
    const isOver = this.#headers.length >= MAX_HEADER_FIELDS;
    if (isOver) this.#note('too-many-headers');
    const isTooLong = this.#headerBytes + bytes > MAX_HEADER_BYTES;
    if (isTooLong) this.#note('header-too-long');
    if (!isTooLong && (!isOver || this.#decisive.takes(name))) {
      this.#headers.push({ name, value });
    } else {
      const note = cutNote(name);
      if (note !== undefined) this.#note(note);
    }
    this.#headerBytes += bytes;
  }

  body(chunk: Uint8Array): boolean {
    this.#headerDone();
    if (chunk.length === 0) return true;
    this.#bodyBytes += chunk.length;
    let isReady = true;
    for (const scan of this.#scans) if (!scan.write(chunk)) isReady = false;
    if (this.#pooled !== undefined) return this.#pooled.body(chunk) && isReady;
    if (this.#isCut) return isReady;
    if (this.#bodyBytes > this.#parts.inlineBytes) return this.#moveOut(chunk) && isReady;
    this.#pieces.push(new Uint8Array(chunk));
    return isReady;
  }

  async drained(): Promise<void> {
    await Promise.all([this.#pooled?.drained(), ...this.#scans.map((scan) => scan.drained())]);
  }

  cut(): void {
    this.#note('body-cut');
    for (const scan of this.#scans) scan.cut();
  }

  end(): Maybe<InspectedMessage> {
    this.#headerDone();
    // Every scan is asked to end before anything is waited for.
    const scans = this.#scans.map((scan) => scan.end());
    const read = this.#endReading();
    return andThen(read, (message) => this.#join(message, scans));
  }

  abort(): void {
    this.#pooled?.abort();
    for (const scan of this.#scans) scan.abort();
    this.#pieces = [];
  }

  #note(note: MalformedNote): void {
    if (!this.#notes.includes(note)) this.#notes.push(note);
  }

  #headerDone(): void {
    if (this.#hasHeader) return;
    this.#hasHeader = true;
    this.#headerBytes += 2;
    if (this.#scans.length === 0) return;
    const bytes = formatHeader(this.#headers);
    for (const scan of this.#scans) scan.write(bytes);
  }

  /** The message is not small any more. */
  #moveOut(chunk: Uint8Array): boolean {
    this.#pooled = this.#parts.pool.begin(this.#headers, ownerOf(this.#envelope));
    if (this.#pooled === undefined) {
      if (this.#bodyBytes <= MAX_INLINE_BYTES) this.#pieces.push(new Uint8Array(chunk));
      else this.#isCut = true;
      return true;
    }
    for (const piece of this.#pieces) this.#pooled.body(piece);
    this.#pieces = [];
    return this.#pooled.body(chunk);
  }

  #endReading(): Maybe<ReadMessage> {
    if (this.#pooled !== undefined) {
      return this.#pooled.end(this.#headerBytes).then((outcome) => this.#fromPool(outcome));
    }
    if (this.#isCut) this.#unread('busy');
    return this.#readHere(this.#pieces);
  }

  #fromPool(outcome: PooledOutcome): ReadMessage {
    if (typeof outcome === 'object') return outcome;
    // What a thread died of is not tried again in this one: the header must do.
    this.#unread(outcome);
    return this.#readHere([]);
  }

  #unread(why: 'busy' | 'failed' | 'late'): void {
    this.#note(`reader-${why}`);
    this.#parts.onUnread(why);
  }

  #readHere(pieces: readonly Uint8Array[]): ReadMessage {
    const reading = new Reading(this.#headers, this.#parts.knowledge, this.#parts.keep);
    for (const piece of pieces) reading.body(piece);
    return reading.end(this.#headerBytes);
  }

  #join(
    { facts, derived, hosts, shortWords }: ReadMessage,
    scans: readonly Promise<ScanFinding>[],
  ): Maybe<InspectedMessage> {
    const { lists } = this.#parts;
    const sizeBytes = this.#headerBytes + this.#bodyBytes;
    const isWaiting = scans.length > 0 || (lists !== undefined && hosts.length > 0);
    if (!isWaiting && this.#isComplete(derived)) {
      return { facts: { ...facts, derived }, headers: this.#headers, sizeBytes };
    }
    const notes = new Set([...(derived.malformed ?? []), ...this.#notes]);
    const conformance = this.#faults(derived.conformance ?? []);
    const isOwnPassword = this.#isOwnPassword(shortWords);
    const extra: Partial<DerivedMessage> = {
      sizeBytes,
      ...(conformance.length > 0 && { conformance }),
      ...(isOwnPassword && { ownPassword: true as const }),
    };
    const { conformance: _faults, malformed: found, ...rest } = derived;
    const finish = (more: Partial<DerivedMessage>): InspectedMessage => ({
      facts: {
        ...(isOwnPassword ? wordless(facts) : facts),
        derived: {
          ...rest,
          ...(found !== undefined && { malformed: found }),
          ...extra,
          ...(notes.size > 0 && { malformed: [...notes].sort() }),
          ...more,
        },
      },
      headers: this.#headers,
      sizeBytes,
    });
    if (!isWaiting) return finish({});
    const looked = lists === undefined || hosts.length === 0 ? undefined : lists.find(hosts);
    return Promise.all([Promise.all(scans), looked]).then(([findings, found]) => {
      if (found?.isWhole === false) notes.add('links-not-looked-up');
      return finish({
        ...(findings.length > 0 && { scans: findings }),
        ...(found !== undefined && found.listed.length > 0 && { listedHosts: found.listed }),
      });
    });
  }

  /** The usual message: nothing is to be added to what was read, nor put in another order. */
  #isComplete({ sizeBytes, malformed, conformance }: DerivedMessage): boolean {
    const hasMore = this.#notes.length > 0 || this.#parts.ownPassword !== undefined;
    const isOrdered = malformed === undefined || conformance === undefined;
    return !hasMore && isOrdered && sizeBytes === this.#headerBytes + this.#bodyBytes;
  }

  /** What is missing or doubled in a header read in part may well be in the rest. */
  #faults(found: readonly ConformanceFault[]): readonly ConformanceFault[] {
    const isLong = this.#notes.includes('too-many-headers');
    if (!isLong && !this.#notes.includes('header-too-long')) return found;
    const sure = found.filter((fault) => !OF_WHOLE_HEADER.has(fault));
    return isLong ? [...sure, 'too-many-fields'] : sure;
  }

  #isOwnPassword(words: readonly string[]): boolean {
    const { account } = this.#envelope;
    const { ownPassword } = this.#parts;
    if (ownPassword === undefined || account === undefined || words.length === 0) return false;
    return ownPassword(account, words);
  }
}
