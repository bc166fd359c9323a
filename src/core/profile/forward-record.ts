/**
 * The forwards of one account: what became of mail that left through each of them (FWD-2).
 *
 * A failure counts once. What our own mail server saw counts by its queue id; a bounce that came back
 * by mail counts by the keyed hash of the sender it came to, and never twice for one: who once got
 * hold of such a sender can send bounces to it all day. A server may take a message and bounce it
 * later, so a delivery proves something only after a while in which no bounce took it back.
 *
 * Header: 4 last u32, 8 next seen u8, 9 next recent u8, 2 pad. Sections: 64 seen × (id, at u32,
 * unmatched u8, 3 pad), 16 recent × (queue id, stamp u32); then up to 8 destinations × (id 2 × u32,
 * last forward, last delivered u32, flags u8, hearsay u8, its hour u16, 8 failures × (at u32,
 * unknown u8, 3 pad), 8 taken × (stamp, at u32)).
 */
import { openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';
import type { SeenItem } from './seen-record.ts';

const HEADER = 12;
const SEEN = 64;
const SEEN_ROW = 12;
const RECENT = 16;
const RECENT_ROW = 8;
const FAILURES = 8;
const TAKEN = 8;
const ROW = 8;
const FAILURES_AT = 20;
const TAKEN_AT = FAILURES_AT + FAILURES * ROW;
const DESTINATION = TAKEN_AT + TAKEN * ROW;
const FORM: RecordForm = {
  kind: 0xe4,
  version: 1,
  headerBytes: HEADER,
  bodyBytes: SEEN * SEEN_ROW + RECENT * RECENT_ROW,
};
/** Forwards of one account that are known apart; the one used longest ago makes room. */
export const MAX_DESTINATIONS = 8;

/** Detection design 1.6, row F. */
export const FAILURES_TO_STOP = 5;
export const FAILURE_WINDOW_SECONDS = 7 * 86_400;
export const UNKNOWN_TO_STOP = 3;
export const UNKNOWN_WINDOW_SECONDS = 86_400;
/** A server that bounces what it took does so within minutes; an hour has queues in it. */
export const SETTLED_SECONDS = 3_600;
/** A forward not used for so long is one no more. */
const ACTIVE_SECONDS = 30 * 86_400;

const IS_OFF = 1;

/** Addresses to which bounces came that nobody vouches for, within a week: people are told of so many. */
export const HEARSAY_TO_TELL = 5;
const HEARSAY_HOURS = 7 * 24;
/** Sets what was heard of a sender apart from what is known of it. */
const HEARD = 0x9e37_79b9;

export type ForwardFate = 'counted' | 'repeated' | 'unmatched';

export interface ForwardOutcome {
  readonly fate: ForwardFate;
  /** With this one the destination is dead. */
  readonly stops?: {
    readonly failures: number;
    readonly unknown: number;
    /** Whether the account forwards to nobody else. */
    readonly isOnly: boolean;
    /** It is only said, by bounces that nobody vouches for: people should look. */
    readonly isHearsay?: true;
  };
}

/** What a delivery is known by. */
export type ForwardName =
  /** By its queue id, from our own mail server. */
  | { readonly by: 'queue'; readonly queue: number }
  /** By the sender to which it came back, and the queue id that it names. */
  | { readonly by: 'stamp'; readonly stamp: number; readonly queue?: number };

export class ForwardRecord {
  private bytes: Uint8Array;
  private view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    this.bytes = openRecord(bytes, FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  get destinations(): number {
    return Math.floor((this.bytes.length - this.destinationsAt) / DESTINATION);
  }

  /** A message left for the destination. */
  learnForward(forward: {
    readonly to: SeenItem;
    readonly queue: number | undefined;
    readonly stamp: number | undefined;
    readonly nowMs: number;
  }): void {
    const now = this.touch(forward.nowMs);
    const at = this.find(forward.to) ?? this.add(forward.to);
    this.view.setUint32(at + 8, now, true);
    if (forward.queue === undefined || forward.stamp === undefined) return;
    const next = this.view.getUint8(9) % RECENT;
    const recent = this.recentAt + next * RECENT_ROW;
    this.view.setUint32(recent, forward.queue, true);
    this.view.setUint32(recent + 4, forward.stamp, true);
    this.view.setUint8(9, (next + 1) % RECENT);
  }

  /** The destination took a message. */
  learnDelivered(to: SeenItem, name: ForwardName, nowMs: number): ForwardFate {
    const at = this.find(to);
    if (at === undefined) return 'unmatched';
    const now = this.touch(nowMs);
    const stamp = name.by === 'queue' ? (this.stampOf(name.queue) ?? name.queue) : name.stamp;
    // It came back already: the word of the far side was not true.
    if (this.seenAt(this.at(at, stamp)) !== undefined) return 'repeated';
    let chosen = at + TAKEN_AT;
    for (let i = 0, row = chosen; i < TAKEN; i += 1, row += ROW) {
      if (this.view.getUint32(row + 4, true) < this.view.getUint32(chosen + 4, true)) chosen = row;
    }
    // Room is made by one that nothing took back.
    this.settle(at, this.view.getUint32(chosen + 4, true));
    this.view.setUint32(chosen, stamp, true);
    this.view.setUint32(chosen + 4, now, true);
    return 'counted';
  }

  /** The destination refused a message for good. */
  learnFailure(failure: {
    readonly to: SeenItem;
    readonly name: ForwardName;
    readonly isUnknown: boolean;
    readonly nowMs: number;
  }): ForwardOutcome {
    const { name, nowMs } = failure;
    const at = this.findOrOnly(failure.to);
    if (at === undefined) return { fate: 'unmatched' };
    const now = this.touch(nowMs);
    if (!this.isFirst(at, name, now)) return { fate: 'repeated' };
    if (name.by === 'stamp') this.takeBack(at, name.stamp);
    this.settleOld(at, now);
    this.addFailure(at, now, failure.isUnknown);
    if ((this.view.getUint8(at + 16) & IS_OFF) !== 0) return { fate: 'counted' };
    const { failures, unknown } = this.countFailures(at, now);
    const isDead = failures >= FAILURES_TO_STOP || unknown >= UNKNOWN_TO_STOP;
    // What it took lately may prove that it lives; the next failure asks again.
    if (!isDead || this.hasUnsettled(at)) return { fate: 'counted' };
    this.view.setUint8(at + 16, this.view.getUint8(at + 16) | IS_OFF);
    return { fate: 'counted', stops: { failures, unknown, isOnly: this.isOnlyActive(at, now) } };
  }

  /**
   * A bounce that anybody may have written: it changes nothing of what is known of the forward. It
   * counts once for each sender it came to, and `stops` once a week, for people to look.
   */
  learnHearsay(heard: {
    readonly to: SeenItem;
    readonly stamp: number;
    readonly nowMs: number;
  }): ForwardOutcome {
    const at = this.findOrOnly(heard.to);
    if (at === undefined) return { fate: 'unmatched' };
    const now = this.touch(heard.nowMs);
    this.startHearsayWeek(at, now);
    const count = this.view.getUint8(at + 17);
    const id = (this.at(at, heard.stamp) ^ HEARD) >>> 0;
    if (count >= HEARSAY_TO_TELL || this.seenAt(id) !== undefined) return { fate: 'repeated' };
    this.addSeen(id, { now, isUnmatched: false });
    this.view.setUint8(at + 17, count + 1);
    if (count + 1 < HEARSAY_TO_TELL) return { fate: 'counted' };
    const stops = { failures: count + 1, unknown: 0, isOnly: false, isHearsay: true } as const;
    return { fate: 'counted', stops };
  }

  /** Somebody has looked at the forwards: what comes from now on counts. */
  startAnew(): void {
    for (let i = 0; i < this.destinations; i += 1) {
      const at = this.destinationsAt + i * DESTINATION;
      this.bytes.fill(0, at + 16, at + DESTINATION);
    }
  }

  private touch(nowMs: number): number {
    const now = Math.max(1, toSeconds(nowMs));
    this.view.setUint32(4, Math.max(now, this.view.getUint32(4, true)), true);
    return now;
  }

  private get firstAt(): number {
    return this.view.getUint16(2, true);
  }

  private get recentAt(): number {
    return this.firstAt + SEEN * SEEN_ROW;
  }

  private get destinationsAt(): number {
    return this.recentAt + RECENT * RECENT_ROW;
  }

  private startHearsayWeek(at: number, now: number): void {
    const hour = Math.floor(now / 3_600) & 0xffff;
    const age = (hour - this.view.getUint16(at + 18, true)) & 0xffff;
    if (this.view.getUint8(at + 17) > 0 && age < HEARSAY_HOURS) return;
    this.view.setUint8(at + 17, 0);
    this.view.setUint16(at + 18, hour, true);
  }

  private find(to: SeenItem): number | undefined {
    for (let i = 0, at = this.destinationsAt; i < this.destinations; i += 1, at += DESTINATION) {
      const isIt =
        this.view.getUint32(at, true) === to[0] && this.view.getUint32(at + 4, true) === to[1];
      if (isIt) return at;
    }
    return undefined;
  }

  /** A far side that forwards itself names another recipient: of one forward it is that one. */
  private findOrOnly(to: SeenItem): number | undefined {
    return this.find(to) ?? (this.destinations === 1 ? this.destinationsAt : undefined);
  }

  private add(to: SeenItem): number {
    let at = this.bytes.length;
    if (this.destinations < MAX_DESTINATIONS) {
      const longer = new Uint8Array(at + DESTINATION);
      longer.set(this.bytes);
      this.bytes = longer;
      this.view = viewOf(longer);
    } else {
      at = this.destinationsAt;
      for (let i = 1; i < MAX_DESTINATIONS; i += 1) {
        const other = this.destinationsAt + i * DESTINATION;
        if (this.view.getUint32(other + 8, true) < this.view.getUint32(at + 8, true)) at = other;
      }
      this.bytes.fill(0, at, at + DESTINATION);
    }
    this.view.setUint32(at, to[0], true);
    this.view.setUint32(at + 4, to[1], true);
    return at;
  }

  private stampOf(queue: number): number | undefined {
    for (let i = 0, at = this.recentAt; i < RECENT; i += 1, at += RECENT_ROW) {
      if (this.view.getUint32(at, true) === queue) return this.view.getUint32(at + 4, true);
    }
    return undefined;
  }

  /** Whether a failure was not heard of: by its queue id, by its stamp, or once by each. */
  private isFirst(at: number, name: ForwardName, now: number): boolean {
    if (name.by === 'stamp') {
      const id = this.at(at, name.stamp);
      if (this.seenAt(id) !== undefined || !this.isOwnQueue(at, name, now)) return false;
      this.addSeen(id, { now, isUnmatched: name.queue === undefined });
      return true;
    }
    const id = this.at(at, name.queue);
    if (this.seenAt(id) !== undefined) return false;
    this.addSeen(id, { now, isUnmatched: false });
    const stamp = this.stampOf(name.queue);
    if (stamp === undefined) return true;
    const known = this.seenAt(this.at(at, stamp));
    // Our own bounce of it is still to come, or was here first.
    if (known === undefined) this.addSeen(this.at(at, stamp), { now, isUnmatched: false });
    else if (this.view.getUint8(known + 8) === 1) {
      this.view.setUint8(known + 8, 0);
      return false;
    }
    return true;
  }

  /** The queue id of one message vouches for its own sender, and once. */
  private isOwnQueue(
    at: number,
    { queue, stamp }: Extract<ForwardName, { by: 'stamp' }>,
    now: number,
  ): boolean {
    if (queue === undefined) return true;
    const id = this.at(at, queue);
    if ((this.stampOf(queue) ?? stamp) !== stamp || this.seenAt(id) !== undefined) return false;
    this.addSeen(id, { now, isUnmatched: false });
    return true;
  }

  /** One sender writes to several forwards of an account on a day: its hash is theirs apart. */
  private at(destination: number, id: number): number {
    return (id ^ this.view.getUint32(destination + 4, true)) >>> 0;
  }

  private seenAt(id: number): number | undefined {
    for (let i = 0, at = this.firstAt; i < SEEN; i += 1, at += SEEN_ROW) {
      if (this.view.getUint32(at, true) === id && this.view.getUint32(at + 4, true) !== 0)
        return at;
    }
    return undefined;
  }

  private addSeen(id: number, seen: { readonly now: number; readonly isUnmatched: boolean }): void {
    const next = this.view.getUint8(8) % SEEN;
    const at = this.firstAt + next * SEEN_ROW;
    this.view.setUint32(at, id, true);
    this.view.setUint32(at + 4, seen.now, true);
    this.view.setUint8(at + 8, seen.isUnmatched ? 1 : 0);
    this.view.setUint8(8, (next + 1) % SEEN);
  }

  private takeBack(at: number, stamp: number): void {
    for (let i = 0, row = at + TAKEN_AT; i < TAKEN; i += 1, row += ROW) {
      if (this.view.getUint32(row, true) === stamp) this.bytes.fill(0, row, row + ROW);
    }
  }

  /** What was taken long enough ago proves that the destination lived then. */
  private settleOld(at: number, now: number): void {
    for (let i = 0, row = at + TAKEN_AT; i < TAKEN; i += 1, row += ROW) {
      const taken = this.view.getUint32(row + 4, true);
      if (taken === 0 || now - taken < SETTLED_SECONDS) continue;
      this.settle(at, taken);
      this.bytes.fill(0, row, row + ROW);
    }
  }

  private settle(at: number, delivered: number): void {
    if (delivered === 0) return;
    if (delivered > this.view.getUint32(at + 12, true))
      this.view.setUint32(at + 12, delivered, true);
    for (let i = 0, row = at + FAILURES_AT; i < FAILURES; i += 1, row += ROW) {
      if (this.view.getUint32(row, true) <= delivered) this.bytes.fill(0, row, row + ROW);
    }
  }

  private hasUnsettled(at: number): boolean {
    for (let i = 0, row = at + TAKEN_AT; i < TAKEN; i += 1, row += ROW) {
      if (this.view.getUint32(row + 4, true) !== 0) return true;
    }
    return false;
  }

  private addFailure(at: number, now: number, isUnknown: boolean): void {
    let chosen = at + FAILURES_AT;
    for (let i = 1, row = chosen + ROW; i < FAILURES; i += 1, row += ROW) {
      if (this.view.getUint32(row, true) < this.view.getUint32(chosen, true)) chosen = row;
    }
    // Late news of what failed before the last delivery says nothing of today.
    if (now <= this.view.getUint32(at + 12, true)) return;
    this.view.setUint32(chosen, now, true);
    this.view.setUint8(chosen + 4, isUnknown ? 1 : 0);
  }

  private countFailures(at: number, now: number): { failures: number; unknown: number } {
    let failures = 0;
    let unknown = 0;
    for (let i = 0, row = at + FAILURES_AT; i < FAILURES; i += 1, row += ROW) {
      const failed = this.view.getUint32(row, true);
      if (failed === 0 || now - failed > FAILURE_WINDOW_SECONDS) continue;
      failures += 1;
      if (this.view.getUint8(row + 4) === 1 && now - failed <= UNKNOWN_WINDOW_SECONDS) unknown += 1;
    }
    return { failures, unknown };
  }

  private isOnlyActive(at: number, now: number): boolean {
    for (let i = 0; i < this.destinations; i += 1) {
      const other = this.destinationsAt + i * DESTINATION;
      if (other === at || (this.view.getUint8(other + 16) & IS_OFF) !== 0) continue;
      if (now - this.view.getUint32(other + 8, true) <= ACTIVE_SECONDS) return false;
    }
    return true;
  }
}
