/**
 * What came back for the mail of one account: totals by reply class, sums of about a day and a week,
 * and what keeps one dead destination or one repeated bounce from counting for many.
 * Written only when something comes back. The second section is there from the first failure on.
 *
 * Header: 4 first, 8 last, 12 delivered, 16 deferred, 20 hard, 24 soft, 28 complaints, 32 taken back,
 * 36 newest slot (all u32), 40 next of the seen u8, 41 pad.
 * Sections: 20 classes × u32, 15 slots × (delivered, hard, unknown, complaints u32);
 * then 16 destinations × (domain, hour, last delivered u32, failures u16, pad), 64 seen × u32,
 * 128 bytes that an older version used.
 */
import { REPLY_CLASSES, type ReplyClass } from '../reply-class.ts';
import { countU16, countU32, openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';
import { clearSlots, slotAt, SLOTS, slotNow, sumOf, type Ring, type SlotWindow } from './slots.ts';

const HEADER = 44;
const CLASSES = 20;
const SLOT = 16;
const DESTINATIONS = 16;
const DESTINATION = 16;
const SEEN = 64;
const UNUSED = 128;
const FIRST_SECTION = CLASSES * 4 + SLOTS * SLOT;
const SECOND_SECTION = DESTINATIONS * DESTINATION + SEEN * 4 + UNUSED;
const FORM: RecordForm = {
  kind: 0xe1,
  version: 1,
  headerBytes: HEADER,
  bodyBytes: FIRST_SECTION,
};
/** Longest record; 364 bytes while nothing has failed. */
export const OUTCOME_BYTES = HEADER + FIRST_SECTION + SECOND_SECTION;
const EMPTY = openRecord(undefined, FORM);

/** Failures of one destination that count in an hour while it takes nothing (design 1.4). */
export const FAILURES_A_DESTINATION = 3;
const HOUR_SECONDS = 3_600;
/** A destination that took mail this lately is alive: it refuses recipients, not everything. */
const ALIVE_SECONDS = 7 * 86_400;

/** Sums of a window. */
export interface OutcomeSums {
  /** Recipients whose end is known: delivered or failed for good. */
  readonly known: number;
  readonly hard: number;
  readonly unknown: number;
  readonly complaints: number;
}

export interface OutcomeTotals {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly delivered: number;
  readonly deferred: number;
  readonly hard: number;
  readonly soft: number;
  readonly complaints: number;
  readonly takenBack: number;
  readonly classes: Readonly<Partial<Record<ReplyClass, number>>>;
}

/** How a failure counts. */
export interface FailureWeight {
  /** Not heard before. */
  readonly isNew: boolean;
  /** One of the first few of its destination in this hour: it counts as evidence. */
  readonly isEvidence: boolean;
}

export class OutcomeRecord {
  private bytes: Uint8Array;
  private view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    this.bytes = bytes === undefined ? EMPTY : openRecord(bytes, FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  /** Whether anything ever failed or was complained of. */
  get hasTrouble(): boolean {
    return this.hasSecond;
  }

  sums(window: SlotWindow, nowMs: number): OutcomeSums {
    const sum = (field: number): number =>
      sumOf(this.view, this.ring, { field, window, nowSeconds: toSeconds(nowMs) });
    const hard = sum(4);
    return { known: sum(0) + hard, hard, unknown: sum(8), complaints: sum(12) };
  }

  totals(): OutcomeTotals {
    const field = (at: number): number => this.view.getUint32(at, true);
    const classes: Partial<Record<ReplyClass, number>> = {};
    REPLY_CLASSES.forEach((name, i) => {
      const count = field(this.classesAt + 4 * i);
      if (count > 0) classes[name] = count;
    });
    return {
      firstMs: field(4) * 1000,
      lastMs: field(8) * 1000,
      delivered: field(12),
      deferred: field(16),
      hard: field(20),
      soft: field(24),
      complaints: field(28),
      takenBack: field(32),
      classes,
    };
  }

  /** Failures and known ends before the last day or so: what is usual for it. */
  before(nowMs: number): { readonly failed: number; readonly of: number } {
    const { known, hard } = this.sums('day', nowMs);
    const failed = Math.max(0, this.view.getUint32(20, true) - hard);
    return { failed, of: Math.max(failed, this.view.getUint32(12, true) + failed - known + hard) };
  }

  /** @param isShare whether it is part of the shares of a day and a week */
  learnDelivered(domain: number, nowMs: number, isShare = true): void {
    const now = this.touch(nowMs);
    countU32(this.view, 12, 1);
    if (isShare) countU32(this.view, slotNow(this.view, this.ring, now), 1);
    const at = this.findDestination(domain);
    if (at !== undefined) this.view.setUint32(at + 8, now, true);
  }

  /** A server that says "later" says it again and again: only the totals count it. */
  learnDeferred(replyClass: ReplyClass, nowMs: number): void {
    this.touch(nowMs);
    countU32(this.view, 16, 1);
    this.countClass(replyClass);
  }

  /**
   * Counts a failure for good, once for each message and recipient.
   * @param seen keyed hash of message and recipient
   */
  learnFailure(failure: {
    readonly class: ReplyClass;
    readonly hard: boolean;
    readonly domain: number;
    readonly seen: number;
    readonly nowMs: number;
    readonly isShare?: boolean;
  }): FailureWeight {
    const now = this.touch(failure.nowMs);
    this.extend();
    if (this.hasSeen(failure.seen)) return { isNew: false, isEvidence: false };
    this.addSeen(failure.seen);
    this.countClass(failure.class);
    countU32(this.view, failure.hard ? 20 : 24, 1);
    const destination = this.findDestination(failure.domain) ?? this.addDestination(failure.domain);
    const isEvidence = this.countAt(destination, now);
    const isAlive = now - this.view.getUint32(destination + 8, true) <= ALIVE_SECONDS;
    if (failure.hard && failure.isShare !== false && (isEvidence || isAlive)) {
      const slot = slotNow(this.view, this.ring, now);
      countU32(this.view, slot + 4, 1);
      if (failure.class === 'unknown-recipient') countU32(this.view, slot + 8, 1);
    }
    return { isNew: true, isEvidence };
  }

  /** @param isShare whether it is part of the share of those written to */
  learnComplaint(nowMs: number, isShare: boolean): void {
    const now = this.touch(nowMs);
    this.extend();
    countU32(this.view, 28, 1);
    if (isShare) countU32(this.view, slotNow(this.view, this.ring, now) + 12, 1);
  }

  /** Takes back a complaint of then: what it counted in the shares, where it did. */
  takeBack(nowMs: number, complaint: { readonly atMs: number; readonly isShare: boolean }): void {
    const now = this.touch(nowMs);
    this.extend();
    countU32(this.view, 32, 1);
    if (!complaint.isShare) return;
    slotNow(this.view, this.ring, now);
    const at = slotAt(this.view, this.ring, toSeconds(complaint.atMs));
    const count = at === undefined ? 0 : this.view.getUint32(at + 12, true);
    if (at !== undefined && count > 0) this.view.setUint32(at + 12, count - 1, true);
  }

  /** Starts the sums anew, after a person has looked at the account. Totals stay. */
  startAnew(): void {
    if (this.bytes !== EMPTY) clearSlots(this.view, this.ring);
  }

  private touch(nowMs: number): number {
    if (this.bytes === EMPTY) {
      this.bytes = openRecord(undefined, FORM);
      this.view = viewOf(this.bytes);
    }
    const now = Math.max(1, toSeconds(nowMs));
    if (this.view.getUint32(4, true) === 0) this.view.setUint32(4, now, true);
    this.view.setUint32(8, Math.max(now, this.view.getUint32(8, true)), true);
    return now;
  }

  private get classesAt(): number {
    return this.view.getUint16(2, true);
  }

  private get ring(): Ring {
    return { headAt: 36, at: this.classesAt + CLASSES * 4, bytes: SLOT };
  }

  private get secondAt(): number {
    return this.classesAt + FIRST_SECTION;
  }

  private get hasSecond(): boolean {
    return this.bytes.length >= this.secondAt + SECOND_SECTION;
  }

  private extend(): void {
    if (this.hasSecond) return;
    const longer = new Uint8Array(this.secondAt + SECOND_SECTION);
    longer.set(this.bytes.subarray(0, longer.length));
    this.bytes = longer;
    this.view = viewOf(longer);
  }

  private countClass(replyClass: ReplyClass): void {
    countU32(this.view, this.classesAt + 4 * REPLY_CLASSES.indexOf(replyClass), 1);
  }

  private findDestination(domain: number): number | undefined {
    if (!this.hasSecond) return undefined;
    for (let i = 0, at = this.secondAt; i < DESTINATIONS; i += 1, at += DESTINATION) {
      if (this.view.getUint32(at, true) === domain) return at;
    }
    return undefined;
  }

  /** The destination that failed longest ago makes room. */
  private addDestination(domain: number): number {
    let oldest = this.secondAt;
    for (let i = 1; i < DESTINATIONS; i += 1) {
      const at = this.secondAt + i * DESTINATION;
      if (this.view.getUint32(at + 4, true) < this.view.getUint32(oldest + 4, true)) oldest = at;
    }
    this.bytes.fill(0, oldest, oldest + DESTINATION);
    this.view.setUint32(oldest, domain, true);
    return oldest;
  }

  /** Counts a failure of the hour; false above the few that count. */
  private countAt(destination: number, now: number): boolean {
    if (now - this.view.getUint32(destination + 4, true) >= HOUR_SECONDS) {
      this.view.setUint32(destination + 4, now, true);
      this.view.setUint16(destination + 12, 0, true);
    }
    countU16(this.view, destination + 12);
    return this.view.getUint16(destination + 12, true) <= FAILURES_A_DESTINATION;
  }

  private get seenAt(): number {
    return this.secondAt + DESTINATIONS * DESTINATION;
  }

  private hasSeen(hash: number): boolean {
    for (let i = 0; i < SEEN; i += 1) {
      if (this.view.getUint32(this.seenAt + 4 * i, true) === (hash | 1) >>> 0) return true;
    }
    return false;
  }

  private addSeen(hash: number): void {
    const next = this.view.getUint8(40) % SEEN;
    // Zero marks an empty place.
    this.view.setUint32(this.seenAt + 4 * next, (hash | 1) >>> 0, true);
    this.view.setUint8(40, (next + 1) % SEEN);
  }
}
