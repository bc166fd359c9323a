/**
 * Memory for records: slabs of equal slots, so that a million small records cost the garbage
 * collector nothing but their handles, and a changed record needs no allocation from the system.
 * A slot given back is not used again before `recycle`: whoever still looks at its bytes in the
 * same turn of the event loop sees them unchanged.
 */

/** The largest record. An ordinary one has about 2 KiB; a larger one is a bug of its writer. */
export const MAX_RECORD_BYTES = 1_048_576;

const GRAIN_BYTES = 64;
const SLAB_BYTES = 1_048_576;

/** Empty slabs kept for the next need: asking the system for memory is slow. */
const SPARE_SLABS = 32;

/** Room of one record. `bytes` has exactly the record's length. */
export interface Slot {
  readonly slab: Slab;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Slab {
  readonly memory: ArrayBuffer;
  readonly sizeClass: number;
  /** Offsets given back, used before fresh ones. */
  readonly free: number[];
  fresh: number;
  used: number;
}

/** Slot sizes in steps of a quarter of a power of two: a tenth of the memory is lost on average. */
const SLOT_BYTES: readonly number[] = slotSizes();
const CLASS_OF_GRAINS: Uint8Array = classTable();

function slotSizes(): number[] {
  const sizes: number[] = [];
  let size = GRAIN_BYTES;
  while (size < MAX_RECORD_BYTES) {
    sizes.push(size);
    size += Math.max(GRAIN_BYTES, 2 ** Math.floor(Math.log2(size)) / 4);
  }
  return [...sizes, MAX_RECORD_BYTES];
}

function classTable(): Uint8Array {
  const table = new Uint8Array(MAX_RECORD_BYTES / GRAIN_BYTES + 1);
  let sizeClass = 0;
  for (let grains = 0; grains < table.length; grains += 1) {
    if (grains * GRAIN_BYTES > (SLOT_BYTES[sizeClass] ?? 0)) sizeClass += 1;
    table[grains] = sizeClass;
  }
  return table;
}

/** Gives out and takes back slots. */
export class Slabs {
  /** Slabs with room, by size class. */
  readonly #open: Slab[][] = SLOT_BYTES.map(() => []);
  #retired: Slot[] = [];
  readonly #spare: ArrayBuffer[] = [];
  /** Bytes of all slots in use, rounding included. */
  usedBytes = 0;

  /** A slot for `length` bytes, at most MAX_RECORD_BYTES, with unknown content. */
  take(length: number): Slot {
    const sizeClass = CLASS_OF_GRAINS[Math.ceil(length / GRAIN_BYTES)] ?? 0;
    const slotBytes = SLOT_BYTES[sizeClass] ?? MAX_RECORD_BYTES;
    const open = this.#open[sizeClass] ?? [];
    const slab = open[open.length - 1] ?? this.#addSlab(open, sizeClass);
    let offset = slab.free.pop();
    if (offset === undefined) {
      offset = slab.fresh;
      slab.fresh += slotBytes;
    }
    slab.used += 1;
    this.usedBytes += slotBytes;
    if (isFull(slab, slotBytes)) open.pop();
    return { slab, bytes: new Uint8Array(slab.memory, offset, length) };
  }

  /** A slot that holds a copy of `bytes`. */
  copy(bytes: Uint8Array): Slot {
    const slot = this.take(bytes.length);
    slot.bytes.set(bytes);
    return slot;
  }

  /** Takes a slot back; its bytes stay as they are until `recycle`. */
  retire(slot: Slot): void {
    this.usedBytes -= SLOT_BYTES[slot.slab.sizeClass] ?? 0;
    this.#retired.push(slot);
  }

  /** Lets retired slots be used again. Only from a fresh turn of the event loop. */
  recycle(): void {
    if (this.#retired.length === 0) return;
    for (const slot of this.#retired) this.#giveBack(slot);
    this.#retired = [];
  }

  #giveBack(slot: Slot): void {
    const { slab, bytes } = slot;
    const open = this.#open[slab.sizeClass] ?? [];
    if (isFull(slab, SLOT_BYTES[slab.sizeClass] ?? 0)) open.push(slab);
    slab.free.push(bytes.byteOffset);
    slab.used -= 1;
    if (slab.used > 0) return;
    open.splice(open.indexOf(slab), 1);
    if (this.#spare.length < SPARE_SLABS) this.#spare.push(slab.memory);
  }

  #addSlab(open: Slab[], sizeClass: number): Slab {
    const memory = this.#spare.pop() ?? new ArrayBuffer(SLAB_BYTES);
    const slab: Slab = { memory, sizeClass, free: [], fresh: 0, used: 0 };
    open.push(slab);
    return slab;
  }
}

function isFull(slab: Slab, slotBytes: number): boolean {
  return slab.free.length === 0 && slab.fresh + slotBytes > SLAB_BYTES;
}
