/**
 * One text that was sent, with the accounts that sent it or a near duplicate of it. Accounts and
 * tenants are keyed hashes; of the text there is only its fingerprint.
 *
 * Header: 4 first, 8 last, 12 messages u32, 16 accounts u8, 17 recipients 24 bits; since version 2 also 20 a bit
 * for each account that sent it again, since version 3 22 a bit for accounts that sent other texts in its place. Sections: 32 fingerprint rows × u16, accounts × (account u32, tenant u32,
 * last u32, last as something new u32).
 */
import { FINGERPRINT_ROWS } from '../message/derived.ts';
import { NEAR_DUPLICATE_ROWS, type Fingerprint } from '../message/fingerprint.ts';
import { countU32, openRecord, toSeconds, viewOf, wordAt, type RecordForm } from './record.ts';

/** A text counts for as long as this after it was last sent (detection design 1.2). */
export const CLUSTER_HOURS = 72;
const CLUSTER_MS = CLUSTER_HOURS * 3_600_000;
/** Accounts of one text; the one unseen for longest makes room. */
export const MAX_CLUSTER_ACCOUNTS = 12;

/** Bits for the recipients of one text. */
export const RECIPIENT_BITS = 24;

const AGAIN = 20;
const OTHERS = 22;
/** Whoever links to a host with other texts is remembered for as long. */
const OTHERS_MS = 30 * 86_400_000;

const ROW = 16;
const FORM: RecordForm = {
  kind: 0xd0,
  version: 3,
  headerBytes: 26,
  // Half of each row's bits: sixteen are plenty to tell rows apart.
  bodyBytes: FINGERPRINT_ROWS * 2,
};
/** Longest record, for the bound of the whole. */
export const CLUSTER_BYTES = FORM.headerBytes + FORM.bodyBytes + MAX_CLUSTER_ACCOUNTS * ROW;

/** Distinct senders of a text in the last 72 hours. */
export interface ClusterCount {
  readonly accounts: number;
  readonly tenants: number;
  /** Accounts that sent it as something new, not as an answer or forwarded. */
  readonly authors: number;
  readonly messages: number;
  /** Distinct recipients, by one bit of 24 each. */
  readonly recipients: number;
  readonly firstMs: number;
}

export interface ClusterUse {
  readonly rows: Fingerprint;
  readonly account: number;
  readonly tenant: number;
  readonly nowMs: number;
  /** Not an answer or forwarded. */
  readonly isNew: boolean;
  /** One bit of `RECIPIENT_BITS` for each recipient. */
  readonly recipients: number;
  /**
   * Of few words, such as "sorry for the late answer": an account that sends nearly the same says nothing until
   * it sends it again, as a campaign does.
   */
  readonly isShort?: boolean;
}

/** Equal rows of the record's text, 0 when it is none or too old. */
export function rowsShared(
  bytes: Uint8Array | undefined,
  rows: Fingerprint,
  nowMs: number,
): number {
  if (bytes === undefined || bytes.length < FORM.headerBytes + FORM.bodyBytes) return 0;
  // Of a record that is looked at once a view costs more than the look.
  if (wordAt(bytes, 8) * 1000 < nowMs - CLUSTER_MS) return 0;
  let at = (bytes[2] as number) | ((bytes[3] as number) << 8);
  let equal = 0;
  for (let i = 0; i < FINGERPRINT_ROWS; i += 1) {
    const row = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (row === ((rows[i] as number) & 0xffff)) equal += 1;
    at += 2;
  }
  return equal;
}

/** A bit of 32 for each account that sent other texts in place of this one; none where that is too old. */
export function othersIn(bytes: Uint8Array | undefined, nowMs: number): number {
  if (bytes === undefined || bytes.length < FORM.headerBytes + FORM.bodyBytes) return 0;
  const header = (bytes[2] as number) | ((bytes[3] as number) << 8);
  if (header < FORM.headerBytes || wordAt(bytes, 8) * 1000 < nowMs - OTHERS_MS) return 0;
  return wordAt(bytes, OTHERS);
}

/** The same, with those that sent this one. */
export function everybodyIn(bytes: Uint8Array | undefined, nowMs: number): number {
  let bits = othersIn(bytes, nowMs);
  if (bytes === undefined || bytes.length < FORM.headerBytes) return bits;
  if (wordAt(bytes, 8) * 1000 < nowMs - OTHERS_MS) return bits;
  const accounts = Math.min(bytes[16] as number, MAX_CLUSTER_ACCOUNTS);
  let at = ((bytes[2] as number) | ((bytes[3] as number) << 8)) + FORM.bodyBytes;
  for (let i = 0; i < accounts && at + ROW <= bytes.length; i += 1, at += ROW) {
    bits |= bitOf(wordAt(bytes, at));
  }
  return bits;
}

const bitOf = (account: number): number => 1 << (account & 31);

/** How readily a record is given up: texts of one account first, then those not seen for longest. */
export function rankOf(bytes: Uint8Array | undefined, nowMs: number): number {
  if (bytes === undefined || bytes.length < FORM.headerBytes) return -1;
  const last = wordAt(bytes, 8);
  if (last * 1000 < nowMs - CLUSTER_MS) return -1;
  return (bytes[16] as number) * 2 ** 32 + last;
}

export class ClusterRecord {
  private bytes: Uint8Array;
  private view: DataView;
  /** The text is word for word the one that was first. */
  private readonly isExact: boolean;

