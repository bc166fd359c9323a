/** Ids of incidents and holds: they rise with time, so that the order of ids is the order of opening. */
import { randomBytes } from 'node:crypto';

/** Crockford's base 32: nothing to confuse on the telephone. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

let lastMs = 0;
let serial = 0;

/** Such as `i01kx2m3p7q000f3zk`: time, a number within the millisecond, and chance. */
export function newIncidentId(nowMs: number): string {
  return `i${newId(nowMs)}`;
}

/** The same form, with an `h`. */
export function newHoldId(nowMs: number): string {
  return `h${newId(nowMs)}`;
}

/** The same form, with a `c`. */
export function newCaseId(nowMs: number): string {
  return `c${newId(nowMs)}`;
}

/** The same form, with an `a`. */
export function newAttachmentId(nowMs: number): string {
  return `a${newId(nowMs)}`;
}

/** The same form, with a `t`. */
export function newTokenId(nowMs: number): string {
  return `t${newId(nowMs)}`;
}

function newId(nowMs: number): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    serial = 0;
  } else {
    // The clock stood still or went back; order is kept.
    serial++;
  }
  const chance = randomBytes(3).reduce((text, byte) => text + (DIGITS[byte % 32] ?? '0'), '');
  return `${digits(lastMs, 10)}${digits(serial, 4)}${chance}`;
}

function digits(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = (DIGITS[rest % 32] ?? '0') + text;
  }
  return text;
}
