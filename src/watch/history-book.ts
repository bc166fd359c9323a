/** What is known of each thing that is watched, counted, and which of it is not on disk yet. */
import type { Finding } from './contract.ts';
import type { Known, Line } from './history-file.ts';

/** Things remembered; about 500 bytes each. */
export const MAX_KNOWN = 500_000;

type Named = Pick<Finding, 'check' | 'practice' | 'target' | 'item'>;

export class Book {
  readonly known: Map<string, Known>;
  readonly #failing = new Map<string, number>();
  /** Keys of items by the target that they belong to. */
  readonly #items = new Map<string, Set<string>>();
  #fresh: Line[] = [];
  #blind = 0;

  constructor(loaded: Iterable<readonly [string, Known]>) {
    this.known = new Map(loaded);
    for (const [key, value] of this.known) {
      this.#count(key, value, 1);
      this.#addItem(key);
    }
  }

  get blind(): number {
    return this.#blind;
  }

  failing(practice: string | undefined): number {
    if (practice !== undefined) return this.#failing.get(practice) ?? 0;
    return [...this.#failing.values()].reduce((sum, each) => sum + each, 0);
  }

  /** Remembers it, and that it has to be written. */
  set(key: string, value: Known): void {
    if (!this.known.has(key) && this.known.size >= MAX_KNOWN) return;
    this.touch(key, value);
    this.#addItem(key);
    this.#fresh.push({ key, ...value });
  }

  /** Remembers what is not worth a line of the file. */
  touch(key: string, value: Known): void {
    this.#count(key, this.known.get(key), -1);
    this.#count(key, value, 1);
    this.known.set(key, value);
  }

  /** As if it had never been seen, on disk too. */
  forget(key: string): void {
    const value = this.known.get(key);
    if (value === undefined) return;
    this.#count(key, value, -1);
    this.known.delete(key);
    this.#items.get(ownerOf(key))?.delete(key);
    this.#fresh.push({ key, ...value, isForgotten: true });
  }

  /** Keys of what is known of single items of a target. */
  itemsOf(check: string, target: string): readonly string[] {
    return [...(this.#items.get(`${check} ${target}`) ?? [])];
  }

  takeFresh(): readonly Line[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #addItem(key: string): void {
    if (!key.includes(ITEM)) return;
    const owner = ownerOf(key);
    const keys = this.#items.get(owner);
    if (keys === undefined) this.#items.set(owner, new Set([key]));
    else keys.add(key);
  }

  #count(key: string, value: Known | undefined, by: 1 | -1): void {
    if (value?.blind !== undefined) this.#blind += by;
    if (value?.state !== 'fail') return;
    const { practice } = partsOf(key);
    this.#failing.set(practice, (this.#failing.get(practice) ?? 0) + by);
  }
}

/** In no name of a host, domain, list or page. */
const ITEM = '\t';

export function keyOf({ check, practice, target, item }: Named): string {
  return `${check} ${practice} ${target}${item === undefined ? '' : `${ITEM}${item}`}`;
}

export function partsOf(key: string): Named {
  const [check = '', practice = '', ...rest] = key.split(' ');
  const [target = '', item] = rest.join(' ').split(ITEM);
  return { check, practice, target, ...(item === undefined ? {} : { item }) };
}

function ownerOf(key: string): string {
  const { check, target } = partsOf(key);
  return `${check} ${target}`;
}
