/** How much of a returned message is looked at; the rest streams by. */

/** Text for people, decoded, outside the message that came back. */
export const MAX_NOTICE_BYTES = 256 * 1024;

/** message/delivery-status: 2,000 recipients with their fields. */
export const MAX_STATUS_BYTES = 512 * 1024;

export const MAX_FEEDBACK_BYTES = 64 * 1024;

/** XARF with its evidence. */
export const MAX_JSON_BYTES = 2 * 1024 * 1024;

/** Header of the message that came back. */
export const MAX_ORIGINAL_BYTES = 128 * 1024;
export const MAX_ORIGINAL_FIELDS = 500;

/** Postfix takes 1,000 recipients a message by default; lists are expanded. */
export const MAX_RECIPIENTS = 2_000;

/** Lines of a notice that are read, and how much of one line. */
export const MAX_NOTICE_LINES = 3_000;
export const MAX_LINE_CHARS = 2_000;

/** Addresses, URLs and times taken from one abuse report. */
export const MAX_REPORTS = 100;

/** Characters of the text that a person is shown. */
export const MAX_SHOWN_CHARS = 20_000;