  /** The cluster of this text: the one given where it has enough in common, else a new one. */
  constructor(
    bytes: Uint8Array | undefined,
    use: Pick<ClusterUse, 'rows' | 'nowMs'>,
    nearRows = NEAR_DUPLICATE_ROWS,
  ) {
    const shared = rowsShared(bytes, use.rows, use.nowMs);
    const isSame = shared >= nearRows;
    this.isExact = isSame && shared === FINGERPRINT_ROWS;
    this.bytes = openRecord(isSame ? bytes : undefined, FORM);
    this.view = viewOf(this.bytes);
    if (isSame) return;
    const start = this.rowsAt;
    for (let i = 0; i < FINGERPRINT_ROWS; i += 1) {
      this.view.setUint16(start + 2 * i, (use.rows[i] as number) & 0xffff, true);
    }
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  /** What the count is with this use included, whether or not it is kept. */
  countWith(use: ClusterUse): ClusterCount {
    const since = toSeconds(use.nowMs - CLUSTER_MS);
    const isOnlyAgain = use.isShort === true && !this.isExact;
    const again = this.view.getUint16(AGAIN, true);
    const tenants = [use.tenant];
    let accounts = isOnlyAgain ? 0 : 1;
    let authors = use.isNew && !isOnlyAgain ? 1 : 0;
    for (let at = this.accountsAt, i = 0; at < this.end; at += ROW, i += 1) {
      if (this.view.getUint32(at + 8, true) < since) continue;
      const isAuthor = this.view.getUint32(at + 12, true) >= Math.max(1, since);
      const isOwn = this.view.getUint32(at, true) === use.account;
      if (isOwn && !isOnlyAgain) {
        if (isAuthor && !use.isNew) authors += 1;
        continue;
      }
      if (isOnlyAgain && !isOwn && (again & (1 << i)) === 0) continue;
      accounts += 1;
      if (isAuthor || (isOwn && use.isNew)) authors += 1;
      const tenant = this.view.getUint32(at + 4, true);
      if (!tenants.includes(tenant)) tenants.push(tenant);
    }
    const first = this.view.getUint32(4, true);
    return {
      accounts,
      tenants: tenants.length,
      authors,
      messages: this.view.getUint32(12, true) + 1,
      recipients: bitsIn(this.recipients | use.recipients),
      firstMs: first === 0 ? use.nowMs : first * 1000,
    };
  }

  /** @param bits one for each account that came with other texts */
  addOthers(bits: number): void {
    this.view.setUint32(OTHERS, (this.view.getUint32(OTHERS, true) | bits) >>> 0, true);
  }

  learn(use: ClusterUse): void {
    const now = Math.max(1, toSeconds(use.nowMs));
    if (this.view.getUint32(4, true) === 0) this.view.setUint32(4, now, true);
    this.view.setUint32(8, Math.max(now, this.view.getUint32(8, true)), true);
    countU32(this.view, 12, 1);
    const recipients = this.recipients | use.recipients;
    this.view.setUint16(17, recipients & 0xffff, true);
    this.view.setUint8(19, (recipients >>> 16) & 0xff);
    const known = this.findRow(use.account);
    if (known !== undefined)
      this.setAgain(
        known,
        this.view.getUint32(known + 8, true) >= toSeconds(use.nowMs - CLUSTER_MS),
      );
    const at = known ?? this.addRow(use.account);
    this.view.setUint32(at + 4, use.tenant, true);
    this.view.setUint32(at + 8, now, true);
    if (use.isNew) this.view.setUint32(at + 12, now, true);
  }

  private get recipients(): number {
    return this.view.getUint16(17, true) | (this.view.getUint8(19) << 16);
  }

  private get rowsAt(): number {
    return this.view.getUint16(2, true);
  }

  private get accountsAt(): number {
    return this.rowsAt + FORM.bodyBytes;
  }

  private get end(): number {
    const count = Math.min(this.view.getUint8(16), MAX_CLUSTER_ACCOUNTS);
    return Math.min(this.accountsAt + count * ROW, this.bytes.length);
  }

  private findRow(account: number): number | undefined {
    for (let at = this.accountsAt; at < this.end; at += ROW) {
      if (this.view.getUint32(at, true) === account) return at;
    }
    return undefined;
  }

  private setAgain(row: number, isAgain: boolean): void {
    const bit = 1 << ((row - this.accountsAt) / ROW);
    const bits = this.view.getUint16(AGAIN, true);
    this.view.setUint16(AGAIN, isAgain ? bits | bit : bits & ~bit, true);
  }

  private addRow(account: number): number {
    let at = this.end;
    const count = (at - this.accountsAt) / ROW;
    if (count >= MAX_CLUSTER_ACCOUNTS) {
      at = this.accountsAt;
      for (let row = at; row < this.end; row += ROW) {
        if (this.view.getUint32(row + 8, true) < this.view.getUint32(at + 8, true)) at = row;
      }
      this.bytes.fill(0, at, at + ROW);
      this.setAgain(at, false);
    } else {
      const wider = new Uint8Array(at + ROW);
      wider.set(this.bytes.subarray(0, Math.min(at, this.bytes.length)));
      this.bytes = wider;
      this.view = viewOf(wider);
      this.view.setUint8(16, count + 1);
    }
    this.view.setUint32(at, account, true);
    return at;
  }
}

export function bitsIn(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
