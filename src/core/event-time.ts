/** The time of an event as a number. */

// Many events share a millisecond, and each is asked for several times.
let latestText = '';
let latestMs = 0;

/** Milliseconds since 1970; `NaN` for what is no time. */
export function millisecondsOf(at: string): number {
  if (at !== latestText) {
    latestMs = Date.parse(at);
    latestText = at;
  }
  return latestMs;
}
