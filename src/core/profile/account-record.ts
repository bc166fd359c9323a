/**
 * What is known of one account's logins: the addresses it was used from (ACC-7), passwords seen to
 * work and seen to fail (ACC-6, ACC-12), and the ladder of the whole account.
 *
 * Header: 4 created, 8 last, 12 count-from, 16 ladder (12), 28 known ring u8, 29 failed u8,
 * 30 addresses u8, 31 in doubt u8, 32 logins, 36 failures, 40 submissions; since version 2 also
 * 48 passwords that ever worked (64, password-rows.ts), 112 newest slot u32, 116 recipients sent to
 * in 15 slots × u32; since version 3 also 176 reads u32, 180 places it reads at: 8 × (place, last);
 * since version 4 also 244 what is usual of its places (usual-fields.ts).
 * Sections: known and wrong passwords (password-rows.ts), addresses × 40.
 */
import type { LadderState } from '../ladder.ts';
import { FIRST, LAST_OK, PLACE, rowToLeave } from './address-rows.ts';
import { addressText, countryName, type AddressKey } from './address-key.ts';
import { readLadder, writeLadder } from './ladder-field.ts';
import { EVER_BYTES, PASSWORD_BYTES, PasswordRows, type WrongPassword } from './password-rows.ts';
import {
  countU16,
  countU32,
  openRecord,
  toSeconds,
  viewOf,
  wordAt,
  type RecordForm,
} from './record.ts';
import { USUAL_BYTES, UsualFields } from './usual-fields.ts';
import { clearSlots, SLOTS, slotNow, sumOf, type Ring, type SlotWindow } from './slots.ts';

const EVER_AT = 48;
const SENT: Ring = { headAt: EVER_AT + EVER_BYTES, at: EVER_AT + EVER_BYTES + 4, bytes: 4 };
const READS_AT = SENT.at + 4 * SLOTS;
const READ_PLACES = 8;
const USUAL_AT = READS_AT + 4 + 8 * READ_PLACES;
const ADDRESS_BYTES = 40;
/** Older addresses make room for newer ones; enough for a botnet to show itself. */
export const MAX_ADDRESSES = 64;

const FORM: RecordForm = {
  kind: 0xa0,
  version: 4,
  headerBytes: USUAL_AT + USUAL_BYTES,
  bodyBytes: PASSWORD_BYTES,
};

/** An address row: words 0-15, first 16, last 20, place 24, country 28, logins 30, … */
const LAST = 20;
const COUNTRY = 28;
const LOGINS = 30;
const FAILURES = 32;
const SUBMISSIONS = 34;

export interface AddressRow {
  readonly address: string;
  readonly country: string;
  readonly place: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly logins: number;
  readonly failures: number;
  readonly submissions: number;
}

export type AddressUse = 'login' | 'failure' | 'submission';

/** Whether nobody ever got in or sent: a login somebody guessed at, perhaps an invented one. */
export function isNeverUsed(record: Uint8Array): boolean {
  if (record.length < EVER_AT) return true;
  return wordAt(record, 32) === 0 && wordAt(record, 40) === 0;
}

export class AccountRecord {
  private bytes: Uint8Array;
  private view: DataView;

  /** Opens for reading and writing; the bytes are altered in place where they suffice. */
  constructor(bytes: Uint8Array | undefined) {
    this.bytes = openRecord(bytes, FORM);
    this.view = viewOf(this.bytes);
  }

  /** The bytes to keep. */
  toBytes(): Uint8Array {
    return this.bytes;
  }

  get ladder(): LadderState {
    return readLadder(this.view, 16);
  }

  set ladder(state: LadderState) {
    writeLadder(this.view, 16, state);
  }

  get logins(): number {
    return this.view.getUint32(32, true);
  }

  get failures(): number {
    return this.view.getUint32(36, true);
  }

  get submissions(): number {
    return this.view.getUint32(40, true);
  }

  get lastMs(): number {
    return this.view.getUint32(8, true) * 1000;
  }

  /** Counts recipients of a message that was let go. */
  learnSent(recipients: number, nowMs: number): void {
    countU32(this.view, slotNow(this.view, SENT, toSeconds(nowMs)), recipients);
  }

  /** Recipients sent to in about a day or a week. */
  sent(window: SlotWindow, nowMs: number): number {
    return sumOf(this.view, SENT, { field: 0, window, nowSeconds: toSeconds(nowMs) });
  }

  /** Starts the sums of what was sent anew, with those of what came back. */
  forgetSent(): void {
    clearSlots(this.view, SENT);
  }

  /** Starts the counts of places and countries anew, after an unlock. */
  countFrom(nowMs: number): void {
    this.view.setUint32(12, toSeconds(nowMs), true);
  }

