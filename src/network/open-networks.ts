/**
 * What is known of an address, put together: country, autonomous system, named class, place.
 * Everything is answered from memory; the ASN table arrives when it is asked for and loaded.
 */
import { join } from 'node:path';
import { UNKNOWN_NETWORK, type NetworkClass, type NetworkFacts } from '../core/network.ts';
import { MAX_ADDRESS_CHARS, parseAddress, prefixOf, type Address } from './address.ts';
import type { AsnSource } from './asn-table.ts';
import {
  createClassifier,
  readShippedClasses,
  type Classifier,
  type OperatorClass,
} from './classes.ts';
import type { NetworkSource } from './contract.ts';
import { createGenerationCache } from './facts-cache.ts';
import { loadAsn, type AsnLoad } from './load-asn.ts';
import { openAsnMmdb, openCountryMmdb, type CountrySource } from './mmdb.ts';
import { dataPath, packageFolder } from './package-files.ts';
import { openTorList, type TorList } from './tor-list.ts';

const COUNTRY_PACKAGE = '@ip-location-db/geo-whois-asn-country-mmdb';
const COUNTRY_FILE = 'geo-whois-asn-country.mmdb';
const ASN_PACKAGE = '@ip-location-db/asn';

/** Entries of a cache generation; at most twice as many are held, about 400 bytes each. */
const CACHE_GENERATION_SIZE = 32_768;

/** The Tor Project makes its list anew every half hour. */
const TOR_CHECK_MS = 60_000;

