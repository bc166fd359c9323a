/**
 * Times at the head of log lines: `Nov 20 21:18:34` (RFC 3164 §4.1.2, no year and no zone) and
 * `2026-11-20T21:18:34.123456+01:00` (RFC 3339). Lines come in bursts, so a minute is worked out
 * once and then known by its text.
 */

export interface StampOptions {
  /** Nothing in the log was written after this; it gives stamps without a year theirs. */
  readonly notAfterMs: number;
  /** The year of the first line, where it is known better. */
  readonly year?: number;
  /** What the local clock was ahead of UTC at a local time. Default: it showed UTC. */
  readonly offsetMs?: (localMs: number) => number;
}

export interface Stamp {
  readonly atMs: number;
  /** Where the rest of the line begins. */
  readonly end: number;
}

/** Where reading goes on after a restart. */
export interface StampState {
  readonly year: number;
  readonly month: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;
/** A month that is further away lies on the other side of New Year. */
const HALF_A_YEAR = 6;

const ZERO = 48;
const COLON = 58;
const SPACE = 32;

export class StampReader {
  readonly #options: StampOptions;
  #year: number | undefined;
  #month = -1;
  /** `Nov 20 21:18` or `2026-11-20T21:18`, and the start of that minute. */
  #minute = '\n';
  #minuteMs = 0;

  constructor(options: StampOptions, state?: StampState) {
    this.#options = options;
    if (state === undefined) return;
    this.#year = state.year;
    this.#month = state.month;
  }

  /** `undefined` before the first line without a year. */
  get state(): StampState | undefined {
    return this.#year === undefined ? undefined : { year: this.#year, month: this.#month };
  }

  /** The time at `from`; `undefined` when there is none that exists. */
  read(line: string, from: number): Stamp | undefined {
    const first = line.charCodeAt(from);
    return first >= ZERO && first < COLON
      ? this.#readLong(line, from)
      : this.#readShort(line, from);
  }

  #readShort(line: string, from: number): Stamp | undefined {
    const fraction = readFraction(line, from + 15);
    if (line.charCodeAt(fraction.end) !== SPACE) return undefined;
    const second = number2(line, from + 13);
    if (line.charCodeAt(from + 12) !== COLON || !(second <= 60)) return undefined;
    if (!line.startsWith(this.#minute, from) && !this.#enterShort(line.slice(from, from + 12))) {
      return undefined;
    }
    return { atMs: this.#minuteMs + second * 1000 + fraction.ms, end: fraction.end + 1 };
  }

  #enterShort(minute: string): boolean {
    const month = MONTHS.indexOf(minute.slice(0, 3));
    const day = minute.charCodeAt(4) === SPACE ? digit(minute, 5) : number2(minute, 4);
    const clock = minutesOf(minute, 7);
    if (month < 0 || clock === undefined || !(day >= 1 && day <= 31)) return false;
    const year = this.#yearOf(month, day);
    const localMs = Date.UTC(year, month, day) + clock * 60_000;
    // 30 February is read as 2 March.
    if (new Date(localMs).getUTCMonth() !== month) return false;
    this.#remember(minute, this.#utc(localMs));
    return true;
  }

  /** The log goes forward: January after December is the next year, December after January the last. */
  #yearOf(month: number, day: number): number {
    if (this.#year === undefined) {
      this.#year = this.#options.year ?? yearBefore(this.#options.notAfterMs, month, day);
      this.#month = month;
      return this.#year;
    }
    // Lines of the old year may still come late; they do not turn the year back.
    if (month - this.#month > HALF_A_YEAR) return this.#year - 1;
    if (this.#month - month > HALF_A_YEAR) this.#year += 1;
    this.#month = month;
    return this.#year;
  }

  #readLong(line: string, from: number): Stamp | undefined {
    const separator = line.charCodeAt(from + 10);
    // T, or a space as in PostgreSQL's and many others' way of writing it.
    if (separator !== 84 && separator !== SPACE) return undefined;
    const second = number2(line, from + 17);
    if (line.charCodeAt(from + 16) !== COLON || !(second <= 60)) return undefined;
    const fraction = readFraction(line, from + 19);
    const zone = readZone(line, fraction.end);
    if (zone === undefined || line.charCodeAt(zone.end) !== SPACE) return undefined;
    if (!line.startsWith(this.#minute, from) && !this.#enterLong(line.slice(from, from + 16))) {
      return undefined;
    }
    const localMs = this.#minuteMs + second * 1000 + fraction.ms;
    const atMs = zone.offsetMs === undefined ? this.#utc(localMs) : localMs - zone.offsetMs;
    return { atMs, end: zone.end + 1 };
  }

  #enterLong(minute: string): boolean {
    const year = number2(minute, 0) * 100 + number2(minute, 2);
    const month = number2(minute, 5);
    const day = number2(minute, 8);
    const clock = minutesOf(minute, 11);
    if (minute.charAt(4) !== '-' || minute.charAt(7) !== '-' || clock === undefined) return false;
    if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return false;
    const localMs = Date.UTC(year, month - 1, day) + clock * 60_000;
    if (new Date(localMs).getUTCMonth() !== month - 1) return false;
    this.#remember(minute, localMs);
    return true;
  }

  #utc(localMs: number): number {
    return localMs - (this.#options.offsetMs?.(localMs) ?? 0);
  }

  #remember(minute: string, ms: number): void {
    this.#minute = minute;
    this.#minuteMs = ms;
  }
}

/** The last year in which the day was over before the log ended; a day of grace for zones. */
function yearBefore(notAfterMs: number, month: number, day: number): number {
  const year = new Date(notAfterMs).getUTCFullYear();
  return Date.UTC(year, month, day) > notAfterMs + DAY_MS ? year - 1 : year;
}

/** `HH:MM` in minutes. */
function minutesOf(text: string, from: number): number | undefined {
  const hour = number2(text, from);
  const minute = number2(text, from + 3);
  if (text.charCodeAt(from + 2) !== COLON || !(hour < 24) || !(minute < 60)) return undefined;
  return hour * 60 + minute;
}

/** `.123456`, or nothing (journalctl -o short-precise writes it behind a stamp without a year). */
function readFraction(line: string, from: number): { readonly ms: number; readonly end: number } {
  const mark = line.charCodeAt(from);
  if (mark !== 46 && mark !== 44) return { ms: 0, end: from };
  let ms = 0;
  let end = from + 1;
  for (let weight = 100; digit(line, end) >= 0; end += 1, weight /= 10) {
    if (weight >= 1) ms += digit(line, end) * weight;
  }
  return { ms, end };
}

interface Zone {
  /** `undefined` where none is written. */
  readonly offsetMs: number | undefined;
  readonly end: number;
}

function readZone(line: string, at: number): Zone | undefined {
  const sign = line.charCodeAt(at);
  if (sign === 90 || sign === 122) return { offsetMs: 0, end: at + 1 };
  if (sign === SPACE) return { offsetMs: undefined, end: at };
  if (sign !== 43 && sign !== 45) return undefined;
  const hasColon = line.charCodeAt(at + 3) === COLON;
  const minutes = number2(line, at + 1) * 60 + number2(line, at + (hasColon ? 4 : 3));
  if (!(minutes < 24 * 60)) return undefined;
  const offsetMs = (sign === 45 ? -minutes : minutes) * 60_000;
  return { offsetMs, end: at + (hasColon ? 6 : 5) };
}

/** NaN where there are not two digits. */
function number2(text: string, at: number): number {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens < 0 || ones < 0 ? NaN : tens * 10 + ones;
}

/** -1 for anything but a digit. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : -1;
}
