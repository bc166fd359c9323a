/**
 * The passwords of an account, as keyed hashes (ACC-6, ACC-12). In its record's header a Bloom
 * filter (Bloom, 1970) of all that ever worked: 512 bits, three each. In its sections the last ones
 * that worked, 8 × (hash, first), and wrong ones, 16 × (hash, network, at). Two bytes of the header
 * have a bit for each of the 8: whether it failed after it worked, and whether it worked after that.
 */

const EVER_BITS = 512;
export const EVER_BYTES = EVER_BITS / 8;
/** Of a hash, nine bits each name a bit of the filter. */
const SHIFTS = [0, 9, 18];

const KNOWN = 8;
const KNOWN_BYTES = 8;
/** As many networks are seen together (policy.failures.networks_per_account). */
export const WRONG = 16;
const WRONG_BYTES = 12;
const WRONG_OFFSET = KNOWN * KNOWN_BYTES;
export const PASSWORD_BYTES = WRONG_OFFSET + WRONG * WRONG_BYTES;

/** Byte of the header where the ring of known passwords goes on. */
const NEXT_KNOWN = 28;
const FAILED = 29;
const IN_DOUBT = 31;

export interface WrongPassword {
  readonly hash: number;
  readonly network: number;
}

export class PasswordRows {
  private readonly view: DataView;
  private readonly everAt: number;
  private readonly knownAt: number;
  private readonly wrongAt: number;

  constructor(view: DataView, place: { readonly everAt: number; readonly at: number }) {
    this.view = view;
    this.everAt = place.everAt;
    this.knownAt = place.at;
    this.wrongAt = place.at + WRONG_OFFSET;
  }

  learn(hash: number, now: number): void {
    const known = this.slotOf(hash);
    if (known >= 0) {
      if (this.flag(FAILED, known)) this.setFlag(IN_DOUBT, known, true);
      return;
    }
    const slot = this.view.getUint8(NEXT_KNOWN) % KNOWN;
    this.setFlag(FAILED, slot, false);
    this.setFlag(IN_DOUBT, slot, false);
    const at = this.knownAt + slot * KNOWN_BYTES;
    // A record of version 1 has its passwords in the ring only.
    if (this.view.getUint32(at + 4, true) !== 0) this.addEver(this.view.getUint32(at, true));
    this.addEver(hash);
    this.view.setUint32(at, hash, true);
    this.view.setUint32(at + 4, Math.max(1, now), true);
    this.view.setUint8(NEXT_KNOWN, (slot + 1) % KNOWN);
  }

  knows(hash: number): boolean {
    return this.slotOf(hash) >= 0;
  }

  /** One that worked before was refused by the authentication. */
  learnFailed(hash: number): void {
    const slot = this.slotOf(hash);
    if (slot >= 0) this.setFlag(FAILED, slot, true);
  }

  /** Whether it worked, failed and worked again: then right and wrong passwords may have this hash. */
  isInDoubt(hash: number): boolean {
    const slot = this.slotOf(hash);
    return slot >= 0 && this.flag(IN_DOUBT, slot);
  }

  private slotOf(hash: number): number {
    for (let i = 0, at = this.knownAt; i < KNOWN; i++, at += KNOWN_BYTES) {
      if (this.view.getUint32(at, true) === hash && this.view.getUint32(at + 4, true) !== 0) {
        return i;
      }
    }
    return -1;
  }

  private flag(byte: number, slot: number): boolean {
    return (this.view.getUint8(byte) & (1 << slot)) !== 0;
  }

  private setFlag(byte: number, slot: number, isSet: boolean): void {
    const flags = this.view.getUint8(byte);
    this.view.setUint8(byte, isSet ? flags | (1 << slot) : flags & ~(1 << slot));
  }

  everKnew(hash: number): boolean {
    return this.knows(hash) || SHIFTS.every((shift) => this.bit(hash, shift, false));
  }

  get knowsAny(): boolean {
    for (let i = 0, at = this.knownAt; i < KNOWN; i++, at += KNOWN_BYTES) {
      if (this.view.getUint32(at + 4, true) !== 0) return true;
    }
    return false;
  }

  learnWrong(hash: number, network: number, now: number): void {
    if (this.knowsWrong(hash, network)) return;
    const at = this.roomForWrong(network);
    this.view.setUint32(at, hash, true);
    this.view.setUint32(at + 4, network, true);
    this.view.setUint32(at + 8, Math.max(1, now), true);
  }

  knowsWrong(hash: number, network: number | undefined): boolean {
    for (let i = 0, at = this.wrongAt; i < WRONG; i++, at += WRONG_BYTES) {
      if (this.view.getUint32(at, true) !== hash || this.view.getUint32(at + 8, true) === 0) {
        continue;
      }
      if (network === undefined || this.view.getUint32(at + 4, true) === network) return true;
    }
    return false;
  }

  wrongSince(since: number): WrongPassword[] {
    const found: WrongPassword[] = [];
    for (let i = 0, at = this.wrongAt; i < WRONG; i++, at += WRONG_BYTES) {
      const when = this.view.getUint32(at + 8, true);
      if (when === 0 || when < since) continue;
      found.push({
        hash: this.view.getUint32(at, true),
        network: this.view.getUint32(at + 4, true),
      });
    }
    return found;
  }

  forgetWrong(): void {
    for (let i = 0; i < WRONG * WRONG_BYTES; i++) this.view.setUint8(this.wrongAt + i, 0);
  }

  /**
   * A free row, else the oldest of those whose network keeps another one, else the oldest: a network
   * that guesses often must not hide that others do (ACC-6).
   */
  private roomForWrong(network: number): number {
    const rows = Array.from({ length: WRONG }, (_, i) => {
      const at = this.wrongAt + i * WRONG_BYTES;
      const when = this.view.getUint32(at + 8, true);
      return { at, when, network: this.view.getUint32(at + 4, true) };
    });
    const free = rows.find((row) => row.when === 0);
    if (free !== undefined) return free.at;
    const isSpare = (row: { readonly at: number; readonly network: number }): boolean =>
      row.network === network ||
      rows.some((other) => other.at !== row.at && other.network === row.network);
    const spare = rows.filter(isSpare);
    const from = spare.length === 0 ? rows : spare;
    return from.reduce((oldest, row) => (row.when < oldest.when ? row : oldest)).at;
  }

  private addEver(hash: number): void {
    for (const shift of SHIFTS) this.bit(hash, shift, true);
  }

  /** Whether the bit is set; sets it where that is asked for. */
  private bit(hash: number, shift: number, isSet: boolean): boolean {
    const index = (hash >>> shift) % EVER_BITS;
    const at = this.everAt + (index >>> 3);
    const mask = 1 << (index & 7);
    const byte = this.view.getUint8(at);
    if (isSet) this.view.setUint8(at, byte | mask);
    return (byte & mask) !== 0;
  }
}
