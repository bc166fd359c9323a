/** Names that somebody may have meant, for a person who mistyped one. */

/** Names looked at: a quarter of a second. */
export const MAX_NAMES = 200_000;
const MAX_EDITS = 2;
const SHOWN = 3;

/** At most three names within two edits, the closest first. */
export function closestNames(name: string, names: Iterable<string>): string[] {
  const found: { readonly name: string; readonly edits: number }[] = [];
  let looked = 0;
  for (const candidate of names) {
    if (++looked > MAX_NAMES) break;
    const edits = editsBetween(name, candidate);
    if (edits <= MAX_EDITS) found.push({ name: candidate, edits });
  }
  return found
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN)
    .map((candidate) => candidate.name);
}

/** Insertions, deletions and replacements (Levenshtein); any number above the bound when over it. */
function editsBetween(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > MAX_EDITS) return MAX_EDITS + 1;
  let start = 0;
  while (start < from.length && from[start] === to[start]) start++;
  let end = 0;
  const most = Math.min(from.length, to.length) - start;
  while (end < most && from.at(-1 - end) === to.at(-1 - end)) end++;
  const [a, b] = [from.slice(start, from.length - end), to.slice(start, to.length - end)];
  // What differs is short where few edits suffice and most names of a domain end alike.
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) > MAX_EDITS) return MAX_EDITS + 1;
    row = next;
  }
  return row[b.length] ?? 0;
}
