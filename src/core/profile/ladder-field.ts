/** A ladder state inside a record: rung u8 and padding, since u32, evidence u32; 12 bytes. */
import type { LadderState } from '../ladder.ts';
import { rungIndex } from '../ladder.ts';
import { RUNGS } from '../verdict.ts';
import { toSeconds } from './record.ts';

export const LADDER_FIELD_BYTES = 12;

export function readLadder(view: DataView, at: number): LadderState {
  return {
    rung: RUNGS[view.getUint8(at)] ?? 'observe',
    sinceMs: view.getUint32(at + 4, true) * 1000,
    evidenceAtMs: view.getUint32(at + 8, true) * 1000,
  };
}

export function writeLadder(view: DataView, at: number, state: LadderState): void {
  view.setUint8(at, rungIndex(state.rung));
  view.setUint32(at + 4, toSeconds(state.sinceMs), true);
  view.setUint32(at + 8, toSeconds(state.evidenceAtMs), true);
}
