/** What the part of a name below its domain tells: the address in it, its words, who thought of it. */
import type { Embedded } from './embedded-address.ts';
import type { Feature } from './feature.ts';
import type { WordMeaning } from './knowledge.ts';
import { strongest, type FoundWord } from './words.ts';

const EMBEDDED_WEIGHTS = { 2: 1.2, 3: 1.8, 4: 2.2 } as const;

export function embeddedFeature({ octets, form, isHex }: Embedded): Feature {
  // Nobody reads an address in hexadecimal: only lines are called so.
  const weight = EMBEDDED_WEIGHTS[octets] + (octets === 4 && isHex === true ? 0.4 : 0);
  return { weight, text: form };
}

export function wordFeatures(part: string, words: readonly FoundWord[]): readonly Feature[] {
  // What a concentrator says depends on the numbers around it: see line-features.ts.
  const best = strongest(words.filter(({ meaning }) => meaning !== 'concentrator'));
  // Access networks call their exchanges and concentrators mx or gw, too: between numbers and with a
  // word for handed-out addresses that is no server.
  const isLine = best.has('dynamic') && (part.match(/\d+/g)?.length ?? 0) >= 2;
  return [...best.values()].map((word) => ({
    weight: weightOf(word, isLine),
    text: `"${word.word}" stands for ${word.says}`,
  }));
}

/** What a server is called stands first; further on it may be a place or a neighbour. */
function weightOf({ weight, isFirst, meaning, word }: FoundWord, isLine: boolean): number {
  const isServer = meaning === 'mail' || meaning === 'server' || meaning === 'relay';
  if (!isServer) return weight;
  const isClear = meaning === 'mail' && word !== 'mx';
  return weight * (isFirst ? 1 : 0.7) * (isLine && !isClear ? 0.4 : 1);
}

/** Nothing of the address, no word of a line: somebody thought of this name. */
export function handmadeFeatures(
  part: string,
  words: readonly FoundWord[],
  features: readonly Feature[],
  isProvider: boolean,
): readonly Feature[] {
  if (part === '')
    return [{ weight: -1.5, text: 'it is a domain itself and no name of a line under it' }];
  if (!/\d/.test(part)) return wholeRange(part, words);
  // Providers number their own hosts from one on: fep01. Whatever else is under them is a line.
  const isLine = isProvider && !/^[a-z]+(?:-[a-z]+)*-?\d{1,3}(?:\.|$)/.test(part);
  const isGeneric = isLine || features.some(({ weight }) => weight > 0);
  return isGeneric ? [] : [{ weight: -1.2, text: 'nothing of the address is in the name' }];
}

/** `pool` or `ppp` may be a host's own name, `dynamic` or `pppoe` is none. */
const MIN_CLEAR_LENGTH = 5;
const LINE_MEANINGS: readonly WordMeaning[] = ['dynamic', 'access', 'customer'];

/** One name for a whole range, such as dynamic.example.net: nobody is called so. */
function wholeRange(part: string, words: readonly FoundWord[]): readonly Feature[] {
  const handmade = [{ weight: -1.5, text: 'it is a name without numbers' }];
  const about = words.filter(({ meaning }) => LINE_MEANINGS.includes(meaning));
  const names = new Set(about.map(({ word }) => word));
  if (!part.split(/[^a-z]+/).every((token) => token === 'ip' || names.has(token))) return handmade;
  const text = 'it is the name of a whole range';
  // One word for access may be the name of a host: cable, home or mobile.
  if (names.size >= 2 && about.some(({ meaning }) => meaning !== 'customer'))
    return [{ weight: 1.2, text }];
  const isClear = about.some(
    ({ meaning, word }) => meaning === 'dynamic' && word.length >= MIN_CLEAR_LENGTH,
  );
  return isClear ? [{ weight: 0.5, text }] : handmade;
}
