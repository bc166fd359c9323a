/**
 * Nearly the same text as a message of the last days, to quite different people. Announcements do so
 * too: it shares a cap with new recipients.
 */
import { recipientCount } from '../event.ts';
import { NEAR_DUPLICATE_ROWS, type Fingerprint } from '../message/fingerprint.ts';
import type { Copy } from '../profile/detection-state.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Measure } from './measure.ts';

const WITHIN_SECONDS = 72 * 3_600;
/** Short texts are anybody's. */
const WORDS = 12;
/** Yet letters of one form are known by less: a number changes most of a short one's runs of words. */
const FORM_ROWS = 5;
const FORM_WORDS = 3;
const FORM_TOLERANCE = 0.03;

export const ownCopies: Measure = {
  signal: 'own-copies',
  practice: 'SND-6',
  family: 'recipients',
  slot: 3,
  attack: [0.7, 0.85, 0.65, undefined],
  prior: ({ facts }) => ({
    rate: facts.class === 'person' ? 0.06 : 0.9,
    strength: 20,
    low: 0.02,
    high: 0.95,
  }),
  look(subject) {
    const { content, profile, facts } = subject;
    if (facts.class === 'forward') return undefined;
    const text = content?.text;
    if (text === undefined || text.words < WORDS) return undefined;
    let isLike = false;
    for (const copy of profile.detection.copies()) {
      if (!isLikeText(copy, text.rows, NEAR_DUPLICATE_ROWS)) continue;
      if (isNear(subject, copy)) return true;
      isLike = true;
    }
    // Of two rounds to many nobody can tell whether they have a reader in common.
    return isLike && recipientCount(subject.event) > MANY ? undefined : false;
  },
  text: (_subject, _isThere, usual) =>
    `Nearly the same text went to other people in the last three days; usually that is so of ${usual} of its messages.`,
};

/** Whether a text too short to be evidence is one of the letters of a form, as programs write them. */
export function isShortForm(subject: SubmissionSubject): boolean {
  const { content, event, profile } = subject;
  const text = content?.text;
  if (text === undefined || text.words >= WORDS || text.words < FORM_WORDS) return false;
  const size = event.sizeBytes ?? 0;
  return profile.detection
    .copies()
    .some(
      (copy) =>
        Math.abs(copy.sizeBytes - size) <= FORM_TOLERANCE * size &&
        isLikeText(copy, text.rows, FORM_ROWS) &&
        isNear(subject, copy),
    );
}

/** One more round of a text to many, whether or not it can be told that they are others. */
export function isRoundAgain({ content, event, profile }: SubmissionSubject): boolean {
  const text = content?.text;
  if (text === undefined || text.words < WORDS || recipientCount(event) <= MANY) return false;
  return profile.detection
    .copies()
    .some((copy) => isLikeText(copy, text.rows, NEAR_DUPLICATE_ROWS));
}

function isLikeText(copy: Copy, rows: Fingerprint, least: number): boolean {
  const kept = copy.rows;
  let equal = 0;
  for (let i = 0; i < rows.length; i += 1) {
    if (((rows[i] as number) & 0xff) === kept[i]) equal += 1;
  }
  return equal >= least;
}

/** Sent lately, and to nobody who gets this one; of rounds to many, to mostly other people. */
export function isNear(subject: SubmissionSubject, copy: Copy): boolean {
  const { nowMs, event } = subject;
  const seconds = nowMs / 1000;
  if (seconds - copy.seconds > WITHIN_SECONDS) return false;
  const [low, high] = recipientBits(event.envelopeRecipients);
  const both = bitsOf(low & copy.recipients[0]) + bitsOf(high & copy.recipients[1]);
  if (both === 0) return true;
  const all = event.envelopeRecipients.length;
  if (all <= MANY || (subject.outcomes?.strangers ?? 0) * 2 <= all) return false;
  // Never written to until now, and no second try of the same message, whose bits are all there.
  return bitsOf(low) + bitsOf(high) - both >= MANY / 2;
}

/** From here two sets of recipients have common bits by chance. */
const MANY = 8;

function bitsOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** One bit of 64 for each recipient: two sets without a common bit have no common recipient. */
export function recipientBits(recipients: readonly string[]): readonly [number, number] {
  let low = 0;
  let high = 0;
  const looked = Math.min(recipients.length, 64);
  for (let i = 0; i < looked; i += 1) {
    const bit = smallHash(recipients[i] ?? '') & 63;
    if (bit < 32) low |= 1 << bit;
    else high |= 1 << (bit - 32);
  }
  return [low >>> 0, high >>> 0];
}

function smallHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ (text.charCodeAt(i) | 0x20), 0x01000193);
  }
  return (hash ^ (hash >>> 13) ^ (hash >>> 21)) >>> 0;
}

/**
 * What is worth comparing with later: approaches to strangers, and rounds to many. Of a place hardly known all:
 * who goes on in others' conversations writes to people the account knows.
 */
export function copyOf(subject: SubmissionSubject, isUnproven: boolean): Copy | undefined {
  const { outcomes, event, content, nowMs } = subject;
  const isApproach = (outcomes?.strangers ?? 0) > 0 || recipientCount(event) >= MANY;
  if (!isApproach && (!isUnproven || content === undefined)) return undefined;
  const rows = new Uint8Array(32);
  const text = content?.text;
  if (text !== undefined && text.words >= FORM_WORDS) {
    for (let i = 0; i < 32; i += 1) rows[i] = text.rows[i] ?? 0;
  }
  return {
    seconds: Math.floor(nowMs / 1000),
    recipients: recipientBits(event.envelopeRecipients),
    sizeBytes: event.sizeBytes ?? 0,
    rows,
  };
}
