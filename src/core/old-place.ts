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
 * Whether mail is read at a place that was there before this one. What only those read who came later, thieves among
 * them, is no habit of whoever sits here.
 */
export function isReadBefore(account: AccountRecord, place: number): boolean {
  const rows = account.addresses();
  const since = Math.min(...rows.filter((row) => row.place === place).map((row) => row.firstMs));
  return rows.some(
    (row) => row.place !== place && row.firstMs < since && account.lastReadAt(row.place) > 0,
  );
}
