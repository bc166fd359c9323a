/** How much of a message is read. Beyond a bound the rest is passed over and that is noted. */

/** Body bytes that are read in the thread of the doors when no other has room: some milliseconds. */
export const MAX_INLINE_BYTES = 64 * 1024;

/** Header fields of the message that are kept and judged; 1000 is what the contract promises. */
export const MAX_HEADER_FIELDS = 1000;

/** Bytes of the message's header; Postfix stops at 102,400 (header_size_limit) by default. */
export const MAX_HEADER_BYTES = 256 * 1024;

/** One header field with its folds. */
export const MAX_FIELD_BYTES = 32 * 1024;

/** Header fields of one part; what is needed stands in the first few. */
export const MAX_PART_FIELDS = 64;

/** A line of a part's header; the rest of a longer one is passed over. */
export const MAX_HEADER_LINE_BYTES = 8 * 1024;

/** Parts inside parts. People's mail stays below ten: forwards of forwards. */
export const MAX_DEPTH = 24;

/**
 * Messages in a transfer encoding inside each other: each costs another decoding of all that is in it.
 * Programs that encode one do so to what is attached, so real mail has one, and two where it went on.
 */
export const MAX_ENCODED_DEPTH = 4;

/** Parts in all; what follows is not split any more. */
export const MAX_PARTS = 500;

/** RFC 2046 section 5.1.1 allows 70; some programs write more. */
export const MAX_BOUNDARY_BYTES = 200;

/** A delimiter line with its dashes, padding and line end; longer lines are text. */
export const MAX_DELIMITER_LINE_BYTES = MAX_BOUNDARY_BYTES + 100;

/**
 * Decoded bytes of plain text, and as many of HTML, that are read for links and files written into
 * them. People's mail stays below a tenth of it, and reading as much takes tens of milliseconds.
 */
export const MAX_TEXT_BYTES = 2 * 1024 * 1024;

/** Characters of text whose words are read, compared and kept. */
export const MAX_WORDED_CHARS = 256 * 1024;

/** HTML elements inside each other; newsletters of nested tables reach about 100. */
export const MAX_HTML_DEPTH = 400;

/** HTML in comments, in frames and in URLs that is read, in each other; nobody needs more than one. */
export const MAX_COMMENT_DEPTH = 3;

/** Attachments that are listed whatever they are; all are typed by name and first bytes. */
export const MAX_ATTACHMENTS = 32;

/**
 * Attachments listed in all: beyond the first ones those of a kind of their own (extension, declared
 * and true type), so that every rule on kinds sees each kind there is. People send a few.
 */
export const MAX_ATTACHMENT_KINDS = 100;

/** Files that are looked for in one text; nobody writes more into it by uuencode. */
export const MAX_UUENCODED = 500;

/** Distinct URLs that are kept. */
export const MAX_URLS = 300;

/** Distinct URLs as written whose hosts are looked at; a text of this many is no letter. */
export const MAX_WRITTEN_URLS = 20_000;

/** A user name with a quote in it, before the host of a URL; each of many could be the same long one. */
export const MAX_USER_NAME_CHARS = 4096;

/** Distinct hosts that are looked up; the longest digest of links has some hundreds. */
export const MAX_HOSTS = 1000;

/** A redirector inside a redirector is followed this often; real ones stand three deep. */
export const MAX_WRAPPERS = 16;

/** One URL as it is kept; its host is read from the whole of it. */
export const MAX_URL_CHARS = 2048;

/** Hosts named in the derived message. */
export const MAX_URL_HOSTS = 50;

/** Paragraphs; the last one takes what is left over. */
export const MAX_BLOCKS = 24;

/** First bytes of an attachment that tell its type. */
export const SNIFF_BYTES = 4096;

/** Message-IDs of the References header that are kept: the first and the last ones. */
export const MAX_REFERENCES = 20;

/** A reply that carries a password is short (CON-8): texts of more words are not compared. */
export const MAX_SHORT_WORDS = 100;

/** Addresses of a header field that are looked at. */
export const MAX_ADDRESSES = 2000;

/** RFC 5322 section 2.1.1: a line has at most 998 characters without its end. */
export const MAX_LINE_OCTETS = 998;

/** Addresses of further From fields and of Sender that are looked at. */
export const MAX_MORE_SENDERS = 100;

/** Files in files of other kinds (TNEF, BinHex) that are looked at, of the whole message. */
export const MAX_WRAPPED_FILES = 500;

/** Bytes that all BinHex of one message may come to: its repetitions make hundreds of one. */
export const MAX_BINHEX_BYTES = 64 * 1024 * 1024;

/** Bytes of compressed RTF that are undone in one message; a letter has some thousands. */
export const MAX_RTF_BYTES = 512 * 1024;
