/** Places that an account was used at long before: whoever is there now did not come with a theft of now. */
import type { AccountRecord } from './profile/account-record.ts';

/** Evidence has faded to a seventh in that time, and thieves seldom wait as long. */
const OLD_PLACE_MS = 14 * 86_400_000;

/** @param place keyed hash (AddressKey); 0 is nowhere */
export function isOldPlace(account: AccountRecord, place: number, nowMs: number): boolean {
  return place !== 0 && account.knowsPlace(place, oldPlacesMs(nowMs));
}

/** Places that were used by then are old. */
export function oldPlacesMs(nowMs: number): number {
  return nowMs - OLD_PLACE_MS;
}

/**
 * Since when a place was used where nobody reads, milliseconds; undefined where mail was not read anywhere before. What
 * only those read who came later, thieves among them, is no habit of whoever sits here.
 */
export function onlySendsSince(
  account: AccountRecord,
  place: number,
  nowMs: number,
): number | undefined {
  const rows = account.addresses();
  const since = Math.min(
    nowMs,
    ...rows.filter((row) => row.place === place).map(({ firstMs }) => firstMs),
  );
  const isRead = rows.some(
    (row) => row.place !== place && row.firstMs < since && account.lastReadAt(row.place) > 0,
  );
  return isRead ? since : undefined;
}
