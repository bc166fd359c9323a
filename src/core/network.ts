/** What is known of a client address before it is judged. The gate asks `network/`; core only reads. */

/** A network class that counts as one place however many addresses it shows (ACC-10). */
export type NetworkClass =
  'fetcher' | 'mobile' | 'relay' | 'hosting' | 'tor' | 'own' | 'local' | 'fixed';

export interface NetworkFacts {
  /** Normalised text; IPv4-mapped IPv6 is IPv4. Empty when the address is unknown or unreadable. */
  readonly address: string;
  /** Autonomous system number; 0 when unknown. */
  readonly asn: number;
  readonly asnName: string;
  /** ISO 3166-1 alpha-2, upper case; empty when unknown. */
  readonly country: string;
  readonly class: NetworkClass;
  /** Name of the shipped or the operator's list the class came from, such as `Google`. Empty for `fixed`. */
  readonly className: string;
  /** The address's own network as text, `203.0.113.0/24` or `2001:db8:1::/48`. */
  readonly prefix: string;
  /**
   * What counts as one place: the named class for fetchers, mobile carriers and relays, else the
   * prefix.
   */
  readonly place: string;
  /** A table is still being loaded: ASN, class and place may be others in a moment. */
  readonly isLoading: boolean;
  /** There is no table to look in, or not yet: nothing may follow from what is missing here. */
  readonly lacksAsn: boolean;
  readonly lacksCountry: boolean;
}

/** Facts when nothing is known; judging goes on without them. */
export const UNKNOWN_NETWORK: NetworkFacts = {
  address: '',
  asn: 0,
  asnName: '',
  country: '',
  class: 'fixed',
  className: '',
  prefix: '',
  place: '',
  isLoading: false,
  lacksAsn: false,
  lacksCountry: false,
};
