/**
 * How long a standing record is kept that nobody changed. What a stranger can make as many of as he
 * likes, a login or an address that only ever failed, goes after a month; what an account or a
 * customer has of its own after more than a year, for some write at Christmas only. Kinds with a
 * fixed number of records stay.
 */
import { isNeverUsed } from './account-record.ts';

/** Longer than any window of failures or of an address limit. */
export const STRANGER_DAYS = 32;
export const OWN_DAYS = 400;

/** By the begin of the key, the longer before the shorter. */
const DAYS: readonly (readonly [prefix: string, days: number])[] = [
  ['f:', STRANGER_DAYS],
  ['c:address:', STRANGER_DAYS],
  ['c:', OWN_DAYS],
  ['a:', OWN_DAYS],
  ['i:', OWN_DAYS],
  ['s:', OWN_DAYS],
  ['o:', OWN_DAYS],
  ['w:', OWN_DAYS],
  ['h:', OWN_DAYS],
  ['v:', OWN_DAYS],
  ['r:', OWN_DAYS],
  ['t:', OWN_DAYS],
  ['y:', STRANGER_DAYS],
  ['p:', STRANGER_DAYS],
  ['m:a:', OWN_DAYS],
];

/** Days without a change after which the record may go; `undefined`: never. */
export function daysToKeep(key: string, record: Uint8Array): number | undefined {
  if (key.startsWith('a:') && isNeverUsed(record)) return STRANGER_DAYS;
  return DAYS.find(([prefix]) => key.startsWith(prefix))?.[1];
}
