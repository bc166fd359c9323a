/** Finds the word somebody meant. */

/** Longest word that is compared; the cost grows with its square. */
const MAX_WORD_LENGTH = 64;

/** Edits (insert, delete, replace) that turn one word into the other (Levenshtein). */
function distance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const shifted = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, shifted));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** The candidate closest to a word, or nothing when none is close enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  const plain = word.toLowerCase().replaceAll('-', '_');
  const ranked = candidates
    .map((candidate) => {
      const isPart = plain.length > 2 && candidate.startsWith(`${plain}_`);
      return { candidate, edits: isPart ? 1 : distance(plain, candidate.toLowerCase()) };
    })
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  const allowed = Math.max(1, Math.floor(plain.length / 3));
  return best !== undefined && best.edits <= allowed ? best.candidate : undefined;
}
