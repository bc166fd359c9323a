/**
 * Accounts that wrote to strangers from one place (NetworkFacts.place) lately, and for which of them it was new: one
 * hand that has several accounts works from few places (detection design 1.2, cross). Keyed hashes only.
 *
 * Header: nothing but the form's. Section: 16 rows of (account u32, tenant u32, at u32, new u32).
 */
import { openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';

const ROW = 16;
const ROWS = 16;
const FORM: RecordForm = { kind: 0xe5, version: 1, headerBytes: 4, bodyBytes: ROWS * ROW };
export const PLACE_BYTES = FORM.headerBytes + FORM.bodyBytes;
/** As long as one text counts. */
export const PLACE_HOURS = 72;
/** Who was at home there is so for longer. */
const HOME_HOURS = 14 * 24;
/** One account is written down again after this. */
const AGAIN_SECONDS = 12 * 3_600;

export interface PlaceUse {
  readonly account: number;
  readonly tenant: number;
  readonly nowMs: number;
}

/** Of the last three days, whoever asks included. */
export interface PlaceCompany {
  /** Accounts for which the place is new, and tenants they belong to. */
  readonly newcomers: number;
  readonly tenants: number;
  /** Accounts that are usually there. */
  readonly usual: number;
  /** Accounts of the same tenant that were usually there in the last two weeks. */
  readonly colleagues: number;
}

export class PlaceRecord {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    const isWhole =
      bytes?.length === PLACE_BYTES && bytes[2] === FORM.headerBytes && bytes[3] === 0;
    this.bytes = openRecord(isWhole ? bytes : undefined, FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  /** What the company is once this account is a newcomer, too. */
  companyWith({ account, tenant, nowMs }: PlaceUse): PlaceCompany {
    const since = toSeconds(nowMs) - PLACE_HOURS * 3_600;
    const tenants = [tenant];
    let newcomers = 1;
    let usual = 0;
    let colleagues = 0;
    const home = toSeconds(nowMs) - HOME_HOURS * 3_600;
    for (const at of this.rows()) {
      if (this.isColleague(at, { account, tenant }, home)) colleagues += 1;
      if (this.view.getUint32(at + 8, true) < Math.max(1, since)) continue;
      if (this.view.getUint32(at, true) === account) continue;
      if (this.view.getUint32(at + 12, true) === 0) {
        usual += 1;
        continue;
      }
      newcomers += 1;
      const other = this.view.getUint32(at + 4, true);
      if (!tenants.includes(other)) tenants.push(other);
    }
    return { newcomers, tenants: tenants.length, usual, colleagues };
  }

  private isColleague(
    at: number,
    { account, tenant }: Pick<PlaceUse, 'account' | 'tenant'>,
    since: number,
  ): boolean {
    return (
      this.view.getUint32(at + 8, true) >= Math.max(1, since) &&
      this.view.getUint32(at + 12, true) === 0 &&
      this.view.getUint32(at, true) !== account &&
      this.view.getUint32(at + 4, true) === tenant
    );
  }

  /** Whether this account was written down in the last hours. */
  has({ account, nowMs }: PlaceUse): boolean {
    const at = this.rowOf(account);
    return at !== undefined && toSeconds(nowMs) - this.view.getUint32(at + 8, true) < AGAIN_SECONDS;
  }

  /** The one not seen for longest makes room. */
  learn({ account, tenant, nowMs }: PlaceUse, isNew: boolean): void {
    const at = this.rowOf(account) ?? this.oldest();
    this.view.setUint32(at, account, true);
    this.view.setUint32(at + 4, tenant, true);
    this.view.setUint32(at + 8, Math.max(1, toSeconds(nowMs)), true);
    this.view.setUint32(at + 12, isNew ? 1 : 0, true);
  }

  private rowOf(account: number): number | undefined {
    return this.rows().find(
      (at) => this.view.getUint32(at, true) === account && this.view.getUint32(at + 8, true) !== 0,
    );
  }

  private oldest(): number {
    let oldest = FORM.headerBytes;
    for (const at of this.rows()) {
      if (this.view.getUint32(at + 8, true) < this.view.getUint32(oldest + 8, true)) oldest = at;
    }
    return oldest;
  }

  private rows(): number[] {
    return Array.from({ length: ROWS }, (_, i) => FORM.headerBytes + i * ROW);
  }
}
