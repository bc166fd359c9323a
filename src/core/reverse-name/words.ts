/** The words of a name: letters between digits and separators, and known words at their ends. */
import type { NameKnowledge, NameWord, WordMeaning } from './knowledge.ts';

export interface FoundWord extends NameWord {
  readonly word: string;
  /** Whether it begins the name: there it says most about the host. */
  readonly isFirst: boolean;
}

/** Shorter words are part of too many others. */
const MIN_PART_LENGTH = 4;

const HEXADECIMAL = /(?<![a-z])(?=[a-f]*\d)[0-9a-f]{6,}(?![a-z])/g;

/** @param part The name below its registered domain, lower case. */
export function findWords(part: string, known: NameKnowledge['words']): readonly FoundWord[] {
  // An address in hexadecimal holds letters that are no words.
  const tokens = part.replaceAll(HEXADECIMAL, '0').match(/[a-z]+/g) ?? [];
  return tokens.flatMap((token, index) => {
    const found = wordIn(token, known);
    return found === undefined ? [] : [{ ...found, isFirst: index === 0 && /^[a-z]/.test(part) }];
  });
}

function wordIn(
  token: string,
  known: NameKnowledge['words'],
): (NameWord & { readonly word: string }) | undefined {
  const whole = known.get(token);
  if (whole !== undefined) return { ...whole, word: token };
  for (let length = token.length - 1; length >= MIN_PART_LENGTH; length -= 1) {
    for (const word of [token.slice(0, length), token.slice(-length)]) {
      const part = known.get(word);
      if (part !== undefined) return { ...part, word };
    }
  }
  return undefined;
}

/** The weightiest word of each meaning. */
export function strongest(words: readonly FoundWord[]): ReadonlyMap<WordMeaning, FoundWord> {
  const best = new Map<WordMeaning, FoundWord>();
  for (const word of words) {
    const other = best.get(word.meaning);
    const isStronger = other === undefined || Math.abs(word.weight) > Math.abs(other.weight);
    if (isStronger || (word.isFirst && !other.isFirst)) best.set(word.meaning, word);
  }
  return best;
}
