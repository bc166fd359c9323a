/**
 * Whose message it was: one page of the newest submissions, in the order they came, each by the keyed
 * hash of its queue id, event id or Message-ID. Pages are used in turn, so a message costs the disk its
 * own bytes and not a record: 32,768 pages of 2 KiB hold some 1.2 million names in 64 MiB.
 *
 * Header: 4 bytes of rows u16, 6 pad. Rows: name 2 × u32, time u32, context 2 × u32, recipients u16
 * (its highest bit: it was only watched), bytes of the account u8, bytes of the identity u8, identity
 * in UTF-8.
 */
import type { ContextKey } from './identity-profile.ts';
import { createRecord, toSeconds, type RecordForm, setWord, wordAt } from './record.ts';

export const SENT_PAGES = 1 << 15;
/** Every page is as long. */
export const SENT_PAGE_BYTES = 2_048;

const ROW = 24;
const HEADER = 8;
const FORM: RecordForm = {
  kind: 0xe0,
  version: 1,
  headerBytes: HEADER,
  bodyBytes: SENT_PAGE_BYTES - HEADER,
};
/** A longer login than this is not found again. */
const MAX_IDENTITY_BYTES = 255;
/** A page with less room than the longest row is full. */
const FULL = SENT_PAGE_BYTES - HEADER - 2 * (ROW + MAX_IDENTITY_BYTES);

/** Both halves of a keyed hash of a queue id or event id. */
export type SentName = readonly [high: number, low: number];

/** One submission as it is found again. */
export interface SentMessage {
  readonly account: string;
  readonly identity: string;
  readonly context: ContextKey;
  readonly atMs: number;
  readonly recipients: number;
  /** It left only because rules are watched: enforced, it would have been held or refused. */
  readonly isWatched: boolean;
}

const WATCHED = 0x8000;
const MOST_RECIPIENTS = 0x7fff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const scratch = new Uint8Array(MAX_IDENTITY_BYTES + 1);

/** UTF-8 into the scratch; its length, or more than may be when it does not fit. */
function encode(text: string): number {
  if (text.length > MAX_IDENTITY_BYTES) return text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) {
      const { read, written } = encoder.encodeInto(text, scratch);
      return read < text.length ? scratch.length : written;
    }
    scratch[i] = code;
  }
  return text.length;
}

export function createSentPage(): Uint8Array {
  return createRecord(FORM);
}

/** Whether the next message belongs on the next page; so is anything that is no page. */
export function isSentPageFull(page: Uint8Array | undefined): boolean {
  return !isSound(page) || usedOf(page) >= FULL;
}

/** What is kept under each name of a submission. */
export interface SentRow {
  readonly atMs: number;
  readonly context: ContextKey;
  readonly recipients: number;
  readonly isWatched?: boolean;
  /** The identity begins with the account. */
  readonly who: { readonly account: string; readonly identity: string };
}

/** Adds a submission to a page with room. Names too long for a row are not kept. */
export function addSent(page: Uint8Array, name: SentName, sent: SentRow): void {
  const accountBytes = encode(sent.who.account);
  const nameBytes = encode(sent.who.identity);
  let at = HEADER + usedOf(page);
  if (nameBytes > MAX_IDENTITY_BYTES || at + ROW + nameBytes > page.length) return;
  setWord(page, at, name[0]);
  setWord(page, at + 4, name[1]);
  setWord(page, at + 8, toSeconds(sent.atMs));
  setWord(page, at + 12, sent.context[0]);
  setWord(page, at + 16, sent.context[1]);
  const count = Math.min(MOST_RECIPIENTS, sent.recipients);
  const recipients = sent.isWatched === true ? count | WATCHED : count;
  page[at + 20] = recipients;
  page[at + 21] = recipients >>> 8;
  page[at + 22] = accountBytes;
  page[at + 23] = nameBytes;
  at += ROW;
  for (let i = 0; i < nameBytes; i += 1) page[at + i] = scratch[i] as number;
  setUsed(page, at + nameBytes - HEADER);
}

/**
 * The newest submission of a page with that name, no later than `beforeMs` and no earlier than
 * `sinceMs`: short queue ids come again after days, and what came back before a message was sent
 * belongs to an earlier one.
 */
export function findSent(
  page: Uint8Array | undefined,
  asked: { readonly name: SentName; readonly sinceMs: number; readonly beforeMs: number },
): SentMessage | undefined {
  if (!isSound(page)) return undefined;
  const since = toSeconds(asked.sinceMs);
  const before = toSeconds(asked.beforeMs);
  let found = -1;
  forEachRow(page, (at) => {
    if (wordAt(page, at) !== asked.name[0] || wordAt(page, at + 4) !== asked.name[1]) return;
    const time = wordAt(page, at + 8);
    if (time < since || time > before) return;
    if (found < 0 || time >= wordAt(page, found + 8)) found = at;
  });
  return found < 0 ? undefined : messageAt(page, found);
}

/** The names on a page, with their times, so that an index can be made of it. */
export function forEachSent(
  page: Uint8Array,
  visit: (high: number, low: number, seconds: number) => void,
): void {
  if (!isSound(page)) return;
  forEachRow(page, (at) => {
    visit(wordAt(page, at), wordAt(page, at + 4), wordAt(page, at + 8));
  });
}

function forEachRow(page: Uint8Array, visit: (at: number) => void): void {
  const end = HEADER + usedOf(page);
  for (let at = HEADER; at + ROW <= end; at += ROW + (page[at + 23] as number)) visit(at);
}

function messageAt(page: Uint8Array, at: number): SentMessage {
  const recipients = (page[at + 20] as number) | ((page[at + 21] as number) << 8);
  const name = page.subarray(at + ROW, at + ROW + (page[at + 23] as number));
  return {
    account: decoder.decode(name.subarray(0, page[at + 22])),
    identity: decoder.decode(name),
    context: [wordAt(page, at + 12), wordAt(page, at + 16)],
    atMs: wordAt(page, at + 8) * 1000,
    recipients: recipients & MOST_RECIPIENTS,
    isWatched: (recipients & WATCHED) !== 0,
  };
}

/** A whole page whose rows lie within it. */
function isSound(page: Uint8Array | undefined): page is Uint8Array {
  return (
    page?.length === SENT_PAGE_BYTES &&
    page[1] === FORM.kind &&
    HEADER + usedOf(page) <= SENT_PAGE_BYTES
  );
}

const usedOf = (page: Uint8Array): number => (page[4] as number) | ((page[5] as number) << 8);

function setUsed(page: Uint8Array, used: number): void {
  page[4] = used;
  page[5] = used >>> 8;
}