  /** Remembers one use of an address. */
  touch(key: AddressKey, nowMs: number, use: AddressUse): void {
    const now = toSeconds(nowMs);
    if (this.view.getUint32(4, true) === 0) this.view.setUint32(4, now, true);
    this.view.setUint32(8, Math.max(now, this.view.getUint32(8, true)), true);
    const totals = { login: 32, failure: 36, submission: 40 } as const;
    countU32(this.view, totals[use], 1);
    if (key.place === 0) return;
    const at = this.findRow(key) ?? this.addRow(key, now);
    this.view.setUint32(at + LAST, Math.max(now, this.view.getUint32(at + LAST, true)), true);
    const counts = { login: LOGINS, failure: FAILURES, submission: SUBMISSIONS } as const;
    countU16(this.view, at + counts[use]);
    if (use !== 'failure') this.view.setUint32(at + LAST_OK, now, true);
  }

  /** Logins that read mail: IMAP, POP3, webmail. */
  get reads(): number {
    return this.view.getUint32(READS_AT, true);
  }

  /** When mail was last read at a place, milliseconds; 0 for never or too long ago. */
  lastReadAt(place: number): number {
    for (let i = 0, at = READS_AT + 4; i < READ_PLACES; i += 1, at += 8) {
      if (this.view.getUint32(at, true) === place) return this.view.getUint32(at + 4, true) * 1000;
    }
    return 0;
  }

  /** Remembers where mail is read; the place not read at for longest makes room. */
  learnRead(place: number, nowMs: number): void {
    countU32(this.view, READS_AT, 1);
    let chosen = READS_AT + 4;
    for (let i = 0, at = chosen; i < READ_PLACES; i += 1, at += 8) {
      if (this.view.getUint32(at, true) === place) {
        chosen = at;
        break;
      }
      if (this.view.getUint32(at + 4, true) < this.view.getUint32(chosen + 4, true)) chosen = at;
    }
    this.view.setUint32(chosen, place, true);
    this.view.setUint32(chosen + 4, toSeconds(nowMs), true);
  }

  /** Providers it has long been used at, and the last session of a webmail. */
  get usual(): UsualFields {
    return new UsualFields(this.view, USUAL_AT);
  }

  /** Since when it is known, milliseconds; 0 for a new one. */
  get createdMs(): number {
    return this.view.getUint32(4, true) * 1000;
  }

  /** Whether somebody ever logged in at this place; of a webmail's machine only mail comes. */
  hasLoggedInAt(place: number): boolean {
    for (let i = 0, at = this.addressesAt; i < this.addressCount; i++, at += ADDRESS_BYTES) {
      if (this.view.getUint32(at + PLACE, true) !== place) continue;
      if (this.view.getUint16(at + LOGINS, true) > 0) return true;
    }
    return false;
  }

  /** Whether the account was used with success from this very address before. */
  knowsAddress(key: AddressKey): boolean {
    const at = this.findRow(key);
    return at !== undefined && this.view.getUint32(at + LAST_OK, true) > 0;
  }

  /** Whether it was used with success from this address, of IPv6 its /64, before (countedAddress). */
  knowsCounted(key: AddressKey): boolean {
    const [a, b, c] = key.words;
    if (a === 0 && b === 0 && c === 0xffff) return this.knowsAddress(key);
    return this.rows().some(
      (at) =>
        this.view.getUint32(at) === a &&
        this.view.getUint32(at + 4) === b &&
        this.view.getUint32(at + LAST_OK, true) > 0,
    );
  }

  /** Whether the account was used with success from this place before, and seen there by `sinceMs`. */
  knowsPlace(place: number, sinceMs = Infinity): boolean {
    for (let i = 0, at = this.addressesAt; i < this.addressCount; i++, at += ADDRESS_BYTES) {
      if (
        this.view.getUint32(at + PLACE, true) === place &&
        this.view.getUint32(at + LAST_OK, true) > 0 &&
        this.view.getUint32(at + FIRST, true) * 1000 <= sinceMs
      ) {
        return true;
      }
    }
    return false;
  }

  /**
   * Distinct places and countries of successful use since `sinceMs`, `key` included; places that were used by `oldMs`
   * are not counted.
   */
  distinct(
    key: AddressKey,
    sinceMs: number,
    oldMs = 0,
  ): { readonly places: number; readonly countries: number } {
    const since = Math.max(toSeconds(sinceMs), this.view.getUint32(12, true));
    // Arrays: the usual account has one or two, and a set costs more than 64 comparisons.
    const places = key.place === 0 ? [] : [key.place];
    const countries = key.country === 0 ? [] : [key.country];
    let old: number[] | undefined;
    for (let i = 0, at = this.addressesAt; i < this.addressCount; i++, at += ADDRESS_BYTES) {
      const place = this.view.getUint32(at + PLACE, true);
      const lastOk = this.view.getUint32(at + LAST_OK, true);
      if (lastOk <= since && (place !== key.place || lastOk === 0)) continue;
      if (!places.includes(place)) places.push(place);
      const first = this.view.getUint32(at + FIRST, true);
      if (first * 1000 <= oldMs && old?.includes(place) !== true) (old ??= []).push(place);
      const country = this.view.getUint16(at + COUNTRY, true);
      if (country !== 0 && !countries.includes(country)) countries.push(country);
    }
    return { places: places.length - (old?.length ?? 0), countries: countries.length };
  }

