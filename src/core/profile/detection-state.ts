/**
 * What detection keeps of an identity, inside the header of its record (identity-profile.ts), since
 * version 2. Offsets from the start of the section:
 *
 *   0 pending since (day u16), 2 day of training u16, 4 trained today u8, 5 next of the copies u8,
 *   6 day of strangers u16, 8 strangers today u16, 10 storms (storm-slots.ts)
 *   16 rates: 12 × (trained, waiting, newest; each hits and messages f32)
 *   then style 10 × 32 u8, lanes of the contexts 8 × 112, shared lanes 2 × 112, copies 8 × 48
 *
 * A lane: 0 weight of the network f32, 4 flags u8, 5 messages to strangers u8, 6 to others u8, 8 last u32, 12 sums 24 × f32, 108 making f32.
 * Of the shared lanes 0 is when one of their places was last in question, u32, and 108 how long it usually took
 * from one time to the next, seconds, f32.
 * A copy: 0 at u32, 4 recipients 2 × u32, 12 size u32, 16 rows 32 × u8.
 */
import { emptyLane, LANE_SUMS, type Lane } from '../detection/lanes.ts';
import { MEMORY, type Own } from '../detection/rates.ts';
import { countStorm, stormCount } from './storm-slots.ts';

const RATES_AT = 16;
export const RATES = 12;
const RATE_BYTES = 24;
const STYLE_AT = RATES_AT + RATES * RATE_BYTES;
export const STYLE_FEATURES = 10;
export const STYLE_BUCKETS = 32;
const LANES_AT = STYLE_AT + STYLE_FEATURES * STYLE_BUCKETS;
const LANE_BYTES = 112;
export const CONTEXT_LANES = 8;
/** Of contexts on probation, and of trusted ones. */
export const SHARED = { probation: CONTEXT_LANES, trusted: CONTEXT_LANES + 1 } as const;
const COPIES_AT = LANES_AT + (CONTEXT_LANES + 2) * LANE_BYTES;
export const COPIES = 8;
const COPY_BYTES = 48;
export const DETECTION_BYTES = COPIES_AT + COPIES * COPY_BYTES;

const STORM_AT = 10;
/** Messages whose company is remembered. */
const COMPANY_MOST = 40;
const TRUSTED = 1;
const CONFIRMED = 2;
const REFUSED = 4;
/** As strange as a hosting network (detection design 1.2): somebody said that it is not the owner. */
const REFUSED_WEIGHT = 3.4;
/** What is learnt waits so long, and half of it twice as long, for complaints and bounces. */
const WAIT_DAYS = 7;
/** Messages from which on what is learnt waits; a new account must begin somewhere. */
const COLD_MESSAGES = 30;
/** Messages a day that teach rates: who sends more teaches no faster. */
const TRAINED_A_DAY = 20;

/** A pause counts as no more than so many times what was usual, and what was usual as no less than an hour. */
const PACE_MOST = 4;
const PACE_LEAST_SECONDS = 3_600;

/** Events come out of order by no more than this. */
const CLOCK_TRUST_SECONDS = 86_400;

/** A message as it is compared with later ones. */
export interface Copy {
  readonly seconds: number;
  readonly recipients: readonly [number, number];
  readonly sizeBytes: number;
  /** Low bytes of a fingerprint; all zero without a text. */
  readonly rows: Uint8Array;
}

/** One of them as it stands in the record: most are looked at for their size alone. */
class KeptCopy implements Copy {
  private readonly view: DataView;
  private readonly at: number;

  constructor(view: DataView, at: number) {
    this.view = view;
    this.at = at;
  }

  get seconds(): number {
    return this.view.getUint32(this.at, true);
  }

  get recipients(): readonly [number, number] {
    return [this.view.getUint32(this.at + 4, true), this.view.getUint32(this.at + 8, true)];
  }

  get sizeBytes(): number {
    return this.view.getUint32(this.at + 12, true);
  }

  get rows(): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset + this.at + 16, 32);
  }
}

export class DetectionState {
  private readonly view: DataView;
  private readonly at: number;

  /** @param at where the section begins */
  constructor(view: DataView, at: number) {
    this.view = view;
    this.at = at;
  }

  own(measure: number): Own {
    const at = this.rateAt(measure);
    return { hits: this.sound(at), of: this.sound(at + 4) };
  }

  /** Whether a message of this day may still teach; counts it. */
  mayTrain(day: number): boolean {
    if (this.view.getUint16(this.at + 2, true) !== day) {
      this.view.setUint16(this.at + 2, day, true);
      this.view.setUint8(this.at + 4, 0);
    }
    const today = this.view.getUint8(this.at + 4);
    if (today >= TRAINED_A_DAY) return false;
    this.view.setUint8(this.at + 4, today + 1);
    this.turn(day);
    return true;
  }

