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
  /** When it was last really seen; absent after a restart until then. */
  readonly lookedAt?: string;
  /** Since when it could not be seen. */
  readonly blind?: Blindness;
}

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

const STATES: ReadonlySet<FindingState> = new Set([
  ...(['fail', 'warn', 'pass', 'unknown', 'not-applicable'] as const),
]);

/** What is wrong with the platform is nobody else's business. */
const OWNER_ONLY = 0o600;

export function append(file: string, lines: readonly Line[]): void {
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
export function load(file: string, isReader: boolean): ReadonlyMap<string, Known> {
  const found = new Map<string, Known>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return found;
    throw error;
  }
  const lines = text.split('\n');
  for (const line of lines) {
    const read = readLine(line);
    if (read?.isForgotten === true) found.delete(read.key);
    else if (read !== undefined) found.set(read.key, read.value);
  }
  if (!isReader && lines.length > found.size * 2 + 100) compact(file, found);
  return found;
}

interface ReadLine {
  readonly key: string;
  readonly value: Known;
  readonly isForgotten: boolean;
}

function readLine(line: string): ReadLine | undefined {
  try {
    const { key, isForgotten = false, ...value } = JSON.parse(line) as Line;
    const isWhole =
      typeof key === 'string' &&
      STATES.has(value.state) &&
      typeof value.since === 'string' &&
      Array.isArray(value.evidence) &&
      (value.blind === undefined ||
        (typeof value.blind.since === 'string' && Array.isArray(value.blind.evidence)));
    return isWhole ? { key, value, isForgotten } : undefined;
  } catch {
    return undefined;
  }
}

function compact(file: string, known: ReadonlyMap<string, Known>): void {
  const next = `${file}.new`;
  const handle = openSync(next, 'w', OWNER_ONLY);
  try {
    for (const [key, value] of known) writeSync(handle, `${JSON.stringify({ key, ...value })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, file);
}
