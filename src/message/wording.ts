/**
 * The language of a text by its script and function words, and words of payment and credentials:
 * small lists of data/wording/words.json, looked up by the hashes that reading makes anyway.
 */
import type { Wording } from './wording-list.ts';
import { WordSet } from './word-set.ts';
import { hashWord, type Script, type WordStream } from './words.ts';

export interface WordingFindings {
  readonly language: string | undefined;
  readonly paymentWords: number;
  readonly credentialWords: number;
}

/** Words from which a language is told; the start of a text is enough. */
const MAX_LANGUAGE_WORDS = 400;

/** Function words that must be found, and how many times as many as of the next language. */
const MIN_FUNCTION_WORDS = 3;
const LEAD = 1.2;

/** Share of function words among the first words; below it a text is names and numbers. */
const MIN_SHARE = 0.08;

/** Letters of a script from which it tells the language by itself. */
const MIN_SCRIPT_LETTERS = 12;

/** Scripts of one language, or of one that is meant far more often than the others. */
const SCRIPT_LANGUAGES: readonly (readonly [script: Script, language: string])[] = [
  ['kana', 'ja'],
  ['hangul', 'ko'],
  ['han', 'zh'],
  ['greek', 'el'],
  ['hebrew', 'he'],
  ['thai', 'th'],
  ['arabic', 'ar'],
  ['devanagari', 'hi'],
];

export type WordingReader = (stream: WordStream) => WordingFindings;

/** What a word of the lists stands for. */
interface Meaning {
  /** Indexes of the languages of which it is a function word. */
  readonly owners: number[];
  isPayment: boolean;
  isCredential: boolean;
}

export function createWordingReader(wording: Wording): WordingReader {
  const meanings = new MeaningTable(readMeanings(wording));
  return ({ words, scripts }) => {
    const counts = new Uint16Array(wording.length);
    const limit = Math.min(words.length, MAX_LANGUAGE_WORDS);
    let paymentWords = 0;
    let credentialWords = 0;
    for (let i = 0; i < words.length; i += 1) {
      const meaning = meanings.find(words[i] as number);
      if (meaning === undefined) continue;
      if (meaning.isPayment) paymentWords += 1;
      if (meaning.isCredential) credentialWords += 1;
      if (i >= limit) continue;
      const { owners } = meaning;
      for (let n = 0; n < owners.length; n += 1) {
        const owner = owners[n] as number;
        counts[owner] = (counts[owner] as number) + 1;
      }
    }
    const index = clearest(counts, limit);
    const language = byScript(scripts) ?? (index < 0 ? undefined : wording[index]?.language);
    return { language, paymentWords, credentialWords };
  };
}

function readMeanings(wording: Wording): ReadonlyMap<number, Meaning> {
  const meanings = new Map<number, Meaning>();
  const of = (word: string): Meaning => {
    const hash = hashWord(word);
    const meaning = meanings.get(hash) ?? { owners: [], isPayment: false, isCredential: false };
    meanings.set(hash, meaning);
    return meaning;
  };
  wording.forEach(({ common, payment, credentials }, index) => {
    for (const word of new Set(common)) of(word).owners.push(index);
    for (const word of payment) of(word).isPayment = true;
    for (const word of credentials) of(word).isCredential = true;
  });
  return meanings;
}

/** Every word of every text is looked up, and most are not there. */
class MeaningTable {
  readonly #words: WordSet;
  /** By the places of the words. */
  readonly #meanings: (Meaning | undefined)[];

  constructor(meanings: ReadonlyMap<number, Meaning>) {
    this.#words = new WordSet([...meanings.keys()]);
    this.#meanings = Array.from({ length: this.#words.places }, () => undefined);
    for (const [word, meaning] of meanings) this.#meanings[this.#words.placeOf(word)] = meaning;
  }

  find(word: number): Meaning | undefined {
    return this.#meanings[this.#words.placeOf(word)];
  }
}

/** Index of the language with most function words; -1 when none stands out. */
function clearest(counts: Uint16Array, words: number): number {
  let index = -1;
  let best = 0;
  let second = 0;
  counts.forEach((count, i) => {
    if (count > best) {
      second = best;
      best = count;
      index = i;
    } else if (count > second) {
      second = count;
    }
  });
  const isClear = best >= MIN_FUNCTION_WORDS && best >= second * LEAD && best >= words * MIN_SHARE;
  return isClear ? index : -1;
}

function byScript(scripts: ReadonlyMap<Script, number>): string | undefined {
  let language: string | undefined;
  let most = MIN_SCRIPT_LETTERS - 1;
  for (const [script, code] of SCRIPT_LANGUAGES) {
    const count = scripts.get(script) ?? 0;
    if (count > most) {
      language = code;
      most = count;
    }
    // Japanese is mostly Han characters; its kana tell.
    if (script === 'kana' && language === 'ja') return language;
  }
  return (scripts.get('cyrillic') ?? 0) > most ? undefined : language;
}
