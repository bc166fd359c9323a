/**
 * Words by their hashes, in open addressing: the hashes are spread already, so their low bits are a
 * place. Looked up for every word of a text, where a map of the language costs several times as much.
 */
export class WordSet {
  readonly #mask: number;
  /** 0 where the place is free. */
  readonly #words: Int32Array;
  #hasZero = false;

  /** Twice as many places as words, or more. */
  constructor(words: ArrayLike<number>) {
    const places = 2 ** Math.ceil(Math.log2(2 * (words.length + 1)));
    this.#mask = places - 1;
    this.#words = new Int32Array(places);
    for (let i = 0; i < words.length; i += 1) {
      const word = words[i] as number;
      if (word === 0) this.#hasZero = true;
      else this.#words[this.placeOf(word)] = word;
    }
  }

  has(word: number): boolean {
    return word === 0 ? this.#hasZero : this.#words[this.placeOf(word)] === word;
  }

  /** Where the word is or would be. */
  placeOf(word: number): number {
    let place = word & this.#mask;
    while (this.#words[place] !== word && this.#words[place] !== 0)
      place = (place + 1) & this.#mask;
    return place;
  }

  get places(): number {
    return this.#words.length;
  }
}
