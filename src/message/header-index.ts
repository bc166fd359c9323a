/** Header fields found by name, the first of each, in one pass. */
import type { HeaderField } from './contract.ts';
import { unfold } from './header-fields.ts';

export class HeaderIndex {
  /** Lower-case names of all fields, in their order. */
  readonly keys: readonly string[];
  readonly #first = new Map<string, string>();

  constructor(headers: readonly HeaderField[]) {
    const keys: string[] = [];
    for (const { name, value } of headers) {
      const key = name.toLowerCase();
      keys.push(key);
      if (!this.#first.has(key)) this.#first.set(key, value);
    }
    this.keys = keys;
  }

  /** @param name in lower case */
  has(name: string): boolean {
    return this.#first.has(name);
  }

  /** Unfolded and trimmed; `undefined` when the field is missing or empty. */
  text(name: string): string | undefined {
    const value = this.#first.get(name);
    const text = value === undefined ? '' : unfold(value);
    return text === '' ? undefined : text;
  }

  /** As sent. */
  raw(name: string): string | undefined {
    return this.#first.get(name);
  }
}
