/** Local time of the tenants' zones, by days: the offset is asked for once a zone and day. */
import { DAY_MS } from './places.ts';

const offsets = new Map<string, number>();

/** Minutes east of UTC at noon of that day. */
export function zoneMinutes(timeZone: string, atMs: number): number {
  const noon = Math.floor(atMs / DAY_MS) * DAY_MS + DAY_MS / 2;
  const key = `${timeZone} ${noon}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const text = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(noon)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d+):(\d+)/.exec(text ?? '') ?? [];
  const value = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  // A few zones and a year of days.
  if (offsets.size > 20_000) offsets.clear();
  offsets.set(key, value);
  return value;
}

/** 0 is Sunday. */
export function localWeekday(timeZone: string, atMs: number): number {
  return new Date(atMs + zoneMinutes(timeZone, atMs) * 60_000).getUTCDay();
}

export function isWeekend(timeZone: string, atMs: number): boolean {
  const day = localWeekday(timeZone, atMs);
  return day === 0 || day === 6;
}
