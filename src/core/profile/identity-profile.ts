/**
 * What is usual for one identity (a credential of an account): how much it sends and when, and the
 * contexts it is used from.
 *
 * Header: 4 created, 8 last, 12 ladder (12), 24 messages, 28 recipients, 32 day u16, 34 active days
 * u16, 36 messages today, 40 recipients today, 44 usual messages f32, 48 usual recipients f32,
 * 52 contexts u8; since version 2 also 56 what detection keeps (detection-state.ts).
 * Sections: hour of week 168 × u8, contexts × 52.
 */
import { emptyLane } from '../detection/lanes.ts';
import type { LadderState } from '../ladder.ts';
import type { NetworkFacts } from '../network.ts';
import { countryCode, countryName } from './address-key.ts';
import { DETECTION_BYTES, DetectionState, SHARED } from './detection-state.ts';
import { takeOldEvidence } from './identity-migration.ts';
import { readLadder, writeLadder } from './ladder-field.ts';
import { countU16, countU32, openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';
import { WEEK_HOURS, WeekHours } from './week-hours.ts';

const CONTEXT_BYTES = 52;
/** Contexts of one identity; the one unused for longest makes room. */
export const MAX_CONTEXTS = 8;
/** A day counts a seventh: the usual is about the last two weeks. */
const DAY_WEIGHT = 1 / 7;
const DETECTION_AT = 56;
const FORM: RecordForm = {
  kind: 0x10,
  version: 2,
  headerBytes: DETECTION_AT + DETECTION_BYTES,
  bodyBytes: WEEK_HOURS,
};

/** Context row: key high 0, low 4, first 8, last 12, messages 16, days u16 20, last day u16 22, */
const CONTEXT_DAYS = 20;
const CONTEXT_LAST_DAY = 22;
/** sums of version 1 at 24 (5 × f32, identity-migration.ts), asn 44, country u16 48. */
const ASN = 44;
const COUNTRY = 48;

const DAY_SECONDS = 86_400;

/** How much and how long a context was used. */
export interface ContextUse {
  /** The second half of its key. */
  readonly low: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly messages: number;
  readonly days: number;
}

export interface ContextRow extends ContextUse {
  readonly key: string;
  readonly halves: ContextKey;
  /** ISO 3166-1 alpha-2; empty when unknown. */
  readonly country: string;
  /** 0 when unknown. */
  readonly asn: number;
}

/** A context key as its two halves. */
export type ContextKey = readonly [high: number, low: number];

export class IdentityProfile {
  private bytes: Uint8Array;
  private view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    this.bytes = openRecord(bytes, FORM);
    this.view = viewOf(this.bytes);
    if (bytes !== undefined && bytes !== this.bytes) {
      takeOldEvidence(this.view, this.detection, this.contexts(), this.contextRows());
    }
  }

  /** Of this record as it is now: ask again after a context was learnt. */
  get detection(): DetectionState {
    return new DetectionState(this.view, DETECTION_AT);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  get ladder(): LadderState {
    return readLadder(this.view, 12);
  }

  set ladder(state: LadderState) {
    writeLadder(this.view, 12, state);
  }

  get messages(): number {
    return this.view.getUint32(24, true);
  }

  get recipients(): number {
    return this.view.getUint32(28, true);
  }

  get activeDays(): number {
    return this.view.getUint16(34, true);
  }

  /** Mean over the days it sent at all, newer days weighing more; 0 in the first day. */
  get usualRecipientsPerDay(): number {
    return this.view.getFloat32(48, true);
  }

  get usualMessagesPerDay(): number {
    return this.view.getFloat32(44, true);
  }

  /** Messages sent so far on the day of `nowMs`. */
  messagesOn(nowMs: number): number {
    const day = Math.floor(toSeconds(nowMs) / DAY_SECONDS);
    return this.view.getUint16(32, true) === day ? this.view.getUint32(36, true) : 0;
  }

  get recipientsToday(): number {
    return this.view.getUint32(40, true);
  }

  /** When in the week it sends. */
  get hours(): WeekHours {
    return new WeekHours(this.view, this.hoursAt);
  }

  /** Counts one accepted message. */
  learnMessage(sent: {
    readonly nowMs: number;
    readonly recipients: number;
    readonly hourOfWeek: number;
  }): void {
    const now = toSeconds(sent.nowMs);
    if (this.view.getUint32(4, true) === 0) this.view.setUint32(4, now, true);
    this.view.setUint32(8, Math.max(now, this.view.getUint32(8, true)), true);
    this.turnDay(Math.floor(now / DAY_SECONDS));
    countU32(this.view, 24, 1);
    countU32(this.view, 28, sent.recipients);
    countU32(this.view, 36, 1);
    countU32(this.view, 40, sent.recipients);
    this.hours.learn(sent.hourOfWeek);
  }

  hasContext(key: ContextKey): boolean {
    return this.contextIndex(key) >= 0;
  }

  /** Which of the rows, and so of detection's lanes, a context has; -1 when it is new. */
  contextIndex(key: ContextKey): number {
    const last = this.bytes.length - CONTEXT_BYTES;
    const end = this.contextsAt + this.view.getUint8(52) * CONTEXT_BYTES;
    for (let at = this.contextsAt, i = 0; at < end && at <= last; i += 1) {
      if (
        this.view.getUint32(at, true) === key[0] &&
        this.view.getUint32(at + 4, true) === key[1]
      ) {
        return i;
      }
      at += CONTEXT_BYTES;
    }
    return -1;
  }

  contexts(): ContextRow[] {
    return this.contextRows().map((at) => this.contextAt(at));
  }

  /** Asked for every message: without the texts of a row, which cost more than all its numbers. */
  context(index: number): ContextUse {
    return this.useAt(this.contextsAt + index * CONTEXT_BYTES);
  }

  /** Counts a message of a context; its place among the rows. */
  learnContext(
    key: ContextKey,
    seen: {
      readonly nowMs: number;
      readonly accepted: boolean;
      readonly network: Pick<NetworkFacts, 'asn' | 'country'>;
    },
  ): number {
    const now = toSeconds(seen.nowMs);
    let index = this.contextIndex(key);
    if (index < 0) index = this.addContext(key, now);
    const at = this.contextsAt + index * CONTEXT_BYTES;
    this.view.setUint32(at + 12, Math.max(now, this.view.getUint32(at + 12, true)), true);
    this.view.setUint32(at + ASN, seen.network.asn, true);
    this.view.setUint16(at + COUNTRY, countryCode(seen.network.country), true);
    if (!seen.accepted) return index;
    countU32(this.view, at + 16, 1);
    const day = Math.floor(now / DAY_SECONDS);
    if (this.view.getUint16(at + CONTEXT_LAST_DAY, true) !== day) {
      this.view.setUint16(at + CONTEXT_LAST_DAY, day, true);
      countU16(this.view, at + CONTEXT_DAYS);
    }
    return index;
  }

  /** The owner said that it is his: trusted from now on, and what it had gathered is taken back. */
  confirm(index: number): void {
    const { detection } = this;
    if (detection.isTrusted(index)) detection.clearLane(SHARED.trusted);
    detection.clearLane(index);
    detection.setTrust(index, 'confirmed');
    detection.clearLane(SHARED.probation);
  }

  /** Somebody said that it is not the owner: what it gathered stays with it, as with a place unknown. */
  refuse(index: number): void {
    this.detection.setTrust(index, 'refused');
  }

  /**
   * The credential is another one now: nothing of before is held against it. What an unproven place did
   * stays with that place.
   */
  leaveEvidence(): void {
    const { detection } = this;
    this.contextRows().forEach((_, i) => {
      if (detection.isTrusted(i)) detection.setLane(i, NO_SUMS);
    });
    detection.clearLane(SHARED.probation);
    detection.clearLane(SHARED.trusted);
  }

  /** Forgets evidence, after a person said the account is its owner's again. Whom it trusts stays. */
  forgetEvidence(): void {
    const { detection } = this;
    this.contextRows().forEach((_, i) => {
      if (!detection.isTrusted(i)) {
        detection.setLane(i, NO_SUMS);
        return;
      }
      const trust = detection.isConfirmed(i) ? 'confirmed' : 'trusted';
      detection.clearLane(i);
      detection.setTrust(i, trust);
    });
    detection.clearLane(SHARED.probation);
    detection.clearLane(SHARED.trusted);
  }

  private get hoursAt(): number {
    return this.view.getUint16(2, true);
  }

  private turnDay(day: number): void {
    const current = this.view.getUint16(32, true);
    if (current >= day) return;
    if (current !== 0) {
      const days = this.view.getUint16(34, true);
      this.learnUsual(44, this.view.getUint32(36, true), days);
      this.learnUsual(48, this.view.getUint32(40, true), days);
    }
    this.view.setUint16(32, day, true);
    countU16(this.view, 34);
    this.view.setUint32(36, 0, true);
    this.view.setUint32(40, 0, true);
  }

  private learnUsual(at: number, today: number, days: number): void {
    const weight = Math.max(DAY_WEIGHT, 1 / Math.max(1, days));
    const usual = this.view.getFloat32(at, true);
    this.view.setFloat32(at, usual + weight * (today - usual), true);
  }

  private get contextsAt(): number {
    return this.hoursAt + WEEK_HOURS;
  }

  private contextRows(): number[] {
    const fits = Math.floor((this.bytes.length - this.contextsAt) / CONTEXT_BYTES);
    const count = Math.min(this.view.getUint8(52), fits);
    return Array.from({ length: count }, (_, i) => this.contextsAt + i * CONTEXT_BYTES);
  }

  private contextAt(at: number): ContextRow {
    const hex = (offset: number): string =>
      this.view
        .getUint32(at + offset, true)
        .toString(16)
        .padStart(8, '0');
    return {
      key: (hex(0) + hex(4)).slice(0, 12),
      halves: [this.view.getUint32(at, true), this.view.getUint32(at + 4, true)],
      country: countryName(this.view.getUint16(at + COUNTRY, true)),
      asn: this.view.getUint32(at + ASN, true),
      ...this.useAt(at),
    };
  }

  private useAt(at: number): ContextUse {
    return {
      low: this.view.getUint32(at + 4, true),
      firstMs: this.view.getUint32(at + 8, true) * 1000,
      lastMs: this.view.getUint32(at + 12, true) * 1000,
      messages: this.view.getUint32(at + 16, true),
      days: this.view.getUint16(at + CONTEXT_DAYS, true),
    };
  }

  /** The row used for longest not, those on probation first: hopping must not push out the owner's. */
  private addContext(key: ContextKey, now: number): number {
    const rows = this.contextRows();
    let index = rows.length;
    if (index === MAX_CONTEXTS) {
      index = this.leastWorth();
      this.bytes.fill(0, rows[index], (rows[index] ?? 0) + CONTEXT_BYTES);
      this.detection.clearLane(index);
    } else {
      const at = this.contextsAt + index * CONTEXT_BYTES;
      const wider = new Uint8Array(at + CONTEXT_BYTES);
      wider.set(this.bytes.subarray(0, Math.min(this.bytes.length, at)));
      this.bytes = wider;
      this.view = viewOf(wider);
      this.view.setUint8(52, rows.length + 1);
    }
    const at = this.contextsAt + index * CONTEXT_BYTES;
    this.view.setUint32(at, key[0], true);
    this.view.setUint32(at + 4, key[1], true);
    this.view.setUint32(at + 8, now, true);
    return index;
  }

  /**
   * A place that writes to strangers is remembered as one of the owner's is, while those have half of the rows: else
   * whoever sits there begins anew with each new place of an owner who has many.
   */
  private leastWorth(): number {
    const { detection } = this;
    const rows = this.contextRows();
    const isOwners = rows.map((_, i) => detection.isTrusted(i));
    const isFull = isOwners.filter(Boolean).length > MAX_CONTEXTS / 2;
    const isKept = (index: number): boolean =>
      isOwners[index] === true || (isFull && detection.company(index).strangers >= STRANGERS_KEPT);
    const worth = (index: number): number =>
      this.view.getUint32((rows[index] ?? 0) + 12, true) +
      (isKept(index) ? TRUST_SECONDS : 0) +
      Math.min(MOST_DAYS, this.view.getUint16((rows[index] ?? 0) + CONTEXT_DAYS, true)) *
        DAY_SECONDS;
    return rows.reduce((least, _, i) => (worth(i) < worth(least) ? i : least), 0);
  }
}

/** Messages of a place to strangers that make it worth a look. */
const STRANGERS_KEPT = 3;
const NO_SUMS = emptyLane();
/** A trusted context unused for two months gives way to one on probation of today. */
const TRUST_SECONDS = 60 * DAY_SECONDS;
/** Each day of use keeps a context for one more: those of a thief who hops are of one day. */
const MOST_DAYS = 14;
