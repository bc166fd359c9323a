/** A message that is there as a whole, for replay and import: read exactly as on the way through. */
import type { InspectedMessage } from './contract.ts';
import { KEEP_NOTHING, type KeepOptions } from './facts.ts';
import { splitHeader } from './header-fields.ts';
import { Notes } from './notes.ts';
import { FINGERPRINT_KEY_BYTES } from './blocks.ts';
import { createKnowledge, type Knowledge } from './knowledge.ts';
import { loadLists } from './lists.ts';
import { Reading } from './reading.ts';

let shipped: Knowledge | undefined;

/**
 * The shipped lists, loaded once. What is read here is compared among itself and kept nowhere, so
 * the key need be no secret. @throws PrimumError INPUT_UNREADABLE when one is unusable.
 */
export function shippedKnowledge(): Knowledge {
  shipped ??= createKnowledge(loadLists(), new Uint8Array(FINGERPRINT_KEY_BYTES));
  return shipped;
}

/**
 * Reads the RFC 5322 text. A file with LF line ends throughout is taken as stored by a system that
 * writes them so, and read as with CRLF, which is how it would travel.
 */
export function readWholeMessage(
  raw: Uint8Array,
  keep: KeepOptions = KEEP_NOTHING,
): InspectedMessage {
  const bytes = withCrlf(raw);
  const notes = new Notes();
  const { fields, bodyAt } = splitHeader(bytes, notes);
  const reading = new Reading(fields, shippedKnowledge(), keep);
  for (const note of notes.list()) reading.note(note);
  reading.body(bytes.subarray(bodyAt));
  const { facts, derived, sizeBytes } = reading.end(bodyAt);
  return { facts: { ...facts, derived }, headers: fields, sizeBytes };
}

function withCrlf(raw: Uint8Array): Uint8Array {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (!bytes.includes(0x0a) || bytes.includes('\r\n')) return raw;
  return Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}
