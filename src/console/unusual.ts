/** When a day is told to be unusual: what is marked is looked at, and what is not marked is not. */
import type { OverviewView } from '../doors/api/schemas/types.ts';

type Hours = OverviewView['figures'][string];

/** Hours clearly above their band: one or two may be chance. */
const HOURS = 3;
/** A day that is beyond this many times its band is no chance, were it in a single hour. */
const TIMES = 3;
/** Where nothing is usual, so few in a day are nothing yet. */
const FEW = 5;

/** @param isLevel How much there is: its hours have no sum, and the newest of them counts. */
export function isUnusual(hours: Hours, isLevel: boolean): boolean {
  const known = hours.flatMap(({ value, usual }) =>
    usual === undefined ? [] : [{ value, high: usual.high }],
  );
  if (known.filter(({ value, high }) => value > high * 1.5 + 3).length >= HOURS) return true;
  const counted = isLevel ? known.slice(-1) : known;
  const sum = counted.reduce((total, { value }) => total + value, 0);
  const most = counted.reduce((total, { high }) => total + high, 0);
  return sum > most * TIMES + FEW;
}
