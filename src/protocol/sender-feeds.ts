/**
 * What large receivers say of our mail, as they hand it out: Microsoft's SNDS (CSV, "data" and
 * "ipStatus") and Google's Postmaster Tools (JSON of the API, versions 1 and 2). What cannot be read
 * is left out and counted.
 */

/** Lines and rows that are looked at: a /16 has as many addresses. */
export const MAX_ROWS = 65_536;
const MAX_TEXT = 200;

export interface SndsDay {
  readonly address: string;
  /** As Microsoft writes it, in its own time. */
  readonly until: string;
  readonly recipients: number;
  readonly filter: 'GREEN' | 'YELLOW' | 'RED' | '';
  /** Such as `< 0.1%`. */
  readonly complaints: string;
  readonly trapHits: number;
}

export interface SndsBlock {
  readonly from: string;
  readonly to: string;
  readonly isBlocked: boolean;
  readonly details: string;
}

export interface Snds {
  readonly days: readonly SndsDay[];
  readonly blocks: readonly SndsBlock[];
  readonly unreadable: number;
}

/** 14 columns are a day of an address, 4 the status of a range; a header line is passed over. */
export function parseSnds(text: string): Snds {
  const days: SndsDay[] = [];
  const blocks: SndsBlock[] = [];
  let unreadable = 0;
  for (const line of text.split(/\r?\n/).slice(0, MAX_ROWS)) {
    if (line.trim() === '' || /^"?(ip address|first ip)/i.test(line)) continue;
    const cells = cellsOf(line);
    const [first = '', second = ''] = cells;
    if (!isAddress(first)) unreadable += 1;
    else if (cells.length >= 11) days.push(dayOf(cells));
    else if (cells.length >= 3 && isAddress(second)) {
      const [, , blocked = '', details = ''] = cells;
      const isBlocked = /^(yes|true|1|blocked)$/i.test(blocked);
      blocks.push({ from: first, to: second, isBlocked, details });
    } else unreadable += 1;
  }
  return { days, blocks, unreadable };
}

/** `11/27/2026 12:00 AM`, taken as UTC. @returns `NaN` for what is no such day. */
export function sndsTime(until: string): number {
  const [, month, day, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})\b/.exec(until) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

function dayOf(cells: readonly string[]): SndsDay {
  const [address = '', , until = '', , , recipients = '', filter = '', complaints = ''] = cells;
  const colour = filter.toUpperCase();
  return {
    address,
    until,
    recipients: countOf(recipients),
    filter: colour === 'GREEN' || colour === 'YELLOW' || colour === 'RED' ? colour : '',
    complaints,
    trapHits: countOf(cells[10] ?? ''),
  };
}

/** RFC 4180 on one line: quotes round cells with commas, doubled inside. */
function cellsOf(line: string): readonly string[] {
  const cells: string[] = [];
  const form = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(,|$)/gy;
  for (let match = form.exec(line); match !== null; match = form.exec(line)) {
    const [, quoted, plain = '', end] = match;
    cells.push((quoted?.replaceAll('""', '"') ?? plain).trim().slice(0, MAX_TEXT));
    if (end === '' || cells.length > 20) break;
  }
  return cells;
}

const isAddress = (text: string): boolean => /^[0-9a-f]*[.:][0-9a-f.:]+$/i.test(text);

function countOf(text: string): number {
  const count = Number(text.replaceAll(/[,.\s]/g, ''));
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}

export type Reputation = 'HIGH' | 'MEDIUM' | 'LOW' | 'BAD';

/** What Google says of a domain on its newest day. */
export interface PostmasterDay {
  readonly domain: string;
  /** `2026-11-28`. */
  readonly day: string;
  readonly domainReputation?: Reputation;
  /** Addresses of the worst reputation that is not empty, where it is low or bad. */
  readonly badAddresses: readonly string[];
  /** Of messages in the inbox, those that people called spam, 0 to 1. */
  readonly spamRatio?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** @returns `undefined` for what is no answer of that API. */
export function parsePostmaster(text: string): readonly PostmasterDay[] | undefined {
  const json = jsonOf(text);
  const items = Array.isArray(json) ? json.flatMap(itemsOf) : itemsOf(json);
  if (items.length === 0) return undefined;
  const newest = new Map<string, PostmasterDay>();
  for (const item of items.slice(0, MAX_ROWS)) {
    const day = dayOfStat(item);
    const known = day && newest.get(day.domain);
    if (day === undefined || (known !== undefined && known.day > day.day)) continue;
    newest.set(day.domain, known?.day === day.day ? { ...known, ...day } : day);
  }
  return [...newest.values()];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Also `domainStats:batchQuery` of version 2: one response a domain, or an error in its place. */
function itemsOf(value: unknown): readonly Fields[] {
  if (!isFields(value)) return [];
  const results = value['results'];
  if (Array.isArray(results))
    return results
      .filter(isFields)
      .flatMap(({ response }) =>
        isFields(response) && !('results' in response) ? itemsOf(response) : [],
      );
  const list = value['trafficStats'] ?? value['domainStats'];
  if (Array.isArray(list)) return list.filter(isFields);
  return typeof value['name'] === 'string' ? [value] : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `domains/example.org/trafficStats/20261128`, or version 2 with its date beside. */
function dayOfStat(item: Fields): PostmasterDay | undefined {
  const match =
    /^domains\/([^/]{1,255})\/(?:trafficStats\/(\d{4})(\d\d)(\d\d)$|domainStats\/)/.exec(
      textOf(item['name']),
    );
  const domain = match?.[1]?.toLowerCase();
  if (match === null || domain === undefined) return undefined;
  const [, , year, month = '', date = ''] = match;
  if (year === undefined) return dayOfMetric(item, domain);
  const reputation = reputationOf(item['domainReputation']);
  const spamRatio = ratioOf(item['userReportedSpamRatio']);
  return {
    domain,
    day: `${year}-${month}-${date}`,
    badAddresses: badAddressesOf(item['ipReputations']),
    ...(reputation !== undefined && { domainReputation: reputation }),
    ...(spamRatio !== undefined && { spamRatio }),
  };
}

/** The operator names his metrics: what is called spam is SPAM_RATE, if it is not that of a loop or an error. */
const isSpamRate = (metric: string): boolean =>
  /spam/i.test(metric) && !/feedback|fbl|loop|error|suspect/i.test(metric);

function dayOfMetric(item: Fields, domain: string): PostmasterDay | undefined {
  const { value, date } = item;
  if (!isSpamRate(textOf(item['metric'])) || !isFields(value)) return undefined;
  const spamRatio = ratioOf(value['doubleValue'] ?? value['floatValue']);
  if (spamRatio === undefined) return undefined;
  const two = (part: unknown): string => String(Number(part)).padStart(2, '0');
  const day = isFields(date)
    ? `${Number(date['year'])}-${two(date['month'])}-${two(date['day'])}`
    : '';
  return { domain, day, badAddresses: [], spamRatio };
}

function badAddressesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isFields)
    .filter(({ reputation }) => reputation === 'LOW' || reputation === 'BAD')
    .flatMap(({ sampleIps }) => (Array.isArray(sampleIps) ? (sampleIps as unknown[]) : []))
    .map(textOf)
    .filter(isAddress)
    .slice(0, 100);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 400) : '');

const ratioOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined;

function reputationOf(value: unknown): Reputation | undefined {
  return value === 'HIGH' || value === 'MEDIUM' || value === 'LOW' || value === 'BAD'
    ? value
    : undefined;
}
