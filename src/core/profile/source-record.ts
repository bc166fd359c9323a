/**
 * Failed logins from one source, an address or a network (ACC-6): the last distinct wrong passwords
 * as (account and password) hashes, and until when the source is shut out.
 *
 * Header: 4 shut out until, 8 failures in all, 12 ring u8. Section: 32 × (hash, at).
 */
import { countU32, openRecord, toSeconds, viewOf, type RecordForm } from './record.ts';

const RING = 32;
const ROW = 8;
const FORM: RecordForm = { kind: 0xf0, version: 1, headerBytes: 16, bodyBytes: RING * ROW };

/** Most wrong passwords a source record can tell apart; thresholds must stay below. */
export const MAX_SOURCE_FAILURES = RING;

export class SourceRecord {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array | undefined) {
    this.bytes = openRecord(bytes, FORM);
    this.view = viewOf(this.bytes);
  }

  toBytes(): Uint8Array {
    return this.bytes;
  }

  get shutOutUntilMs(): number {
    return this.view.getUint32(4, true) * 1000;
  }

  get failures(): number {
    return this.view.getUint32(8, true);
  }

  shutOut(untilMs: number): void {
    this.view.setUint32(4, Math.ceil(Math.max(0, untilMs) / 1000), true);
  }

  /** Counts a wrong password once, however often it is repeated. */
  learnFailure(hash: number, nowMs: number): void {
    countU32(this.view, 8, 1);
    const now = Math.max(1, toSeconds(nowMs));
    const start = this.view.getUint16(2, true);
    for (let i = 0, at = start; i < RING; i++, at += ROW) {
      if (this.view.getUint32(at, true) === hash && this.view.getUint32(at + 4, true) !== 0) {
        this.view.setUint32(at + 4, now, true);
        return;
      }
    }
    const slot = this.view.getUint8(12) % RING;
    this.view.setUint32(start + slot * ROW, hash, true);
    this.view.setUint32(start + slot * ROW + 4, now, true);
    this.view.setUint8(12, (slot + 1) % RING);
  }

  hasFailure(hash: number): boolean {
    const start = this.view.getUint16(2, true);
    for (let i = 0, at = start; i < RING; i++, at += ROW) {
      if (this.view.getUint32(at, true) === hash && this.view.getUint32(at + 4, true) !== 0) {
        return true;
      }
    }
    return false;
  }

  distinctSince(sinceMs: number): number {
    const since = toSeconds(sinceMs);
    const start = this.view.getUint16(2, true);
    let count = 0;
    for (let i = 0, at = start + 4; i < RING; i++, at += ROW) {
      const when = this.view.getUint32(at, true);
      if (when !== 0 && when >= since) count++;
    }
    return count;
  }
}
