/** The day in an SRS address: two digits of base 32 (RFC 4648), days since 1970 modulo 1024. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const DAYS = DIGITS.length ** 2;

/** As libsrs2: longer than any mail server keeps a message that it cannot deliver. */
export const MAX_AGE_DAYS = 21;

export function formatDay(day: number): string {
  const inRound = day % DAYS;
  return (
    DIGITS.charAt(Math.floor(inRound / DIGITS.length)) + DIGITS.charAt(inRound % DIGITS.length)
  );
}

/** In any case; `undefined` when it is not a day. */
export function parseDay(text: string): number | undefined {
  if (text.length !== 2) return undefined;
  const upper = text.toUpperCase();
  const [high, low] = [DIGITS.indexOf(upper.charAt(0)), DIGITS.indexOf(upper.charAt(1))];
  return high < 0 || low < 0 ? undefined : high * DIGITS.length + low;
}

/** `made` is a day in its round. One of tomorrow is another host's clock. */
export function isFresh(made: number, today: number): boolean {
  const age = (((today - made) % DAYS) + DAYS) % DAYS;
  return age <= MAX_AGE_DAYS || age === DAYS - 1;
}
