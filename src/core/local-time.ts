/** Wall-clock time in an account's own time zone, for business hours (SND-5) and hours of the week. */
import type { BusinessHours } from './policy.ts';

export interface LocalTime {
  /** ISO weekday, 1 = Monday. */
  readonly weekday: number;
  readonly minuteOfDay: number;
  /** Days since 1970-01-01. */
  readonly day: number;
  /** 0 = Monday 00:00 to 167. */
  readonly hourOfWeek: number;
}

const DAY_MS = 86_400_000;
/** Offsets change on quarter hours at the finest (Nepal, Lord Howe). */
const BUCKET_MS = 900_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  bucket: number;
  offsetMs: number;
}

const zones = new Map<string, Zone | undefined>();

/** @param timeZone IANA name; an unknown one is read as UTC. */
export function localTime(nowMs: number, timeZone: string): LocalTime {
  const local = nowMs + offsetMs(nowMs, timeZone);
  const day = Math.floor(local / DAY_MS);
  // 1970-01-01 was a Thursday.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
  const minuteOfDay = Math.floor((local - day * DAY_MS) / 60_000);
  return {
    weekday,
    minuteOfDay,
    day,
    hourOfWeek: (weekday - 1) * 24 + Math.floor(minuteOfDay / 60),
  };
}

export function isBusinessTime(time: LocalTime, hours: BusinessHours): boolean {
  if (!hours.days.includes(time.weekday)) return false;
  if (time.minuteOfDay < hours.fromMinute || time.minuteOfDay >= hours.toMinute) return false;
  if (hours.holidays.length === 0) return true;
  const date = new Date(time.day * DAY_MS).toISOString().slice(0, 10);
  return !hours.holidays.includes(date) && !hours.holidays.includes(date.slice(5));
}

function offsetMs(nowMs: number, timeZone: string): number {
  if (timeZone === '' || timeZone === 'UTC') return 0;
  const zone = zoneOf(timeZone);
  if (zone === undefined) return 0;
  const bucket = Math.floor(nowMs / BUCKET_MS);
  if (zone.bucket !== bucket) {
    zone.bucket = bucket;
    zone.offsetMs = readOffset(zone.format, bucket * BUCKET_MS);
  }
  return zone.offsetMs;
}

function zoneOf(timeZone: string): Zone | undefined {
  if (!zones.has(timeZone)) zones.set(timeZone, openZone(timeZone));
  return zones.get(timeZone);
}

function openZone(timeZone: string): Zone | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    return { format, bucket: NaN, offsetMs: 0 };
  } catch {
    return undefined;
  }
}

/** Reads `GMT+05:45`. */
function readOffset(format: Intl.DateTimeFormat, atMs: number): number {
  const name = format.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