export interface NetworkOptions {
  /** The operator's own country database (mmdb). Default: the shipped one. */
  readonly countryMmdb?: string | undefined;
  /** The operator's own ASN database (mmdb). Default: the shipped one. */
  readonly asnMmdb?: string | undefined;
  /** Where the ASN table made from the shipped data is kept between starts. */
  readonly cacheFolder?: string | undefined;
  /** Own additions to the named classes; they win over the shipped ones (ACC-10). */
  readonly classes?: readonly OperatorClass[] | undefined;
  /** Networks (CIDR) of the platform itself: class `own`. */
  readonly ownNetworks?: readonly string[] | undefined;
  /** A file with Tor exits, kept up to date by the operator. */
  readonly torList?: string | undefined;
  /** How often the Tor list is looked at for changes. Default: a minute. */
  readonly torCheckMs?: number | undefined;
  /** Folder of the shipped class lists. Default: data/networks of the package. */
  readonly classFolder?: string | undefined;
  /** Folder of the shipped country data. Default: the installed package; empty: none. */
  readonly countryFolder?: string | undefined;
  /** Folder of the shipped ASN data. Default: the installed package; empty: none. */
  readonly asnFolder?: string | undefined;
  /** Entries of a cache generation. */
  readonly cacheGenerationSize?: number | undefined;
  /** Told, in a plain sentence, what is not known and what to do about it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A network source that says when it knows everything. */
export interface Networks extends NetworkSource {
  /** Loads the ASN table, once; resolves when it is in use, or there is none. Never rejects. */
  ready(): Promise<void>;
  /** Facts kept from earlier answers. */
  cachedEntries(): number;
}

interface Knowledge {
  /** Undefined where there is none. */
  readonly country: CountrySource | undefined;
  readonly classifier: Classifier;
  readonly tor: TorList | undefined;
  /** Undefined where there is no table, or not yet. */
  asn: AsnSource | undefined;
  isLoading: boolean;
}

/**
 * Opens all data but the ASN table, which `ready` loads; until then `asn` is 0.
 * @throws PrimumError when a file that the operator named cannot be used.
 */
export async function openNetworks(options: NetworkOptions): Promise<Networks> {
  const onWarning = options.onWarning ?? (() => undefined);
  const cache = createGenerationCache<NetworkFacts>(
    options.cacheGenerationSize ?? CACHE_GENERATION_SIZE,
  );
  const [country, classifier, asnMmdb, tor] = await Promise.all([
    openCountry(options, onWarning),
    openClasses(options),
    options.asnMmdb === undefined ? undefined : openAsnMmdb(options.asnMmdb),
    options.torList === undefined
      ? undefined
      : openTorList({
          path: options.torList,
          checkMs: options.torCheckMs ?? TOR_CHECK_MS,
          onWarning,
          onChange: () => cache.clear(),
        }),
  ]);
  const known: Knowledge = {
    country,
    classifier,
    tor,
    asn: asnMmdb,
    isLoading: asnMmdb === undefined,
  };
  let load: AsnLoad | undefined;
  const loadTable = async (): Promise<void> => {
    load = startAsn(options, onWarning);
    known.asn = await load.done;
    known.isLoading = false;
    cache.clear();
  };
  let ready = asnMmdb === undefined ? undefined : Promise.resolve();
  return {
    find(text) {
      const kept = cache.get(text);
      if (kept !== undefined) return kept;
      const address = parseAddress(text);
      if (address === undefined) return UNKNOWN_NETWORK;
      const facts = describe(known, address);
      cache.set(text === facts.address ? facts.address : detached(text), facts);
      return facts;
    },
    ready: () => (ready ??= loadTable()),
    cachedEntries: () => cache.size(),
    async close() {
      tor?.close();
      // What was not asked for by now is not loaded any more.
      ready ??= Promise.resolve();
      await load?.stop();
      await ready;
      cache.clear();
    },
  };
}

async function openCountry(
  options: NetworkOptions,
  onWarning: (message: string) => void,
): Promise<CountrySource | undefined> {
  if (options.countryMmdb !== undefined) return openCountryMmdb(options.countryMmdb);
  const folder = options.countryFolder ?? packageFolder(COUNTRY_PACKAGE) ?? '';
  if (folder !== '') return openCountryMmdb(join(folder, COUNTRY_FILE));
  onWarning(
    'Countries are not known: their data package is not installed. Judging goes on without them. ' +
      `Install the package ${COUNTRY_PACKAGE} or name a country database (mmdb) in the configuration.`,
  );
  return undefined;
}

async function openClasses(options: NetworkOptions): Promise<Classifier> {
  const shipped = await readShippedClasses(options.classFolder ?? dataPath('networks'));
  const own: OperatorClass = { name: 'Own networks', class: 'own', networks: options.ownNetworks };
  return createClassifier(shipped, [...(options.classes ?? []), own]);
}

function startAsn(options: NetworkOptions, onWarning: (message: string) => void): AsnLoad {
  const folder = options.asnFolder ?? packageFolder(ASN_PACKAGE);
  return loadAsn({
    packageFolder: folder === '' ? undefined : folder,
    cacheFolder: options.cacheFolder,
    onWarning,
  });
}

function describe(known: Knowledge, address: Address): NetworkFacts {
  const owner = known.asn?.(address);
  const asn = owner?.asn ?? 0;
  const listed = known.classifier.find(address, asn);
  const isTor = listed?.class !== 'own' && known.tor?.has(address) === true;
  const member = isTor ? { class: 'tor' as const, name: 'Tor' } : listed;
  const prefix = prefixOf(address);
  const kind = member?.class ?? 'fixed';
  return {
    address: address.text,
    asn,
    asnName: owner?.name ?? '',
    country: known.country?.(address) ?? '',
    class: kind,
    className: member?.name ?? '',
    prefix,
    place: member !== undefined && isOnePlace(kind) ? `${kind}:${member.name}` : prefix,
    isLoading: known.isLoading,
    lacksAsn: known.asn === undefined,
    lacksCountry: known.country === undefined,
  };
}

/** Classes whose users come from ever other addresses through no doing of theirs (ACC-10). */
function isOnePlace(kind: NetworkClass): boolean {
  return kind === 'fetcher' || kind === 'mobile' || kind === 'relay';
}

/** A copy that does not keep the request it was cut from in memory. */
function detached(text: string): string {
  const bytes = Buffer.allocUnsafe(MAX_ADDRESS_CHARS * 3);
  return bytes.toString('utf8', 0, bytes.write(text));
}
