/**
 * Mending or refusing submitted mail that is not as RFC 5322 wants it (CON-7). A submission server
 * may complete addresses and add Date and Message-ID (RFC 6409 sections 4.2 and 8, RFC 5321 section
 * 6.4); nobody may change a body, so what is wrong there is refused or let be.
 */
import type { ConformanceFault } from './derived.ts';
import { qualifyAddresses } from './qualify.ts';

/** What is done about one fault. */
export type Remedy = 'mend' | 'refuse' | 'off';

export interface MendSettings {
  /** Put behind addresses without a domain; empty: they are left as they are. */
  readonly domain: string;
  readonly remedies: Readonly<Record<ConformanceFault, Remedy>>;
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

export interface MendPlan {
  readonly changes: readonly HeaderChange[];
  /** The message is not taken. `status` is the enhanced code for a 550 reply. */
  readonly refuse?: { readonly status: string; readonly text: string };
}

/** Longest header list that is looked at. */
export const MAX_MENDED_HEADERS = 1_000;

export function planMending(input: MendInput, settings: MendSettings): MendPlan {
  const refused = input.faults.find((fault) => settings.remedies[fault] === 'refuse');
  if (refused !== undefined) {
    return { changes: [], refuse: { status: STATUSES[refused] ?? '5.6.0', text: TEXTS[refused] } };
  }
  const mends = (fault: ConformanceFault): boolean =>
    input.faults.includes(fault) && settings.remedies[fault] === 'mend';
  const headers = input.headers.slice(0, MAX_MENDED_HEADERS);
  return {
    changes: [
      ...(mends('unqualified-address') ? qualified(headers, settings.domain) : []),
      ...(mends('duplicate-header') ? withoutRepeats(headers) : []),
      ...(mends('missing-date') ? added(headers, 'Date', input.nowText) : []),
      ...(mends('missing-message-id') ? added(headers, 'Message-ID', input.newMessageId) : []),
    ],
  };
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
    return whole === undefined ? [] : [{ kind: 'change' as const, index, name, value: whole }];
  });
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

/** RFC 5321 section 6.4 and RFC 6409 sections 8.2 and 8.3, at the end of the header. */
function added(headers: readonly Field[], name: string, value: string): HeaderChange[] {
  if (headers.some((field) => field.name.toLowerCase() === name.toLowerCase())) return [];
  return [{ kind: 'insert', index: headers.length, name, value }];
}

/** RFC 3463: 5.6.0 is a fault of the message; 5.6.7 (RFC 6531) one of letters beyond ASCII. */
const STATUSES: Partial<Readonly<Record<ConformanceFault, string>>> = {
  'eight-bit-header': '5.6.7',
};

/** What the sender is told; which program wrote the message is what helps. */
const TEXTS: Readonly<Record<ConformanceFault, string>> = {
  'missing-date': 'The message has no Date header (RFC 5322). Mend the program that wrote it.',
  'missing-from': 'The message has no From header (RFC 5322). Mend the program that wrote it.',
  'missing-message-id':
    'The message has no Message-ID header (RFC 5322). Mend the program that wrote it.',
  'unqualified-address':
    'An address in the header has no domain. Write it in full, such as name@example.org.',
  'long-line':
    'A line of the message is longer than 998 characters (RFC 5322). Mend the program that wrote it, or let it encode the text.',
  'bare-line-break':
    'The message holds line feeds or carriage returns that stand alone (RFC 5321). Mend the program that wrote it.',
  'eight-bit-header':
    'The header holds letters beyond ASCII that are not encoded (RFC 2047). Mend the program that wrote it.',
  'duplicate-header':
    'A header that may stand once is there twice (RFC 5322). Mend the program that wrote it.',
};
