/**
 * How often one form of message went to the same people in this hour. Two forms are kept, the most
 * frequent (Misra and Gries, Science of Computer Programming 2, 1982): a storm is one or two.
 *
 * Six bytes: 0 hour u16, then twice form u8, count u8.
 */

/** Messages of one form that an hour counts. */
export const MOST_IN_STORM = 255;
const SLOTS = [2, 4] as const;

export interface StormName {
  /** Eight bits of a hash of form and recipients. */
  readonly storm: number;
  readonly hour: number;
}

export function stormCount(view: DataView, at: number, { storm, hour }: StormName): number {
  if (view.getUint16(at, true) !== hour) return 0;
  const slot = slotOf(view, at, storm);
  return slot === undefined ? 0 : view.getUint8(slot + 1);
}

export function countStorm(view: DataView, at: number, { storm, hour }: StormName): void {
  if (view.getUint16(at, true) !== hour) {
    view.setUint16(at, hour, true);
    view.setUint32(at + 2, 0, true);
  }
  const slot = slotOf(view, at, storm);
  const free = SLOTS.map((offset) => at + offset).find((one) => view.getUint8(one + 1) === 0);
  if (slot !== undefined) {
    view.setUint8(slot + 1, Math.min(MOST_IN_STORM, view.getUint8(slot + 1) + 1));
  } else if (free !== undefined) {
    view.setUint8(free, storm & 0xff);
    view.setUint8(free + 1, 1);
  } else {
    for (const offset of SLOTS) {
      view.setUint8(at + offset + 1, view.getUint8(at + offset + 1) - 1);
    }
  }
}

function slotOf(view: DataView, at: number, storm: number): number | undefined {
  return SLOTS.map((offset) => at + offset).find(
    (one) => view.getUint8(one + 1) > 0 && view.getUint8(one) === (storm & 0xff),
  );
}
