/** Times as logs, reports and headers write them, as RFC 3339 in UTC. */

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

const FORMS: readonly RegExp[] = [
  // 2026-11-21T04:05:06.789Z, 2026-11-21 04:05:06 +0100, 2026/11/21 04:05:06 UTC
  /\b(\d{4})[-/](\d{2})[-/](\d{2})[T ]{1,2}(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s{0,2}(Z\b|UTC|GMT|[+-]\d{2}:?\d{2})?/i,
  // 21/Nov/2026:04:05:06 +0000
  /\b(\d{1,2})\/([A-Z][a-z]{2})\/(\d{4})[: ](\d{2}):(\d{2}):(\d{2})\s{0,2}([+-]\d{4})?/i,
  // Sat, 21 Nov 2026 04:05:06 +0000 (also without a zone)
  /\b(\d{1,2})[ -]([A-Z][a-z]{2})[a-z]{0,6}[ -](\d{4}),?\s{1,3}(\d{2}):(\d{2})(?::(\d{2}))?\s{0,2}(UTC|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|[+-]\d{4})?/i,
];

const NAMED_ZONES: Readonly<Record<string, string>> = {
  EST: '-0500',
  EDT: '-0400',
  CST: '-0600',
  CDT: '-0500',
  MST: '-0700',
  MDT: '-0600',
  PST: '-0800',
  PDT: '-0700',
};

/** `Nov 21 04:05:06`, as syslog has it. */
const WITHOUT_YEAR =
  /(?<![\w-])(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})\b/;

const DAY_MS = 86_400_000;

/**
 * The first time in the text; without a zone it is taken for UTC, without a year for the last that can be
 * as of `sentMs`, when the text was written.
 */
export function findTime(text: string, sentMs?: number): string | undefined {
  const searched = text.slice(0, 20_000);
  for (const [index, form] of FORMS.entries()) {
    const match = form.exec(searched);
    if (match === null) continue;
    const [, one = '', two = '', three = '', hour = '', minute = '', second = '00', zone = 'Z'] =
      match;
    const [year, month, day] =
      index === 0 ? [one, two, three] : [three, String(monthOf(two)).padStart(2, '0'), one];
    const at = toTime(`${year}-${month}-${day.padStart(2, '0')}T${hour}:${minute}:${second}`, zone);
    if (at !== undefined) return at;
  }
  return sentMs === undefined ? undefined : timeWithoutYear(searched, sentMs);
}

function timeWithoutYear(text: string, sentMs: number): string | undefined {
  const [, month = '', day = '', ...clock] = WITHOUT_YEAR.exec(text) ?? [];
  if (month === '') return undefined;
  const year = new Date(sentMs).getUTCFullYear();
  for (const candidate of [year, year - 1]) {
    const date = `${candidate}-${String(monthOf(month)).padStart(2, '0')}-${day.padStart(2, '0')}`;
    const at = toTime(`${date}T${clock.join(':')}`, 'Z');
    if (at === undefined || new Date(at).getUTCDate() !== Number(day)) continue;
    if (Date.parse(at) <= sentMs + DAY_MS) return at;
  }
  return undefined;
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.toLowerCase().slice(0, 3)) + 1;
}

function toTime(local: string, zone: string): string | undefined {
  const named = NAMED_ZONES[zone.toUpperCase()] ?? zone;
  const offset = /^[+-]\d{2}:?\d{2}$/.test(named) ? `${named.slice(0, 3)}:${named.slice(-2)}` : 'Z';
  const ms = Date.parse(local + offset);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** A time of a report's own field; what the forms do not know may still be a date. */
export function timeOf(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const found = findTime(field);
  if (found !== undefined) return found;
  const ms = Date.parse(field.slice(0, 100));
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
