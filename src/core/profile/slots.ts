/**
 * Sums over about a day and about a week: fifteen slots of twelve hours, as a ring inside a record. A
 * window covers its length and up to one slot more, so no stretch of that length is ever missed.
 */

export const SLOT_SECONDS = 43_200;
export const SLOTS = 15;
/** Slots of each window. */
export const WINDOW_SLOTS = { day: 3, week: SLOTS } as const;
export type SlotWindow = keyof typeof WINDOW_SLOTS;

/** A head further ahead than this was written by a wrong clock. */
const CLOCK_TRUST_SLOTS = 4;

/** Where a ring lies: its head (u32, number of the newest slot), its first slot, bytes of a slot. */
export interface Ring {
  readonly headAt: number;
  readonly at: number;
  readonly bytes: number;
}

const slotOf = (seconds: number): number => Math.floor(seconds / SLOT_SECONDS);

/** The place of the slot to count in now; what fell out of the ring is emptied. */
export function slotNow(view: DataView, ring: Ring, nowSeconds: number): number {
  const head = view.getUint32(ring.headAt, true);
  const now = slotOf(nowSeconds);
  // An event that is late counts as of the newest slot.
  if (now <= head && head - now <= CLOCK_TRUST_SLOTS) return placeOf(ring, head);
  const steps = now < head ? SLOTS : Math.min(now - head, SLOTS);
  for (let i = 0; i < steps; i += 1) {
    const at = placeOf(ring, now - i);
    for (let byte = 0; byte < ring.bytes; byte += 1) view.setUint8(at + byte, 0);
  }
  view.setUint32(ring.headAt, now, true);
  return placeOf(ring, now);
}

/** The place of the slot that was counted in then; `undefined` when the ring has it no more. */
export function slotAt(view: DataView, ring: Ring, seconds: number): number | undefined {
  const head = view.getUint32(ring.headAt, true);
  const slot = Math.min(head, slotOf(seconds));
  return slot > head - SLOTS ? placeOf(ring, slot) : undefined;
}

/** Adds up the u32 at `field` of the slots of a window. */
export function sumOf(
  view: DataView,
  ring: Ring,
  ask: { readonly field: number; readonly window: SlotWindow; readonly nowSeconds: number },
): number {
  const head = view.getUint32(ring.headAt, true);
  const now = slotOf(ask.nowSeconds);
  if (head === 0 || head - now > CLOCK_TRUST_SLOTS) return 0;
  const newest = Math.max(head, now);
  let sum = 0;
  for (let slot = newest - WINDOW_SLOTS[ask.window] + 1; slot <= head; slot += 1) {
    if (slot > head - SLOTS) sum += view.getUint32(placeOf(ring, slot) + ask.field, true);
  }
  return sum;
}

/** Empties the ring. */
export function clearSlots(view: DataView, ring: Ring): void {
  for (let byte = 0; byte < ring.bytes * SLOTS; byte += 1) view.setUint8(ring.at + byte, 0);
}

function placeOf(ring: Ring, slot: number): number {
  return ring.at + (slot % SLOTS) * ring.bytes;
}
