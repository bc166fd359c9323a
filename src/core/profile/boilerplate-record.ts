/**
 * Paragraphs one tenant's people all send: footers, disclaimers, invitations. Such a paragraph stands
 * beside texts that have nothing to do with each other, from more than one account; a campaign's
 * paragraphs stand beside each other. Holds hashes only.
 *
 * Header: 4 bytes. Sections: rows of hash u32, accounts 2 × u32, last u32, rests u8, pad, then
 * sketches of three rests.
 */
import { FINGERPRINT_ROWS, type TextBlock } from '../message/derived.ts';
import { mix } from '../message/fingerprint.ts';
import { openRecord, toSeconds, viewOf, wordAt, type RecordForm } from './record.ts';

/** Paragraphs of one tenant that are watched; the one least proven and longest unseen makes room. */
export const MAX_BOILERPLATE_ROWS = 64;
/** A paragraph is boilerplate beside this many texts that differ. */
const RESTS = 3;
/** Shorter paragraphs are greetings: neither boilerplate nor a text of somebody's own. */
export const MIN_BLOCK_WORDS = 6;
/** Footers come last and banners first; what is between is nobody's boilerplate. */
const FIRST_BLOCKS = 1;
const LAST_BLOCKS = 5;
/** Unseen for this long it is no longer in use. */
const FORGET_MS = 60 * 86_400_000;

const SKETCH_ROWS = 16;
const SKETCH_STEP = FINGERPRINT_ROWS / SKETCH_ROWS;
/** Two texts of different people share nearly nothing; spun ones of a campaign share half. */
const SKETCH_ALIKE = 5;
const ACCOUNT = 4;
const LAST = 12;
const RESTS_AT = 16;
const SKETCHES = 20;
const ROW = SKETCHES + RESTS * SKETCH_ROWS;
const FORM: RecordForm = { kind: 0xd2, version: 1, headerBytes: 4, bodyBytes: 0 };

/** Longest record, for the bound of the whole. */
export const BOILERPLATE_BYTES = FORM.headerBytes + MAX_BOILERPLATE_ROWS * ROW;

/** The blocks that are not the tenant's boilerplate. */
export function withoutBoilerplate(
  bytes: Uint8Array | undefined,
  blocks: readonly TextBlock[],
  nowMs: number,
): readonly TextBlock[] {
  if (bytes === undefined || bytes[1] !== FORM.kind) return blocks;
  const view = viewOf(bytes);
  return blocks.filter((block) => {
    const at = findRow(bytes, block.hash);
    return at === undefined || !isBoilerplate(view, at, nowMs);
  });
}

function isBoilerplate(view: DataView, at: number, nowMs: number): boolean {
  return (
    view.getUint8(at + RESTS_AT) >= RESTS &&
    view.getUint32(at + ACCOUNT + 4, true) !== 0 &&
    view.getUint32(at + LAST, true) * 1000 >= nowMs - FORGET_MS
  );
}

/** Learns one message of an account; returns the record to keep. */
export function learnBlocks(
  record: Uint8Array | undefined,
  blocks: readonly TextBlock[],
  sent: { readonly account: number; readonly nowMs: number },
): Uint8Array | undefined {
  const chosen = blocksToWatch(blocks);
  if (chosen.length === 0) return record;
  let bytes = openRecord(record, FORM);
  const own = ownSketch(bytes, chosen, sent.account);
  for (const block of chosen) {
    let at = findRow(bytes, block.hash);
    if (at === undefined) {
      bytes = addRow(bytes, block.hash);
      at = findRow(bytes, block.hash);
      if (at === undefined) continue;
    }
    const view = viewOf(bytes);
    view.setUint32(at + LAST, Math.max(1, toSeconds(sent.nowMs)), true);
    learnAccount(view, at, sent.account);
    const rest = restOf(own, block);
    if (rest !== undefined) learnRest(bytes, at, rest);
  }
  return bytes;
}

/** The two least of each row over the blocks nobody else has sent yet, which are the person's own. */
interface OwnSketch {
  readonly blocks: readonly TextBlock[];
  readonly least: Uint32Array;
  readonly leastBlock: readonly TextBlock[];
  readonly second: Uint32Array;
}

