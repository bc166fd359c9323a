/** What is known of naming: words, domains and suffixes, from data/rdns. */

export type WordMeaning =
  | 'dynamic'
  | 'access'
  | 'concentrator'
  | 'customer'
  | 'static'
  | 'business'
  | 'mail'
  | 'relay'
  | 'server';

export type SuffixMeaning = 'home' | 'provider' | 'business' | 'hosting' | 'mail' | 'shared';

export interface NameWord {
  readonly meaning: WordMeaning;
  /** Nats towards a home connection. */
  readonly weight: number;
  /** What the word stands for, for the reason. */
  readonly says: string;
}

export interface NameKnowledge {
  readonly words: ReadonlyMap<string, NameWord>;
  readonly suffixes: ReadonlyMap<string, SuffixMeaning>;
  /** Suffixes whose meaning depends on what stands before them. */
  readonly labels: readonly {
    readonly suffix: string;
    readonly label: RegExp;
    readonly meaning: SuffixMeaning;
  }[];
  /** What the registered domain is called: the first that matches counts. */
  readonly domains: readonly {
    readonly label: RegExp;
    readonly weight: number;
    /** Whether it counts only where the address is in the name. */
    readonly needsAddress: boolean;
    readonly says: string;
  }[];
  /** Public suffixes under which networks register, such as net.br. */
  readonly networkZones: RegExp;
  /** The registered domain of a name; the name itself where it has none. */
  registeredDomain(name: string): string;
}
