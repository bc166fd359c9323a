/** What the clocks of a time zone were ahead of UTC, for log stamps that do not say. */

const HOUR_MS = 3_600_000;

/**
 * Offset at a local time; for one that came twice in autumn that of the first, standard time for
 * one that spring left out. `undefined` for a zone that the system does not know.
 * @param timeZone IANA name.
 */
export function zoneOffsets(timeZone: string): ((localMs: number) => number) | undefined {
  const format = zoneFormat(timeZone);
  if (format === undefined) return undefined;
  let known = NaN;
  let offsetMs = 0;
  return (localMs) => {
    // Offsets change on quarter hours at the finest.
    const quarter = Math.floor((localMs * 4) / HOUR_MS);
    if (quarter !== known) {
      known = quarter;
      const local = (quarter * HOUR_MS) / 4;
      const before = offsetAt(format, local - offsetAt(format, local - 12 * HOUR_MS));
      offsetMs = offsetAt(format, local - before);
    }
    return offsetMs;
  };
}

function zoneFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
}

/** Reads `GMT+05:45`. */
function offsetAt(format: Intl.DateTimeFormat, atMs: number): number {
  const name = format.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
