/** Seeded chance: sfc32 (Chris Doty-Humphrey, public domain), one stream a name, so that an actor's draws do not depend on what others do. */

export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    this.#a = fnv(name, 0x811c9dc5);
    this.#b = fnv(name, 0x01234567);
    this.#c = fnv(name, 0x9e3779b9);
    for (let index = 0; index < 12; index += 1) this.next();
  }

  /** A stream of its own. */
  child(name: string | number): Rng {
    return new Rng(`${this.#name}/${name}`);
  }

  /** At least 0, below 1. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Whole, both ends included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return item(list, Math.floor(this.next() * list.length));
  }

  /** Each with its weight. */
  weighted<T>(list: readonly (readonly [T, number])[]): T {
    let left = this.next() * list.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of list) {
      left -= weight;
      if (left < 0) return value;
    }
    return item(list, list.length - 1)[0];
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Of this median; sigma is that of the logarithm. */
  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  poisson(mean: number): number {
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > floor; product *= this.next()) count += 1;
    return count;
  }

  /** A parameter, give or take a half. */
  about(value: number): number {
    return value * this.between(0.5, 1.5);
  }

  /** `count` different ones, or all there are. */
  sample<T>(list: readonly T[], count: number): T[] {
    const rest = [...list];
    const taken: T[] = [];
    while (taken.length < count && rest.length > 0) {
      const at = Math.floor(this.next() * rest.length);
      taken.push(item(rest, at));
      rest[at] = item(rest, rest.length - 1);
      rest.pop();
    }
    return taken;
  }

  text(alphabet: string, length: number): string {
    let made = '';
    for (let index = 0; index < length; index += 1) {
      made += alphabet.charAt(Math.floor(this.next() * alphabet.length));
    }
    return made;
  }

  hex(length: number): string {
    return this.text('0123456789abcdef', length);
  }
}

function fnv(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** The element that is there; a list too short is a bug. */
export function item<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`There is no element ${index} of ${list.length}.`);
  return value;
}
