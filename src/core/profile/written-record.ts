/**
 * Whom an account has written to, and the burst it is in now. Up to three Bloom filters (Bloom, 1970),
 * newest first: a full one gives way to one four times as large, one of 45 days to one that fits its
 * use, so a recipient is known for 90 days and more while the account writes as it does. Most people
 * need 64 bytes, the busiest 16 KiB a filter. Holds hashes only.
 *
 * Header: 4 first u32, 8 burst first u32, 12 burst last u32, 16 waits since u32, 20 goes on since u32,
 * 24 burst count u16, 26 answered u16, 28 unknown u16, 30 filters u8, 31 pad; since version 2 also 32 the last
 * strangers written to (approach-ring.ts); of who was asked to wait, version 3, also 416 those
 * who were (asked-ring.ts).
 * Sections: filters of (began u32, items u16, size u8, pad, bits).
 */
import { APPROACH_BYTES, approachesIn, learnApproach, type Approach } from './approach-ring.ts';
import { ASKED_BYTES, isDue, learnAsked, learnLet, type AskedStrangers } from './asked-ring.ts';
import { openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';
import type { SeenItem } from './seen-record.ts';

const APPROACHES_AT = 32;
const ASKED_AT = APPROACHES_AT + APPROACH_BYTES;
const HEADER = ASKED_AT;
const HEAD = 8;
const MAX_FILTERS = 3;
const TURN_SECONDS = 45 * 86_400;
/** Ten bits an item and five probes: one recipient in 100 is taken for a known one. */
const BITS_PER_ITEM = 10;
const PROBES = 5;
const FIRST_BYTES = 64;
/** Sizes are 64 bytes and four times as much each: 51, 204, 819, 3,276 and 13,107 recipients. */
const SIZES = 5;
/** After an hour without anybody new a burst is over; one that waits or was stopped, after a day. */
const BURST_GAP_SECONDS = 3_600;
const WAITING_GAP_SECONDS = 86_400;

const FORM: RecordForm = { kind: 0xe2, version: 2, headerBytes: HEADER, bodyBytes: 0 };
/** Most never are asked to wait. */
const ASKED_FORM: RecordForm = { ...FORM, version: 3, headerBytes: HEADER + ASKED_BYTES };
/** Longest record. */
export const WRITTEN_BYTES =
  ASKED_FORM.headerBytes + MAX_FILTERS * (HEAD + FIRST_BYTES * 4 ** (SIZES - 1));
const EMPTY = openRecord(undefined, FORM);

/** Recipients never written to before that were written to in one go (detection design 1.5). */
export interface Burst {
  /** Those let go so far. */
  readonly count: number;
  /** Of these: told to be delivered or refused for good. */
  readonly answered: number;
  /** Of these: told not to exist. */
  readonly unknown: number;
  /** When the rest was first asked to wait; 0 when it was not. */
  readonly waitsSinceMs: number;
  /** Whether it was let go on after the wait. */
  readonly goesOn: boolean;
}

export const NO_BURST: Burst = {
  count: 0,
  answered: 0,
  unknown: 0,
  waitsSinceMs: 0,
  goesOn: false,
};

export class WrittenRecord {
  private bytes: Uint8Array;
  private view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    this.bytes = bytes === undefined ? EMPTY : openRecord(bytes, FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  /** Since when the account's recipients are remembered; 0 when they are not. */
  get sinceMs(): number {
    return this.view.getUint32(4, true) * 1000;
  }

  has(item: SeenItem): boolean {
    let at = this.start;
    for (let i = 0; i < this.filters; i += 1) {
      if (this.probe(at, item)) return true;
      at += HEAD + this.bitBytes(at);
    }
    return false;
  }

  /** The last strangers it wrote to, newest first. */
  approaches(): readonly Approach[] {
    return approachesIn(this.view, APPROACHES_AT);
  }

  learnApproach(approach: Approach): void {
    this.own();
    learnApproach(this.view, APPROACHES_AT, approach);
  }

  /** Whether mail to these strangers has waited long enough; `undefined` where it was not asked to. */
  isDue(strangers: AskedStrangers, nowMs: number): boolean | undefined {
    return this.hasAsked ? isDue(this.view, ASKED_AT, strangers, toSeconds(nowMs)) : undefined;
  }

  /** Mail to them is asked to wait; false when that is known already, or as many wait as are remembered. */
  learnAsked(strangers: AskedStrangers, nowMs: number): boolean {
    this.bytes = openRecord(this.bytes === EMPTY ? undefined : this.bytes, ASKED_FORM);
    this.view = viewOf(this.bytes);
    return learnAsked(this.view, ASKED_AT, strangers, Math.max(1, toSeconds(nowMs)));
  }

  /** Mail to them was let go. */
  learnLet(strangers: AskedStrangers, nowMs: number): void {
    if (!this.hasAsked) return;
    learnLet(this.view, ASKED_AT, strangers, Math.max(1, toSeconds(nowMs)));
  }

  /** Whether learning it would change nothing. */
  isFresh(item: SeenItem): boolean {
    return this.filters > 0 && this.probe(this.start, item);
  }

  burst(nowMs: number): Burst {
    if (this.isOver(toSeconds(nowMs))) return NO_BURST;
    return {
      count: this.view.getUint16(24, true),
      answered: this.view.getUint16(26, true),
      unknown: this.view.getUint16(28, true),
      waitsSinceMs: this.view.getUint32(16, true) * 1000,
      goesOn: this.view.getUint32(20, true) !== 0,
    };
  }

  /**
   * Remembers recipients of a message that was let go.
   * @param fresh how many of them were never written to
   * @param goesOn whether the burst was let go on with it
   */
  learn(
    items: readonly SeenItem[],
    sent: { readonly fresh: number; readonly goesOn: boolean; readonly nowMs: number },
  ): void {
    const now = Math.max(1, toSeconds(sent.nowMs));
    this.own();
    if (sent.fresh > 0) this.goOn(now, sent);
    for (const item of items) this.add(item, now);
  }

  /** The burst has to wait; what is deferred is not let go and so not learnt. */
  learnWait(nowMs: number): void {
    const now = Math.max(1, toSeconds(nowMs));
    this.own();
    if (this.isOver(now)) this.beginBurst(now);
    if (this.view.getUint32(16, true) === 0) this.view.setUint32(16, now, true);
  }

  /** Counts an answer about the burst's first recipients; false when it is about others. */
  learnAnswer(answer: {
    readonly sentMs: number;
    readonly nowMs: number;
    readonly isUnknown: boolean;
  }): boolean {
    if (!this.isAboutBurst(answer)) return false;
    this.own();
    this.count16(26);
    if (answer.isUnknown) this.count16(28);
    return true;
  }

  /** Whether a message of then is of the burst's canary. */
  isAboutBurst({ sentMs, nowMs }: { readonly sentMs: number; readonly nowMs: number }): boolean {
    if (this.isOver(toSeconds(nowMs)) || this.view.getUint16(24, true) === 0) return false;
    const sent = toSeconds(sentMs);
    const goesOn = this.view.getUint32(20, true);
    return sent >= this.view.getUint32(8, true) && (goesOn === 0 || sent <= goesOn);
  }

  /** Ends the burst: a person has looked at it. */
  forgetBurst(): void {
    if (this.bytes !== EMPTY) this.bytes.fill(0, 8, 30);
  }

  private get hasAsked(): boolean {
    return this.start >= ASKED_FORM.headerBytes;
  }

  private get start(): number {
    return this.view.getUint16(2, true);
  }

  private get filters(): number {
    return Math.min(MAX_FILTERS, this.view.getUint8(30));
  }

  private own(): void {
    if (this.bytes !== EMPTY) return;
    this.bytes = openRecord(undefined, FORM);
    this.view = viewOf(this.bytes);
  }

  private isOver(now: number): boolean {
    const waits = this.view.getUint32(16, true);
    const last = Math.max(this.view.getUint32(12, true), waits);
    return now - last > (waits === 0 ? BURST_GAP_SECONDS : WAITING_GAP_SECONDS);
  }

  private beginBurst(now: number): void {
    this.bytes.fill(0, 8, 30);
    this.view.setUint32(8, now, true);
    this.view.setUint32(12, now, true);
  }

  private goOn(now: number, sent: { readonly fresh: number; readonly goesOn: boolean }): void {
    if (this.isOver(now)) this.beginBurst(now);
    if (this.view.getUint32(4, true) === 0) this.view.setUint32(4, now, true);
    if (sent.goesOn && this.view.getUint32(20, true) === 0) {
      // What went before is the canary; answers about what follows say nothing of it.
      this.view.setUint32(20, Math.max(1, this.view.getUint32(12, true)), true);
    }
    this.view.setUint32(12, Math.max(now, this.view.getUint32(12, true)), true);
    const count = this.view.getUint16(24, true) + sent.fresh;
    this.view.setUint16(24, Math.min(0xffff, count), true);
  }

  private count16(at: number): void {
    this.view.setUint16(at, Math.min(0xffff, this.view.getUint16(at, true) + 1), true);
  }

  private bitBytes(at: number): number {
    return FIRST_BYTES * 4 ** Math.min(SIZES - 1, this.view.getUint8(at + 6));
  }

  private probe(at: number, item: SeenItem): boolean {
    const mask = this.bitBytes(at) * 8 - 1;
    for (let i = 0; i < PROBES; i += 1) {
      const bit = (item[0] + Math.imul(i, item[1] | 1)) & mask;
      if (((this.bytes[at + HEAD + (bit >> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  private add(item: SeenItem, now: number): void {
    this.turn(now);
    const at = this.start;
    if (this.probe(at, item)) return;
    const mask = this.bitBytes(at) * 8 - 1;
    for (let i = 0; i < PROBES; i += 1) {
      const bit = (item[0] + Math.imul(i, item[1] | 1)) & mask;
      const byte = at + HEAD + (bit >> 3);
      this.bytes[byte] = (this.bytes[byte] ?? 0) | (1 << (bit & 7));
    }
    this.view.setUint16(at + 4, this.view.getUint16(at + 4, true) + 1, true);
  }

  /** Opens a filter where there is none, or the newest is full or old. */
  private turn(now: number): void {
    if (this.filters === 0) {
      this.push(0, now);
      return;
    }
    const at = this.start;
    const items = this.view.getUint16(at + 4, true);
    const isFull = items >= capacityOf(this.view.getUint8(at + 6));
    if (isFull) this.push(this.view.getUint8(at + 6) + 1, now);
    else if (now >= this.view.getUint32(at, true) + TURN_SECONDS) this.push(fitting(items), now);
  }

  private push(size: number, now: number): void {
    const fits = Math.min(SIZES - 1, size);
    let end = this.start;
    const kept = Math.min(this.filters, MAX_FILTERS - 1);
    for (let i = 0; i < kept; i += 1) end += HEAD + this.bitBytes(end);
    const room = HEAD + FIRST_BYTES * 4 ** fits;
    const bytes = new Uint8Array(end + room);
    bytes.set(this.bytes.subarray(0, this.start));
    bytes.set(this.bytes.subarray(this.start, end), this.start + room);
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.view.setUint32(this.start, now, true);
    this.view.setUint8(this.start + 6, fits);
    this.view.setUint8(30, kept + 1);
  }
}

function capacityOf(size: number): number {
  return Math.floor((FIRST_BYTES * 4 ** Math.min(SIZES - 1, size) * 8) / BITS_PER_ITEM);
}

function fitting(items: number): number {
  let size = 0;
  while (size < SIZES - 1 && capacityOf(size) < items) size += 1;
  return size;
}
