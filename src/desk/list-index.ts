/** One access list in memory, arranged for the order in which entries match. */
import type { ListEntry, ListKey, ListQuery } from '../core/access-list.ts';
import { parseAddress, parseNetwork, PrefixTable } from './prefix-table.ts';
import type { Address } from './prefix-table.ts';

/** A key in the form that is stored: networks normalised, logins in lower case. */
export function normalKey(key: ListKey): ListKey | undefined {
  const network = key.network === undefined ? undefined : parseNetwork(key.network)?.text;
  if (key.network !== undefined && network === undefined) return undefined;
  if (key.login !== undefined && key.ja3 !== undefined) return undefined;
  const normal: ListKey = {
    ...(network === undefined ? {} : { network }),
    ...(key.login === undefined ? {} : { login: key.login.toLowerCase() }),
    ...(key.ja3 === undefined ? {} : { ja3: key.ja3 }),
  };
  const parts = Object.values(normal) as string[];
  return parts.length === 0 || parts.includes('') ? undefined : normal;
}

export class ListIndex {
  readonly #entries = new Map<string, ListEntry>();
  readonly #networks = new PrefixTable<ListEntry>();
  readonly #logins = new Map<string, ListEntry>();
  readonly #ja3 = new Map<string, ListEntry>();
  readonly #loginNetworks = new Map<string, PrefixTable<ListEntry>>();
  readonly #ja3Networks = new Map<string, PrefixTable<ListEntry>>();

  get size(): number {
    return this.#entries.size;
  }

  has(key: ListKey): boolean {
    return this.#entries.has(keyText(key));
  }

  get(key: ListKey): ListEntry | undefined {
    return this.#entries.get(keyText(key));
  }

  values(): IterableIterator<ListEntry> {
    return this.#entries.values();
  }

  match(query: ListQuery, nowMs: number): ListEntry | undefined {
    if (this.#entries.size === 0) return undefined;
    const isLive = (entry: ListEntry): boolean => entry.expiresAt > nowMs;
    const needsAddress =
      !this.#networks.isEmpty || this.#loginNetworks.size > 0 || this.#ja3Networks.size > 0;
    const address = needsAddress ? parseAddress(query.clientAddress) : undefined;
    const login = query.login.toLowerCase();
    const ja3 = query.ja3 ?? '';
    return (
      findIn(this.#networks, address, isLive) ??
      live(this.#logins.get(login), nowMs) ??
      live(this.#ja3.get(ja3), nowMs) ??
      findIn(this.#loginNetworks.get(login), address, isLive) ??
      findIn(this.#ja3Networks.get(ja3), address, isLive)
    );
  }

  /** The key must be normal. */
  set(entry: ListEntry): void {
    const { network: text, login, ja3 } = entry.key;
    this.#entries.set(keyText(entry.key), entry);
    const network = text === undefined ? undefined : parseNetwork(text);
    if (network === undefined) {
      if (login !== undefined) this.#logins.set(login, entry);
      else if (ja3 !== undefined) this.#ja3.set(ja3, entry);
    } else if (login !== undefined) {
      tableOf(this.#loginNetworks, login).set(network, entry);
    } else if (ja3 !== undefined) {
      tableOf(this.#ja3Networks, ja3).set(network, entry);
    } else {
      this.#networks.set(network, entry);
    }
  }

  /** The key must be normal. */
  delete(key: ListKey): void {
    const { network: text, login, ja3 } = key;
    this.#entries.delete(keyText(key));
    const network = text === undefined ? undefined : parseNetwork(text);
    if (network === undefined) {
      if (login !== undefined) this.#logins.delete(login);
      else if (ja3 !== undefined) this.#ja3.delete(ja3);
      return;
    }
    const [tables, part] =
      login !== undefined ? [this.#loginNetworks, login] : [this.#ja3Networks, ja3];
    const table = part === undefined ? this.#networks : tables.get(part);
    table?.delete(network);
    if (part !== undefined && table?.isEmpty === true) tables.delete(part);
  }
}

function findIn(
  table: PrefixTable<ListEntry> | undefined,
  address: Address | undefined,
  isLive: (entry: ListEntry) => boolean,
): ListEntry | undefined {
  return address === undefined ? undefined : table?.find(address, isLive);
}

function live(entry: ListEntry | undefined, nowMs: number): ListEntry | undefined {
  return entry !== undefined && entry.expiresAt > nowMs ? entry : undefined;
}

function tableOf(
  tables: Map<string, PrefixTable<ListEntry>>,
  part: string,
): PrefixTable<ListEntry> {
  const table = tables.get(part) ?? new PrefixTable<ListEntry>();
  tables.set(part, table);
  return table;
}

function keyText(key: ListKey): string {
  return `${key.network ?? ''}\n${key.login ?? ''}\n${key.ja3 ?? ''}`;
}