function ownSketch(bytes: Uint8Array, chosen: readonly TextBlock[], account: number): OwnSketch {
  const view = viewOf(bytes);
  const blocks = chosen.filter(({ hash }) => {
    const at = findRow(bytes, hash);
    return at === undefined || !isSeenFromOthers(view, at, account);
  });
  const least = new Uint32Array(SKETCH_ROWS).fill(0xffffffff);
  const second = new Uint32Array(SKETCH_ROWS).fill(0xffffffff);
  const leastBlock: TextBlock[] = [];
  for (const block of blocks) {
    for (let i = 0; i < SKETCH_ROWS; i += 1) {
      const value = block.minima[i * SKETCH_STEP] as number;
      if (value < (least[i] as number) || leastBlock[i] === undefined) {
        second[i] = least[i] as number;
        least[i] = value;
        leastBlock[i] = block;
      } else if (value < (second[i] as number)) second[i] = value;
    }
  }
  return { blocks, least, leastBlock, second };
}

/** One byte a row of what is the person's own beside this block; undefined when nothing is. */
function restOf(own: OwnSketch, block: TextBlock): Uint8Array | undefined {
  const others = own.blocks.length - (own.blocks.includes(block) ? 1 : 0);
  if (others === 0) return undefined;
  const sketch = new Uint8Array(SKETCH_ROWS);
  for (let i = 0; i < SKETCH_ROWS; i += 1) {
    const value = own.leastBlock[i] === block ? own.second[i] : own.least[i];
    sketch[i] = mix(value as number) & 0xff;
  }
  return sketch;
}

function blocksToWatch(blocks: readonly TextBlock[]): readonly TextBlock[] {
  const long = blocks.filter(({ words }) => words >= MIN_BLOCK_WORDS);
  const ends =
    long.length <= FIRST_BLOCKS + LAST_BLOCKS
      ? long
      : [...long.slice(0, FIRST_BLOCKS), ...long.slice(-LAST_BLOCKS)];
  return ends.filter((block, i) => ends.findIndex(({ hash }) => hash === block.hash) === i);
}

function findRow(bytes: Uint8Array, hash: number): number | undefined {
  for (let at = FORM.headerBytes; at + ROW <= bytes.length; at += ROW) {
    if (bytes[at] === (hash & 0xff) && wordAt(bytes, at) === hash) return at;
  }
  return undefined;
}

function isSeenFromOthers(view: DataView, at: number, account: number): boolean {
  const first = view.getUint32(at + ACCOUNT, true);
  return view.getUint32(at + ACCOUNT + 4, true) !== 0 || (first !== 0 && first !== account);
}

function learnAccount(view: DataView, at: number, account: number): void {
  for (const offset of [ACCOUNT, ACCOUNT + 4]) {
    const known = view.getUint32(at + offset, true);
    if (known === account) return;
    if (known !== 0) continue;
    view.setUint32(at + offset, account, true);
    return;
  }
}

/** Keeps the rest where it is unlike those already kept. */
function learnRest(bytes: Uint8Array, at: number, sketch: Uint8Array): void {
  const count = bytes[at + RESTS_AT] ?? 0;
  if (count >= RESTS) return;
  for (let n = 0; n < count; n += 1) {
    const start = at + SKETCHES + n * SKETCH_ROWS;
    let equal = 0;
    for (let i = 0; i < SKETCH_ROWS; i += 1) if (bytes[start + i] === sketch[i]) equal += 1;
    if (equal >= SKETCH_ALIKE) return;
  }
  bytes.set(sketch, at + SKETCHES + count * SKETCH_ROWS);
  bytes[at + RESTS_AT] = count + 1;
}

function addRow(bytes: Uint8Array, hash: number): Uint8Array {
  let kept = bytes;
  let at = kept.length;
  if (Math.floor((at - FORM.headerBytes) / ROW) >= MAX_BOILERPLATE_ROWS) {
    at = leastProven(viewOf(kept));
    kept.fill(0, at, at + ROW);
  } else {
    kept = new Uint8Array(at + ROW);
    kept.set(bytes);
  }
  viewOf(kept).setUint32(at, hash, true);
  return kept;
}

function leastProven(view: DataView): number {
  let least = FORM.headerBytes;
  let rank = Infinity;
  for (let at = FORM.headerBytes; at + ROW <= view.byteLength; at += ROW) {
    const accounts = view.getUint32(at + ACCOUNT + 4, true) === 0 ? 0 : 1;
    const proven = accounts * (1 + view.getUint8(at + RESTS_AT));
    const value = proven * 2 ** 32 + view.getUint32(at + LAST, true);
    if (value < rank) {
      rank = value;
      least = at;
    }
  }
  return least;
}
