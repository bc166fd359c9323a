/** The words of a name: letters between digits and separators, and known words at their ends. */
import type { NameKnowledge, NameWord, WordMeaning } from './knowledge.ts';

export interface FoundWord extends NameWord {
  readonly word: string;
  /** Whether it begins the name: there it says most about the host. */
  readonly isFirst: boolean;
}

/** Shorter words are part of too many others, */
const MIN_PART_LENGTH = 4;
/** except at the end of names of mail servers. */
const MIN_MAIL_LENGTH = 3;

const HEXADECIMAL = /(?<![a-z])(?=[a-f]*\d)[0-9a-f]{6,}(?![a-z])/g;

/** @param part The name below its registered domain, lower case. */
export function findWords(part: string, known: NameKnowledge['words']): readonly FoundWord[] {
  // An address in hexadecimal holds letters that are no words.
  const text = part.replaceAll(HEXADECIMAL, '0');
  return [...text.matchAll(/[a-z]+/g)].flatMap(({ 0: token, index }) => {
    const isFirst = index === 0 && /^[a-z]/.test(part);
    // Short names such as ts and pm stand for an apparatus only with its number, and few have hundreds.
    const isNumbered = /^-?0?\d{1,2}(?!\d)/.test(text.slice(index + token.length));
    return wordsIn(token, known)
      .filter(({ meaning }) => meaning !== 'concentrator' || isNumbered)
      .map((found) => ({ ...found, isFirst }));
  });
}

type Word = NameWord & { readonly word: string };

/** The whole token, else the longest known word at an end of it, and the rest if that is known, too. */
function wordsIn(token: string, known: NameKnowledge['words']): readonly Word[] {
  const whole = known.get(token);
  if (whole !== undefined) return [{ ...whole, word: token }];
  for (let length = token.length - 1; length >= MIN_MAIL_LENGTH; length -= 1) {
    const ends = [
      [token.slice(0, length), token.slice(length)],
      [token.slice(-length), token.slice(0, -length)],
    ] as const;
    for (const [word, rest] of ends) {
      const part = known.get(word);
      if (part === undefined || !mayBePart(word, part, token)) continue;
      return [{ ...part, word }, ...restOf(rest, token.startsWith(rest), known)];
    }
  }
  return [];
}

/** Few words end with mta or mxa but names of mail servers. */
function mayBePart(word: string, { meaning }: NameWord, token: string): boolean {
  return word.length >= MIN_PART_LENGTH || (meaning === 'mail' && token.endsWith(word));
}

/** The other end of a token: a known word, or `mx` and its like before something unknown. */
function restOf(rest: string, isFront: boolean, known: NameKnowledge['words']): readonly Word[] {
  const whole = known.get(rest);
  if (whole !== undefined) return [{ ...whole, word: rest }];
  if (!isFront) return [];
  for (let length = rest.length - 1; length >= 2; length -= 1) {
    const word = rest.slice(0, length);
    const found = known.get(word);
    if (found?.meaning === 'mail') return [{ ...found, word }];
  }
  return [];
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
