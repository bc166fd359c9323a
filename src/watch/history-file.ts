/** The file of what was found before: a line per change, made short again when it is opened. */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import type { FindingState } from './contract.ts';

export interface Known {
  readonly state: FindingState;
  readonly since: string;
  readonly evidence: readonly string[];
  readonly faults?: number;
  readonly advice?: string;
  /** What was seen when it was last well. */
  readonly goodEvidence?: readonly string[];
  /** When it was last seen to be well. */
  readonly goodAt?: string;
  /** When it was last really seen; after a stop that wrote nothing a time shortly before. */
  readonly lookedAt?: string;
  /** Since when it could not be seen. */
  readonly blind?: Blindness;
}

/** What was seen when it was last well. */
export type Good = Pick<Known, 'goodEvidence' | 'goodAt'>;

export interface Blindness {
  readonly since: string;
  readonly evidence: readonly string[];
  readonly advice?: string;
  /** Somebody was alerted. */
  readonly isTold: boolean;
}

export interface Line extends Known {
  readonly key: string;
  /** Nobody looks at it any more. */
  readonly isForgotten?: boolean;
}

/** Of an item that is well, and of which nothing else is known. */
export interface WellLine {
  readonly key: string;
  readonly wellAt: string;
  /** What was seen; absent where it was the same as before. */
  readonly well?: readonly string[];
  readonly isForgotten?: boolean;
}

/** When a thing was last seen, of which nothing else changed; written at the end. */
export interface LookLine {
  readonly key: string;
  readonly lookedAt: string;
}

/** All that is known and could be seen was seen at that time or later. */
export interface RoundLine {
  readonly allLookedAt: string;
}

/** The newest of each. */
export interface Loaded {
  readonly known: ReadonlyMap<string, Known>;
  readonly well: ReadonlyMap<string, Good>;
}

const STATES: ReadonlySet<FindingState> = new Set([
  ...(['fail', 'warn', 'pass', 'unknown', 'not-applicable'] as const),
]);

/** What is wrong with the platform is nobody else's business. */
const OWNER_ONLY = 0o600;

export function append(
  file: string,
  lines: readonly (Line | WellLine | LookLine | RoundLine)[],
): void {
  const handle = openSync(file, 'a', OWNER_ONLY);
  try {
    // Older versions let the group read it.
    fchmodSync(handle, OWNER_ONLY);
    writeSync(handle, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Reads the newest line of each key and makes the file as short as that. A torn line is passed over. */
export function load(file: string, isReader: boolean): Loaded {
  const known = new Map<string, Known>();
  const well = new Map<string, Good>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { known, well };
    throw error;
  }
  const lines = text.split('\n');
  let allLookedAt = '';
  for (const line of lines) {
    const read = readLine(line);
    if (read === undefined) continue;
    if ('wellAt' in read) takeWell(well, read);
    else if ('allLookedAt' in read) allLookedAt = read.allLookedAt;
    else if ('lookedAt' in read) takeLook(known, read.key, read.lookedAt);
    else takeKnown({ known, well }, read);
  }
  if (allLookedAt !== '') for (const key of known.keys()) takeLook(known, key, allLookedAt);
  const found = { known, well };
  if (!isReader && lines.length > (known.size + well.size) * 2 + 100) compact(file, found);
  return found;
}

interface Filling {
  readonly known: Map<string, Known>;
  readonly well: Map<string, Good>;
}

function takeKnown({ known, well }: Filling, { key, value, isForgotten }: ReadLine): void {
  well.delete(key);
  if (isForgotten) known.delete(key);
  else known.set(key, value);
}

function takeLook(known: Map<string, Known>, key: string, lookedAt: string): void {
  const value = known.get(key);
  if (value === undefined || value.state === 'unknown' || value.blind !== undefined) return;
  if ((value.lookedAt ?? '') < lookedAt) known.set(key, { ...value, lookedAt });
}

function takeWell(well: Map<string, Good>, { key, wellAt, isForgotten, ...line }: WellLine): void {
  const goodEvidence = line.well ?? well.get(key)?.goodEvidence;
  if (isForgotten === true || goodEvidence === undefined) well.delete(key);
  else well.set(key, { goodEvidence, goodAt: wellAt });
}

interface ReadLine {
  readonly key: string;
  readonly value: Known;
  readonly isForgotten: boolean;
}

function readLine(line: string): ReadLine | WellLine | LookLine | RoundLine | undefined {
  try {
    const read = JSON.parse(line) as Line | WellLine | LookLine | RoundLine;
    if ('wellAt' in read) return isWhole(read) ? read : undefined;
    if ('allLookedAt' in read) return typeof read.allLookedAt === 'string' ? read : undefined;
    if (!('state' in read))
      return typeof read.key === 'string' && typeof read.lookedAt === 'string' ? read : undefined;
    const { key, isForgotten = false, ...value } = read;
    const isWholeLine =
      typeof key === 'string' &&
      STATES.has(value.state) &&
      typeof value.since === 'string' &&
      Array.isArray(value.evidence) &&
      (value.blind === undefined ||
        (typeof value.blind.since === 'string' && Array.isArray(value.blind.evidence)));
    return isWholeLine ? { key, value, isForgotten } : undefined;
  } catch {
    return undefined;
  }
}

const isWhole = ({ key, wellAt, well }: WellLine): boolean =>
  typeof key === 'string' &&
  typeof wellAt === 'string' &&
  (well === undefined || Array.isArray(well));

function compact(file: string, { known, well }: Loaded): void {
  const next = `${file}.new`;
  const handle = openSync(next, 'w', OWNER_ONLY);
  try {
    for (const [key, value] of known) writeSync(handle, `${JSON.stringify({ key, ...value })}\n`);
    for (const [key, { goodEvidence, goodAt = '' }] of well)
      writeSync(handle, `${JSON.stringify({ key, wellAt: goodAt, well: goodEvidence })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, file);
}
