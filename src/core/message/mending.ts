/**
 * Mending submitted mail that is not as RFC 5322 wants it (CON-7). A submission server may complete
 * addresses and add Date and Message-ID (RFC 6409 sections 4.2 and 8, RFC 5321 section 6.4); nobody
 * may change a body, so what is wrong there is for the rule in core/rules/conformance.ts.
 */
import type { ConformanceFault } from './derived.ts';
import { qualifyAddresses } from './qualify.ts';

export interface MendSettings {
  /** Put behind addresses without a domain; empty: they are left as they are. */
  readonly domain: string;
  /** Faults that are mended. */
  readonly mends: ReadonlySet<ConformanceFault>;
}

interface Field {
  readonly name: string;
  /** As sent, folds and leading space kept. */
  readonly value: string;
}

export interface MendInput {
  readonly headers: readonly Field[];
  /** Of the derived message. */
  readonly faults: readonly ConformanceFault[];
  /** The text of a Date header for now. */
  readonly nowText: string;
  /** With its angle brackets. */
  readonly newMessageId: string;
}

/** To be carried out in this order; then every index fits as it is. */
export interface HeaderChange {
  readonly kind: 'insert' | 'change' | 'remove';
  /**
   * Of `change` and `remove`: which field of this name, from 1 on, as milters count. Of `insert`:
   * how many fields of the message stay before it.
   */
  readonly index: number;
  readonly name: string;
  /** Empty for `remove`. Of `change` with the leading space as sent; of `insert` without one. */
  readonly value: string;
}

/** Longest header list that is looked at. */
export const MAX_MENDED_HEADERS = 1_000;

export function planMending(input: MendInput, settings: MendSettings): readonly HeaderChange[] {
  const mends = (fault: ConformanceFault): boolean =>
    input.faults.includes(fault) && settings.mends.has(fault);
  const headers = input.headers.slice(0, MAX_MENDED_HEADERS);
  return [
    ...(mends('unqualified-address') ? qualified(headers, settings.domain) : []),
    ...(mends('duplicate-header') ? withoutRepeats(headers) : []),
    ...(mends('missing-date') ? supplied(headers, 'Date', input.nowText) : []),
    ...(mends('missing-message-id') ? supplied(headers, 'Message-ID', input.newMessageId) : []),
  ];
}

/** RFC 5322 section 3.6.2 and 3.6.3; a Bcc that is still there is no business of others. */
const ADDRESS_FIELDS: ReadonlySet<string> = new Set(['from', 'sender', 'reply-to', 'to', 'cc']);

/** RFC 6409 section 4.2: every domain must be fully qualified; here there was none at all. */
function qualified(headers: readonly Field[], domain: string): HeaderChange[] {
  if (domain === '') return [];
  const counts = new Map<string, number>();
  return headers.flatMap(({ name, value }) => {
    const lower = name.toLowerCase();
    const index = (counts.get(lower) ?? 0) + 1;
    counts.set(lower, index);
    if (!ADDRESS_FIELDS.has(lower)) return [];
    const whole = qualifyAddresses(value, domain);
    const folded = whole === undefined ? undefined : foldLong(whole, name.length + 1);
    return folded === undefined ? [] : [{ kind: 'change' as const, index, name, value: folded }];
  });
}

/** RFC 5322 section 2.1.1: octets of a line. */
const MAX_LINE = 998;

/**
 * Folds at blanks behind commas what became too long, for an MTA would cut an address in two.
 * Undefined where there is no such place.
 */
function foldLong(value: string, nameLength: number): string | undefined {
  const lines = value
    .split('\r\n')
    .flatMap((line, i) => foldLine(line, i === 0 ? MAX_LINE - nameLength : MAX_LINE));
  return lines.includes(undefined) ? undefined : lines.join('\r\n');
}

function foldLine(line: string, room: number): (string | undefined)[] {
  if (line.length <= room) return [line];
  const at = Math.max(line.lastIndexOf(', ', room - 1), line.lastIndexOf(',\t', room - 1));
  if (at < 1) return [undefined];
  return [line.slice(0, at + 1), ...foldLine(line.slice(at + 1), MAX_LINE)];
}

/** RFC 5322 section 3.6: at most one of each. */
const SINGLE_FIELDS: ReadonlySet<string> = new Set([
  ...ADDRESS_FIELDS,
  ...['date', 'bcc', 'message-id', 'in-reply-to', 'references', 'subject'],
]);

/** Repeats of the same value go; of two different ones nobody can say which is meant. */
function withoutRepeats(headers: readonly Field[]): HeaderChange[] {
  const seen = new Map<string, { count: number; first: string }>();
  const removals: HeaderChange[] = [];
  for (const { name, value } of headers) {
    const lower = name.toLowerCase();
    const bare = value.replaceAll(/\s+/g, ' ').trim();
    const known = seen.get(lower);
    if (known === undefined) {
      seen.set(lower, { count: 1, first: bare });
      continue;
    }
    known.count++;
    if (SINGLE_FIELDS.has(lower) && bare === known.first) {
      removals.push({ kind: 'remove', index: known.count, name, value: '' });
    }
  }
  // From the last on, so that the count of those before it does not move.
  return removals.reverse();
}

/**
 * RFC 5321 section 6.4 and RFC 6409 sections 8.2 and 8.3: in the place of a field that says nothing,
 * else at the end of the header.
 */
function supplied(headers: readonly Field[], name: string, value: string): HeaderChange[] {
  const own = headers.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  if (own.some(saysSomething)) return [];
  const [first] = own;
  return first === undefined
    ? [{ kind: 'insert', index: headers.length, name, value }]
    : [{ kind: 'change', index: 1, name: first.name, value: ` ${value}` }];
}

/** Day, month, year and time; the rest may be missing (RFC 5322 sections 3.3 and 4.3). */
const DATE = /^\s*(?:[a-z]{3}\s*,)?\s*\d{1,2}\s+[a-z]{3}\s+\d{2,4}\s+\d{1,2}\s*:\s*\d{2}/i;
const MAX_DATE_CHARS = 100;

/** Whether a Date has a date and another field anything at all. */
export function saysSomething({ name, value }: Field): boolean {
  if (name.toLowerCase() === 'date') return DATE.test(value.slice(0, MAX_DATE_CHARS));
  return value.trim() !== '';
}