  /** A password that let somebody in. */
  learnPassword(hash: number, nowMs: number): void {
    this.passwords.learn(hash, toSeconds(nowMs));
  }

  /** Whether this is one of the last passwords that worked. */
  knowsPassword(hash: number): boolean {
    return this.passwords.knows(hash);
  }

  /** A password that worked before and was wrong now. */
  learnFailed(hash: number): void {
    this.passwords.learnFailed(hash);
  }

  /** Whether right and wrong passwords seem to have this hash (password-rows.ts). */
  isInDoubt(hash: number): boolean {
    return this.passwords.isInDoubt(hash);
  }

  /** Whether this password ever worked. May take a new one for an old one, never the reverse. */
  everKnewPassword(hash: number): boolean {
    return this.passwords.everKnew(hash);
  }

  get knowsAnyPassword(): boolean {
    return this.passwords.knowsAny;
  }

  /** A wrong password; the same one from the same network is kept once. */
  learnWrong(hash: number, network: number, nowMs: number): void {
    this.passwords.learnWrong(hash, network, toSeconds(nowMs));
  }

  /** Whether this wrong password is among those remembered, from any network or from this one. */
  knowsWrong(hash: number, network?: number): boolean {
    return this.passwords.knowsWrong(hash, network);
  }

  /** Wrong passwords since `sinceMs` and the networks they came from. */
  wrongSince(sinceMs: number): WrongPassword[] {
    return this.passwords.wrongSince(toSeconds(sinceMs));
  }

  forgetWrong(): void {
    this.passwords.forgetWrong();
  }

  addresses(): AddressRow[] {
    return this.rows().map((at) => ({
      address: addressText([0, 4, 8, 12].map((offset) => this.view.getUint32(at + offset))),
      country: countryName(this.view.getUint16(at + COUNTRY, true)),
      place: this.view.getUint32(at + PLACE, true),
      firstMs: this.view.getUint32(at + FIRST, true) * 1000,
      lastMs: this.view.getUint32(at + LAST, true) * 1000,
      logins: this.view.getUint16(at + LOGINS, true),
      failures: this.view.getUint16(at + FAILURES, true),
      submissions: this.view.getUint16(at + SUBMISSIONS, true),
    }));
  }

  private get passwords(): PasswordRows {
    return new PasswordRows(this.view, { everAt: EVER_AT, at: this.passwordsAt });
  }

  private get passwordsAt(): number {
    return this.view.getUint16(2, true);
  }

  private get addressesAt(): number {
    return this.passwordsAt + PASSWORD_BYTES;
  }

  private get addressCount(): number {
    const fits = Math.floor((this.bytes.length - this.addressesAt) / ADDRESS_BYTES);
    return Math.min(this.view.getUint8(30), fits);
  }

  private rows(): number[] {
    return Array.from(
      { length: this.addressCount },
      (_, i) => this.addressesAt + i * ADDRESS_BYTES,
    );
  }

  private findRow(key: AddressKey): number | undefined {
    const [a, b, c, d] = key.words;
    for (let i = 0, at = this.addressesAt; i < this.addressCount; i++, at += ADDRESS_BYTES) {
      if (
        this.view.getUint32(at + 12) === d &&
        this.view.getUint32(at + 8) === c &&
        this.view.getUint32(at + 4) === b &&
        this.view.getUint32(at) === a
      ) {
        return at;
      }
    }
    return undefined;
  }

  private addRow(key: AddressKey, now: number): number {
    const at = this.roomForRow();
    this.bytes.fill(0, at, at + ADDRESS_BYTES);
    key.words.forEach((word, i) => this.view.setUint32(at + 4 * i, word));
    this.view.setUint32(at + FIRST, now, true);
    this.view.setUint32(at + PLACE, key.place, true);
    this.view.setUint16(at + COUNTRY, key.country, true);
    return at;
  }

  /** A free row: the next one, a longer record, or the row unused for longest. */
  private roomForRow(): number {
    const count = this.addressCount;
    if (count === MAX_ADDRESSES) {
      const rows = this.rows();
      return rowToLeave(this.view, rows, (row) => this.rank(row));
    }
    const at = this.addressesAt + count * ADDRESS_BYTES;
    if (at + ADDRESS_BYTES > this.bytes.length) {
      const rows = Math.min(MAX_ADDRESSES, Math.max(2, count * 2));
      const wider = new Uint8Array(this.addressesAt + rows * ADDRESS_BYTES);
      wider.set(this.bytes);
      this.bytes = wider;
      this.view = viewOf(wider);
    }
    this.view.setUint8(30, count + 1);
    return at;
  }

  /** Addresses that only ever failed go first, so that guessers cannot push out the owner's own. */
  private rank(at: number): number {
    const lastOk = this.view.getUint32(at + LAST_OK, true);
    return lastOk === 0 ? this.view.getUint32(at + LAST, true) / 2 ** 32 : lastOk;
  }
}
