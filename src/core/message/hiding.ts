/**
 * What can be wrong with a message such that a part of it was not seen. A bound must not be a way
 * round a rule: where a rule on what may be in that part is in force, the message is stopped.
 */

/** Parts were not split or not decoded, their header was not read, or programs read them differently. */
const PARTS_UNSEEN = [
  // The first that is noted is what a person reads; this one tells more than the next.
  'encoded-multipart',
  'body-cut',
  'boundary-missing',
  'boundary-never-found',
  'boundary-too-long',
  'content-field-cut',
  'delimiter-not-clear',
  'encoding-not-clear',
  'message-compressed',
  'message-external',
  'message-not-decoded',
  'message-partial',
  'message-start-unusual',
  'structure-not-clear',
  'too-deep',
  'too-many-parts',
  'unknown-encoding',
  'unreadable',
  'wrapped-message',
  'wrapper-not-clear',
] as const;

/** A text was not read to its end: files by uuencode and links may be in the rest. */
const TEXT_UNSEEN = ['text-too-long'] as const;

/** Our own threads were full, too slow or died: mostly no fault of the message, so it may come again. */
export const NOT_READ_NOW = ['reader-busy', 'reader-failed', 'reader-late'] as const;

/**
 * Nobody but its reader can look into it, or nobody does as into an archive, and it is written as it
 * should be: people's usual mail, so it neither stops a message nor speaks against it.
 */
export const CLOSED = ['message-encrypted', 'outlook-message'] as const;
export type ClosedNote = (typeof CLOSED)[number];

export const ATTACHMENTS_UNSEEN = [
  ...PARTS_UNSEEN,
  ...TEXT_UNSEEN,
  'file-outside-parts',
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
  | (typeof NOT_READ_NOW)[number];
