/** The short reference of a decision: eight letters and digits from the event's id. */
import { createKeyedHash } from './hash.ts';

/** Crockford's base 32: no I, L, O, U, so that it survives being read out over the telephone. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PAIRS = Array.from(
  { length: DIGITS.length ** 2 },
  (_, bits) => DIGITS.charAt(bits >>> 5) + DIGITS.charAt(bits & 31),
);
const hash = createKeyedHash(new Uint8Array(16));

// A recipient's check and the message's judgement ask for the same event, others in between.
const PLACES = 256;
const keptIds = new Array<string>(PLACES).fill('');
const keptReferences = new Array<string>(PLACES).fill('');

export function referenceOf(eventId: string): string {
  const end = eventId.length - 1;
  const place = (eventId.charCodeAt(end) * 37 + eventId.charCodeAt(end - 1)) & (PLACES - 1);
  const kept = keptReferences[place];
  if (kept !== undefined && kept !== '' && keptIds[place] === eventId) return kept;
  const reference = makeReference(eventId);
  keptIds[place] = eventId;
  keptReferences[place] = reference;
  return reference;
}

function makeReference(eventId: string): string {
  const [high = 0, low = 0] = hash.halves(eventId);
  return pairOf(high >>> 20) + pairOf(high >>> 10) + pairOf(high) + pairOf(low);
}

/** Two digits of ten bits. */
function pairOf(bits: number): string {
  return PAIRS[bits & 1023] ?? '';
}

/** What people type: any case, O for 0, I or L for 1. */
export function normaliseReference(text: string): string {
  return text.trim().toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
