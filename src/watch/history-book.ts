/** What is known of each thing that is watched, counted, and which of it is not on disk yet. */
import type { Finding } from './contract.ts';
import type { Known, Line, LookLine, RoundLine } from './history-file.ts';
import { causeOf } from './matter.ts';

/** Things remembered; about 500 bytes each. */
export const MAX_KNOWN = 500_000;

/** How often the file says until when all was looked at. */
const ROUND_EVERY_MS = 3_600_000;

type Named = Pick<Finding, 'check' | 'practice' | 'target' | 'item'>;

export class Book {
  readonly known: Map<string, Known>;
  readonly #failing = new Map<string, number>();
  /** Things of a practice that were looked at, and could be the last time. */
  readonly #seen = new Map<string, number>();
  /** Keys of items by the target that they belong to. */
  readonly #items = new Map<string, Set<string>>();
  /** Keys of items by the matter they are part of. */
  readonly #matters = new Map<string, Set<string>>();
  /** Things of a practice that people were told cannot be seen. */
  readonly #blindTold = new Map<string, number>();
  #fresh: Line[] = [];
  /** Keys of which the file does not say when they were last seen. */
  readonly #looked = new Set<string>();
  #newestLook = '';
  #roundAtMs = -Infinity;
  #allLookedAt = '';
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

  blindTold(practice: string): number {
    return this.#blindTold.get(practice) ?? 0;
  }

  seen(practice: string): number {
    return this.#seen.get(practice) ?? 0;
  }

  failing(practice: string | undefined): number {
    if (practice !== undefined) return this.#failing.get(practice) ?? 0;
    return [...this.#failing.values()].reduce((sum, each) => sum + each, 0);
  }

  /** Remembers it, and that it has to be written. */
  set(key: string, value: Known): void {
    if (!this.known.has(key) && this.known.size >= MAX_KNOWN) return;
    this.touch(key, value);
    this.#looked.delete(key);
    this.#addItem(key);
    this.#fresh.push({ key, ...value });
  }

  /** Remembers what is not worth a line of the file. */
  touch(key: string, value: Known): void {
    const before = this.known.get(key);
    this.#count(key, before, -1);
    this.#count(key, value, 1);
    this.known.set(key, value);
    const { lookedAt } = value;
    if (lookedAt === undefined || lookedAt === before?.lookedAt) return;
    this.#looked.add(key);
    if (lookedAt > this.#newestLook) this.#newestLook = lookedAt;
  }

  /** As if it had never been seen, on disk too. */
  forget(key: string): void {
    const value = this.known.get(key);
    if (value === undefined) return;
    this.#count(key, value, -1);
    this.known.delete(key);
    this.#looked.delete(key);
    drop(this.#items, ownerOf(key), key);
    drop(this.#matters, causeOf(partsOf(key)), key);
    this.#fresh.push({ key, ...value, isForgotten: true });
  }

  /** Keys of what is known of single items of a target. */
  itemsOf(check: string, target: string): readonly string[] {
    return [...(this.#items.get(`${check} ${target}`) ?? [])];
  }

  /** What is known of all that is one matter with it, wherever it was found. */
  matterOf(finding: Named): readonly (readonly [string, Known])[] {
    const own = finding.item === undefined ? [keyOf(finding)] : [];
    const keys = new Set([...own, ...(this.#matters.get(causeOf(finding)) ?? [])]);
    return [...keys].flatMap((key) => {
      const known = this.known.get(key);
      return known === undefined ? [] : [[key, known] as const];
    });
  }

  takeFresh(): readonly Line[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** When things were last seen: of each at the end, and before that one time for all. */
  takeLooks(isLast: boolean): readonly (LookLine | RoundLine)[] {
    if (isLast) {
      const lines = [...this.#looked].map((key) => ({
        key,
        lookedAt: this.known.get(key)?.lookedAt ?? '',
      }));
      this.#looked.clear();
      return lines;
    }
    const newestMs = Date.parse(this.#newestLook);
    if (!(newestMs - this.#roundAtMs >= ROUND_EVERY_MS)) return [];
    this.#roundAtMs = newestMs;
    const oldest = this.#oldestLook();
    if (oldest <= this.#allLookedAt) return [];
    this.#allLookedAt = oldest;
    return [{ allLookedAt: oldest }];
  }

  /** Of all that can be seen. */
  #oldestLook(): string {
    let oldest = this.#newestLook;
    for (const { state, blind, lookedAt, since } of this.known.values()) {
      const at = lookedAt ?? since;
      if (state !== 'unknown' && blind === undefined && at < oldest) oldest = at;
    }
    return oldest;
  }

  #addItem(key: string): void {
    if (!key.includes(ITEM)) return;
    put(this.#items, ownerOf(key), key);
    put(this.#matters, causeOf(partsOf(key)), key);
  }

  #count(key: string, value: Known | undefined, by: 1 | -1): void {
    if (value === undefined) return;
    const { practice } = partsOf(key);
    if (value.blind !== undefined) this.#blind += by;
    else if (isOpinion(value)) this.#seen.set(practice, this.seen(practice) + by);
    if (value.blind?.isTold === true) this.#blindTold.set(practice, this.blindTold(practice) + by);
    if (value.state !== 'fail') return;
    this.#failing.set(practice, (this.#failing.get(practice) ?? 0) + by);
  }
}

const isOpinion = ({ state }: Known): boolean =>
  state === 'pass' || state === 'warn' || state === 'fail';

function put(map: Map<string, Set<string>>, name: string, key: string): void {
  const keys = map.get(name);
  if (keys === undefined) map.set(name, new Set([key]));
  else keys.add(key);
}

function drop(map: Map<string, Set<string>>, name: string, key: string): void {
  const keys = map.get(name);
  keys?.delete(key);
  if (keys?.size === 0) map.delete(name);
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