  train(measure: number, isThere: boolean): void {
    const at = this.rateAt(measure);
    const isCold = this.view.getFloat32(at + 4, true) < COLD_MESSAGES;
    this.count(isCold ? at : at + 16, isThere ? 1 : 0, 1);
  }

  /** Forgets what waits: it was learnt from mail that came back. */
  untrain(): void {
    for (let i = 0; i < RATES; i += 1) {
      for (let byte = 8; byte < RATE_BYTES; byte += 4) {
        this.view.setFloat32(this.rateAt(i) + byte, 0, true);
      }
    }
  }

  styleCount(feature: number, bucket: number): number {
    return this.view.getUint8(this.styleAt(feature) + bucket);
  }

  styleTotal(feature: number): number {
    const at = this.styleAt(feature);
    let sum = 0;
    for (let i = 0; i < STYLE_BUCKETS; i += 1) sum += this.view.getUint8(at + i);
    return sum;
  }

  learnStyle(feature: number, bucket: number): void {
    const at = this.styleAt(feature);
    const count = this.view.getUint8(at + bucket);
    if (count < 0xff) {
      this.view.setUint8(at + bucket, count + 1);
      return;
    }
    for (let i = 0; i < STYLE_BUCKETS; i += 1) {
      this.view.setUint8(at + i, this.view.getUint8(at + i) >> 1);
    }
  }

  /** A copy of the sums, for what is decided now. */
  lane(index: number): Lane {
    const lane = emptyLane();
    const at = this.laneAt(index) + 12;
    for (let i = 0; i < LANE_SUMS; i += 1) {
      // Most sums are nothing, and stay so.
      if (this.view.getUint32(at + 4 * i, true) !== 0) lane[i] = this.sound(at + 4 * i);
    }
    return lane;
  }

  setLane(index: number, lane: Lane): void {
    const at = this.laneAt(index) + 12;
    for (let i = 0; i < LANE_SUMS; i += 1) this.view.setFloat32(at + 4 * i, lane[i] ?? 0, true);
  }

  laneMs(index: number): number {
    return this.view.getUint32(this.laneAt(index) + 8, true) * 1000;
  }

  touchLane(index: number, seconds: number): void {
    this.touch(this.laneAt(index) + 8, seconds);
  }

  clearLane(index: number): void {
    const at = this.laneAt(index);
    for (let i = 0; i < LANE_BYTES; i += 4) this.view.setUint32(at + i, 0, true);
  }

  /** Of a refused place it does not fall, whatever comes from there. */
  networkWeight(index: number): number {
    const weight = this.sound(this.laneAt(index));
    return this.isRefused(index) ? Math.max(REFUSED_WEIGHT, weight) : weight;
  }

  setNetworkWeight(index: number, weight: number): void {
    this.view.setFloat32(this.laneAt(index), weight, true);
  }

  /**
   * When one of the places that share a lane last had evidence of its own against it, and how long it took from one
   * such message to the next; 0 where that is not known.
   */
  inQuestion(shared: number): { readonly lastMs: number; readonly everyMs: number } {
    const at = this.laneAt(shared);
    return {
      lastMs: this.view.getUint32(at, true) * 1000,
      everyMs: Math.max(0, this.sound(at + 108)) * 1000,
    };
  }

  touchInQuestion(shared: number, seconds: number): void {
    const at = this.laneAt(shared);
    const last = this.view.getUint32(at, true);
    this.touch(at, seconds);
    if (last === 0 || seconds <= last) return;
    const every = this.sound(at + 108);
    const gap = seconds - last;
    // One long silence is an end, and no change of pace.
    const counted =
      every > 0 ? Math.min(gap, PACE_MOST * Math.max(every, PACE_LEAST_SECONDS)) : gap;
    this.view.setFloat32(at + 108, every > 0 ? (every + counted) / 2 : counted, true);
  }

  /** How strangely messages of the context were made lately, nats. */
  making(index: number): number {
    return this.sound(this.laneAt(index) + 108);
  }

  setMaking(index: number, weight: number): void {
    this.view.setFloat32(this.laneAt(index) + 108, weight, true);
  }

  /** Messages of the context to strangers and to others; old ones count less. */
  company(index: number): { readonly strangers: number; readonly others: number } {
    const at = this.laneAt(index);
    return { strangers: this.view.getUint8(at + 5), others: this.view.getUint8(at + 6) };
  }

  countCompany(index: number, isStranger: boolean): void {
    const at = this.laneAt(index) + (isStranger ? 5 : 6);
    const count = this.view.getUint8(at) + 1;
    if (count <= COMPANY_MOST) {
      this.view.setUint8(at, count);
      return;
    }
    for (const each of [5, 6]) {
      const half = this.view.getUint8(this.laneAt(index) + each) >> 1;
      this.view.setUint8(this.laneAt(index) + each, half);
    }
  }

