/** The operator's own allow and deny entries for logins, with an end. */

export type ListName = 'allow' | 'deny';

/** What an entry is about. Combined keys hold `clientAddress` (or network) with the other part. */
export interface ListKey {
  /** Address or CIDR, normalised. */
  readonly network?: string;
  /** Lower case. */
  readonly login?: string;
  readonly ja3?: string;
}

export interface ListEntry {
  readonly list: ListName;
  readonly key: ListKey;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly by: string;
}

/** One login as the lists see it. */
export interface ListQuery {
  readonly clientAddress: string;
  readonly login: string;
  readonly ja3?: string;
}

export interface AccessLists {
  /**
   * First match at once from memory, in the order network (longest first), login, ja3,
   * network+login, network+ja3. Expired entries never match.
   */
  match(list: ListName, query: ListQuery, nowMs: number): ListEntry | undefined;
  /** Resolves when the entry is durable; replaces one with the same key. */
  add(entry: ListEntry): Promise<void>;
  /** Resolves when gone for good; false when there was none. */
  remove(list: ListName, key: ListKey, by: string): Promise<boolean>;
  entries(list: ListName, nowMs: number): readonly ListEntry[];
}
