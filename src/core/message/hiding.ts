/**
 * What can be wrong with a message such that a part of it was not seen. A bound must not be a way
 * round a rule: where a rule on what may be in that part is in force, the message is stopped.
 */

/** Parts were not split, or their header was not read: files and links may be in them. */
const PARTS_UNSEEN = [
  'boundary-too-long',
  'content-field-cut',
  'encoded-message',
  'reader-failed',
  'reader-late',
  'too-deep',
  'too-many-parts',
  'unreadable',
] as const;

/** A text was not read to its end: files by uuencode and links may be in the rest. */
const TEXT_UNSEEN = ['text-too-long'] as const;

/** Our own threads were full: it is no fault of the message, and it may come again. */
export const NOT_READ_NOW = 'reader-busy';

export const ATTACHMENTS_UNSEEN = [
  ...PARTS_UNSEEN,
  ...TEXT_UNSEEN,
  'too-many-attachments',
] as const;

export const LINKS_UNSEEN = [
  ...PARTS_UNSEEN,
  ...TEXT_UNSEEN,
  'charset-not-read',
  'html-too-deep',
  'html-too-long',
  'links-not-looked-up',
  'too-many-links',
  'wrapped-too-often',
] as const;

export const SENDERS_UNSEEN = ['sender-field-cut', 'too-many-senders'] as const;

export type HidingNote =
  | (typeof ATTACHMENTS_UNSEEN)[number]
  | (typeof LINKS_UNSEEN)[number]
  | (typeof SENDERS_UNSEEN)[number]
  | typeof NOT_READ_NOW;
