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
    return profile.detection
      .copies()
      .some((copy) => isCopy(subject, copy, { rows: text.rows, least: NEAR_DUPLICATE_ROWS }));
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
        isCopy(subject, copy, { rows: text.rows, least: FORM_ROWS }),
    );
}

function isCopy(
  subject: SubmissionSubject,
  copy: Copy,
  { rows, least }: { readonly rows: Fingerprint; readonly least: number },
): boolean {
  if (!isNear(subject, copy)) return false;
  let equal = 0;
  for (let i = 0; i < rows.length; i += 1) {
    if (((rows[i] as number) & 0xff) === copy.rows[i]) equal += 1;
  }
  return equal >= least;
}

/** Sent lately, and to nobody who gets this one. */
export function isNear({ nowMs, event }: SubmissionSubject, copy: Copy): boolean {
  const seconds = nowMs / 1000;
  if (seconds - copy.seconds > WITHIN_SECONDS) return false;
  const [low, high] = recipientBits(event.envelopeRecipients);
  return (low & copy.recipients[0]) === 0 && (high & copy.recipients[1]) === 0;
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

/** What is worth comparing with later: approaches to strangers, and rounds to many. */
export function copyOf(subject: SubmissionSubject): Copy | undefined {
  const { outcomes, event, content, nowMs } = subject;
  if ((outcomes?.strangers ?? 0) === 0 && recipientCount(event) < 8) return undefined;
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
