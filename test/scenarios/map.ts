/** The networks of a story: named places, and as many strangers' networks as are asked for. */
import { UNKNOWN_NETWORK, type NetworkFacts } from '../../src/core/network.ts';
import type { Head, Origin } from './forms.ts';

type Place = Extract<Head, { readonly kind: 'place' }>;

const COUNTRIES = ['BR', 'CN', 'NG', 'IN', 'AU', 'JP', 'ZA', 'PL', 'MX', 'US'];

export class NetworkMap {
  readonly #facts = new Map<string, NetworkFacts>();
  readonly #places = new Map<string, { readonly prefix: string; readonly isShared: boolean }>();

  constructor(places: readonly Place[]) {
    for (const { name, country, class: kind } of places) {
      // A carrier shows another address each time; everybody else keeps one.
      const isShared = kind === 'mobile';
      this.#places.set(name, { prefix: this.#open(name, country, kind), isShared });
    }
  }

  find(address: string): NetworkFacts {
    const known = this.#facts.get(prefixOf(address));
    return known === undefined ? UNKNOWN_NETWORK : { ...known, address };
  }

  /** The address of a place at its `n`th use. */
  addressAt(name: string, n: number): string {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`The place "${name}" is not named above.`);
    return `${place.prefix}.${place.isShared ? (n % 250) + 1 : 7}`;
  }

  /** The addresses an origin shows, in turn. */
  addresses(origin: Origin): (n: number) => string {
    if (origin.kind !== 'networks') {
      if (origin.kind === 'place') return (n) => this.addressAt(origin.place, n);
      const prefix = prefixOf(this.addressAt(origin.place, 0));
      return (n) => `${prefix}.${(n % 250) + 1}`;
    }
    const prefixes = Array.from({ length: origin.count }, (_, i) =>
      this.#open('Stranger', COUNTRIES[i % origin.countries] ?? 'US', 'fixed'),
    );
    return (n) => `${prefixes[n % origin.count] ?? ''}.9`;
  }

  #open(name: string, country: string, kind: NetworkFacts['class']): string {
    const count = this.#facts.size + 1;
    const prefix = `10.${Math.floor(count / 250)}.${count % 250}`;
    const isOnePlace = ['mobile', 'relay', 'fetcher'].includes(kind);
    this.#facts.set(prefix, {
      ...UNKNOWN_NETWORK,
      country,
      asn: 64_500 + count,
      asnName: `${name} network`,
      class: kind,
      className: kind === 'fixed' ? '' : name,
      prefix: `${prefix}.0/24`,
      place: isOnePlace ? `${kind}:${name}` : `${prefix}.0/24`,
    });
    return prefix;
  }
}

function prefixOf(address: string): string {
  return address.slice(0, address.lastIndexOf('.'));
}