  isTrusted(index: number): boolean {
    return (this.view.getUint8(this.laneAt(index) + 4) & TRUSTED) !== 0;
  }

  isConfirmed(index: number): boolean {
    return (this.view.getUint8(this.laneAt(index) + 4) & CONFIRMED) !== 0;
  }

  /** Somebody took its trust away: it earns none, until a person gives it again. */
  isRefused(index: number): boolean {
    return (this.view.getUint8(this.laneAt(index) + 4) & REFUSED) !== 0;
  }

  setTrust(index: number, trust: 'refused' | 'trusted' | 'confirmed'): void {
    const flags = { refused: REFUSED, trusted: TRUSTED, confirmed: TRUSTED | CONFIRMED }[trust];
    this.view.setUint8(this.laneAt(index) + 4, flags);
  }

  copies(): readonly Copy[] {
    const found: Copy[] = [];
    for (let i = 0; i < COPIES; i += 1) {
      const at = this.copyAt(i);
      if (this.view.getUint32(at, true) !== 0) found.push(new KeptCopy(this.view, at));
    }
    return found;
  }

  learnCopy(copy: Copy): void {
    const next = this.view.getUint8(this.at + 5) % COPIES;
    const at = this.copyAt(next);
    this.view.setUint32(at, copy.seconds, true);
    this.view.setUint32(at + 4, copy.recipients[0], true);
    this.view.setUint32(at + 8, copy.recipients[1], true);
    this.view.setUint32(at + 12, copy.sizeBytes, true);
    for (let i = 0; i < 32; i += 1) this.view.setUint8(at + 16 + i, copy.rows[i] ?? 0);
    this.view.setUint8(this.at + 5, (next + 1) % COPIES);
  }

  /** Recipients never written to before, on this day. */
  strangersToday(day: number): number {
    if (this.view.getUint16(this.at + 6, true) !== day) return 0;
    return this.view.getUint16(this.at + 8, true);
  }

  countStrangers(day: number, count: number): void {
    const today = this.strangersToday(day);
    this.view.setUint16(this.at + 6, day, true);
    this.view.setUint16(this.at + 8, Math.min(0xffff, today + count), true);
  }

  /** Messages in this hour of one form to the same people. */
  stormCount(storm: number, hour: number): number {
    return stormCount(this.view, this.at + STORM_AT, { storm, hour });
  }

  countStorm(storm: number, hour: number): void {
    countStorm(this.view, this.at + STORM_AT, { storm, hour });
  }

  /**
   * Never goes back, or an event that is late would fade what came after it again; but what a wrong
   * clock wrote far ahead must not stand for years.
   */
  private touch(at: number, seconds: number): void {
    const last = this.view.getUint32(at, true);
    const isWrong = last > seconds + CLOCK_TRUST_SECONDS;
    this.view.setUint32(at, isWrong ? seconds : Math.max(seconds, last), true);
  }

  /** A damaged number counts nothing: one that is none would keep its identity from any score. */
  private sound(at: number): number {
    const value = this.view.getFloat32(at, true);
    return Number.isFinite(value) ? value : 0;
  }

  private turn(day: number): void {
    const since = this.view.getUint16(this.at, true);
    if (since !== 0 && day - since < WAIT_DAYS && day >= since) return;
    this.view.setUint16(this.at, day, true);
    if (since === 0) return;
    for (let i = 0; i < RATES; i += 1) {
      const at = this.rateAt(i);
      const of = this.sound(at + 12);
      if (of > 0) this.count(at, this.sound(at + 8), of);
      this.view.setFloat32(at + 8, this.view.getFloat32(at + 16, true), true);
      this.view.setFloat32(at + 12, this.view.getFloat32(at + 20, true), true);
      this.view.setFloat32(at + 16, 0, true);
      this.view.setFloat32(at + 20, 0, true);
    }
  }

  private count(at: number, hits: number, of: number): void {
    const share = MEMORY ** of;
    this.view.setFloat32(at, this.sound(at) * share + hits, true);
    this.view.setFloat32(at + 4, this.sound(at + 4) * share + of, true);
  }

  private rateAt(measure: number): number {
    return this.at + RATES_AT + measure * RATE_BYTES;
  }

  private styleAt(feature: number): number {
    return this.at + STYLE_AT + feature * STYLE_BUCKETS;
  }

  private laneAt(index: number): number {
    return this.at + LANES_AT + index * LANE_BYTES;
  }

  private copyAt(index: number): number {
    return this.at + COPIES_AT + index * COPY_BYTES;
  }
}
