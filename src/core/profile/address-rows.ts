/** Which row of an account's addresses makes room for a new one (account-record.ts has the form of rows). */

export const FIRST = 16;
export const PLACE = 24;
export const LAST_OK = 36;

/**
 * The one of least rank among those of places that have others: a telephone's many addresses must not push
 * out where the owner has been for weeks. Other addresses of its place go on knowing since when.
 */
export function rowToLeave(
  view: DataView,
  rows: readonly number[],
  rank: (at: number) => number,
): number {
  const of = new Map<number, number>();
  const placeOf = (at: number): number => view.getUint32(at + PLACE, true);
  for (const at of rows) of.set(placeOf(at), (of.get(placeOf(at)) ?? 0) + 1);
  const isUsed = (at: number): boolean => view.getUint32(at + LAST_OK, true) > 0;
  const spare = rows.filter((at) => !isUsed(at) || (of.get(placeOf(at)) ?? 0) > 1);
  const leaving = (spare.length === 0 ? rows : spare).reduce((least, at) =>
    rank(at) < rank(least) ? at : least,
  );
  if (!isUsed(leaving)) return leaving;
  const first = view.getUint32(leaving + FIRST, true);
  for (const at of rows) {
    if (at === leaving || placeOf(at) !== placeOf(leaving)) continue;
    view.setUint32(at + FIRST, Math.min(first, view.getUint32(at + FIRST, true)), true);
  }
  return leaving;
}
