/** Under which names mail servers had the message that came back, so that it is found again. */
import type { QueuedAs } from './contract.ts';
import { valueOf, type PlainField } from './original.ts';

/** Mail servers named; a message passes few. */
export const MAX_QUEUED_AS = 20;
/** Longest Received field that is looked at. */
const MAX_FIELD_CHARS = 2_000;

const BY = /\bby ([A-Za-z0-9.-]{1,255})[\s(;]/;
/** Postfix: 5 to 20 letters and digits; others are longer and mean nothing to us. */
const ID = /\bid ([A-Za-z0-9]{5,24})[\s;]/;

/** Nearest to the sender first, then as the bounce itself says it. */
export function queuedAs(
  original: readonly PlainField[],
  statuses: readonly string[],
): readonly QueuedAs[] {
  const found: QueuedAs[] = [];
  for (const { name, value } of original.toReversed()) {
    if (name !== 'received' || found.length >= MAX_QUEUED_AS) continue;
    const text = `${value.slice(0, MAX_FIELD_CHARS)} `;
    const mta = BY.exec(text)?.[1];
    const queueId = ID.exec(text)?.[1];
    if (mta !== undefined && queueId !== undefined) found.push({ mta, queueId });
  }
  for (const text of statuses) {
    const mta = /^Reporting-MTA:[ \t]*dns[ \t]*;[ \t]*([A-Za-z0-9.-]{1,255})/im.exec(text)?.[1];
    const queueId = /^X-Postfix-Queue-ID:[ \t]*([A-Za-z0-9]{5,24})/im.exec(text)?.[1];
    if (mta !== undefined && queueId !== undefined) found.push({ mta, queueId });
  }
  return found.slice(0, MAX_QUEUED_AS);
}

/** Postfix marks what it made itself so; what a user hands in has "from userid", other mail "from". */
const MADE = /^by ([A-Za-z0-9.-]{1,255}) \(Postfix\)\s+id [A-Za-z0-9]{5,24};/;

/**
 * The mail server that made a message itself. Whatever comes in gets a Received field on top that says
 * from where, so that nobody outside can write this one.
 */
export function madeBy(fields: readonly PlainField[]): string | undefined {
  const latest = valueOf(fields, 'received')?.slice(0, MAX_FIELD_CHARS) ?? '';
  return MADE.exec(latest)?.[1];
}

/** Addresses of who sent the message, as its header names them. */
export function sendersOf(original: readonly PlainField[]): readonly string[] {
  const names = ['return-path', 'sender', 'from'];
  const found = names.flatMap((name) => {
    const value = valueOf(original, name)?.slice(0, MAX_FIELD_CHARS) ?? '';
    const bare = /<([^<>\s]{3,320})>/.exec(value)?.[1] ?? /^[^<>\s]{3,320}$/.exec(value)?.[0];
    return bare?.includes('@') === true ? [bare.toLowerCase()] : [];
  });
  return [...new Set(found)];
}
