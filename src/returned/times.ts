/** Times as logs, reports and headers write them, as RFC 3339 in UTC. */

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

const CLOCK = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?`;

/** `+0100`, `UTC+2`, `(MEZ)`; German puts a word for "o'clock" before. */
const ZONE = String.raw`\s{0,2}(?:Uhr\b|h\b)?\s{0,2}\(?(Z\b|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?(?![\d:-])|[A-Z]{3,4}\b)?`;

/** Year, month, day and clock stand in the order that each names. */
const FORMS: readonly (readonly [form: RegExp, order: 'ymd' | 'dmy'])[] = [
  // 2026-11-21T04:05:06.789Z, 2026-11-21 04:05:06 +0100, 2026/11/21 04:05:06 UTC
  [formOf(String.raw`\b(\d{4})[-/](\d{2})[-/](\d{2})[T ]{1,2}`), 'ymd'],
  // 21/Nov/2026:04:05:06 +0000
  [formOf(String.raw`\b(\d{1,2})\/([A-Z][a-z]{2})\/(\d{4})[: ]`), 'dmy'],
  // Sat, 21 Nov 2026 04:05:06 +0000 (also without a zone)
  [formOf(String.raw`\b(\d{1,2})[ -]([A-Z][a-z]{2})[a-z]{0,6}[ -](\d{4}),?\s{1,3}`), 'dmy'],
  // 21.11.2026 um 04:05 Uhr (MEZ): with dots the day comes first wherever it is written so.
  [formOf(String.raw`(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4}),?\s{1,3}(?:(?:um|at|à|o) )?`), 'dmy'],
];

function formOf(date: string): RegExp {
  return new RegExp(date + CLOCK + ZONE, 'i');
}

const NAMED_ZONES: Readonly<Record<string, string>> = {
  Z: '+0000',
  UTC: '+0000',
  GMT: '+0000',
  EST: '-0500',
  EDT: '-0400',
  CST: '-0600',
  CDT: '-0500',
  MST: '-0700',
  MDT: '-0600',
  PST: '-0800',
  PDT: '-0700',
  WET: '+0000',
  WEST: '+0100',
  BST: '+0100',
  CET: '+0100',
  MEZ: '+0100',
  CEST: '+0200',
  MESZ: '+0200',
  EET: '+0200',
  EEST: '+0300',
  MSK: '+0300',
  JST: '+0900',
  KST: '+0900',
  AEST: '+1000',
  AEDT: '+1100',
};

/** `Nov 21 04:05:06`, as syslog has it. */
const WITHOUT_YEAR =
  /(?<![\w-])(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})\b/;

const DAY_MS = 86_400_000;

/**
 * Seconds or milliseconds since 1970 in a cell or a field of their own: other numbers of ten digits are
 * telephones and tickets.
 */
const EPOCH =
  /(?:^|[\n;,|\t"[{]|\b(?:time(?:stamp)?|epoch|ts|date|seen|at)["']?\s{0,2}[:=]?)\s{0,3}["'@]?(\d{10}(?:\d{3})?)(?:\.\d{1,9})?(?=\s{0,3}(?:$|[\n;,|\t"'\]}]|UTC)|\s{1,3}(?:\d{1,3}\.){3}\d)/i;

const YEAR_MS = 366 * DAY_MS;
/** Where nobody knows when it was written: 2010 to 2040. */
const EPOCH_FROM_MS = 1_262_304_000_000;
const EPOCH_TO_MS = 2_208_988_800_000;

/**
 * The first time in the text; without a zone it is taken for UTC, without a year for the last that can be
 * as of `sentMs`, when the text was written.
 */
export function findTime(text: string, sentMs?: number): string | undefined {
  const searched = text.slice(0, 20_000);
  for (const [form, order] of FORMS) {
    const match = form.exec(searched);
    if (match === null) continue;
    const [, one = '', two = '', three = '', hour = '', minute = '', second = '00', zone = 'Z'] =
      match;
    const [year, month, day] = order === 'ymd' ? [one, two, three] : [three, monthOf(two), one];
    const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    const at = toTime(`${date}T${hour}:${minute}:${second}`, zone);
    if (at !== undefined) return at;
  }
  return epochTime(searched, sentMs) ?? timeWithoutYear(searched, sentMs);
}

/** An abuse report tells of the last two years; what is beyond is some other number. */
function epochTime(text: string, sentMs: number | undefined): string | undefined {
  const digits = EPOCH.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const ms = digits.length === 13 ? Number(digits) : Number(digits) * 1_000;
  const from = sentMs === undefined ? EPOCH_FROM_MS : sentMs - 2 * YEAR_MS;
  const to = sentMs === undefined ? EPOCH_TO_MS : sentMs + DAY_MS;
  return ms >= from && ms <= to ? new Date(ms).toISOString() : undefined;
}

function timeWithoutYear(text: string, sentMs: number | undefined): string | undefined {
  const [, month = '', day = '', ...clock] = WITHOUT_YEAR.exec(text) ?? [];
  if (month === '' || sentMs === undefined) return undefined;
  const year = new Date(sentMs).getUTCFullYear();
  for (const candidate of [year, year - 1]) {
    const date = `${candidate}-${monthOf(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
    const at = toTime(`${date}T${clock.join(':')}`, 'Z');
    if (at === undefined || new Date(at).getUTCDate() !== Number(day)) continue;
    if (Date.parse(at) <= sentMs + DAY_MS) return at;
  }
  return undefined;
}

/** `11` of `Nov`; a number stays one. */
function monthOf(name: string): string {
  return /^\d/.test(name) ? name : String(MONTHS.indexOf(name.toLowerCase().slice(0, 3)) + 1);
}

/** A zone that nobody knows here is taken for none: the next word, such as French `est`, may stand there. */
function toTime(local: string, zone: string): string | undefined {
  const bare = zone.toUpperCase().replace(/^(?:UTC|GMT)(?=[+-])/, '');
  const [, sign, hours = '', minutes = '00'] =
    /^([+-])(\d{1,2}):?(\d{2})?$/.exec(NAMED_ZONES[zone] ?? bare) ?? [];
  const offset = sign === undefined ? 'Z' : `${sign}${hours.padStart(2, '0')}:${minutes}`;
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
