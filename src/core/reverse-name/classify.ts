/**
 * Whether a reverse name is that of a home connection (INB-2, OWN-3, SND-15): features of the name
 * add up as log-odds, each with its sentence. A generic name of a hoster is `static`: it was made of
 * the address, but the machine stays and may well send mail. What speaks for neither is `unknown`.
 */
import { readAddress, type AddressNumbers } from './address-text.ts';
import { domainFeatures, suffixFeatures } from './domain-features.ts';
import { findEmbedded, findShape, type Embedded } from './embedded-address.ts';
import type { Feature } from './feature.ts';
import { partsOf, whyNoHostName, type NameParts } from './host-name.ts';
import type { NameKnowledge } from './knowledge.ts';
import {
  codeFeatures,
  concentratorFeatures,
  lastOctetFeatures,
  placeFeatures,
  type Operator,
} from './line-features.ts';
import { embeddedFeature, handmadeFeatures, wordFeatures } from './name-features.ts';
import { findWords, type FoundWord } from './words.ts';

export type NameClass = 'dynamic' | 'static' | 'unknown';

export interface NameVerdict {
  readonly kind: NameClass;
  /** Nats towards a home connection; `dynamic` from 3 on, `static` from -1 down. */
  readonly score: number;
  /** One sentence without its full stop. */
  readonly reason: string;
}

/** A name made of its address and nothing more says too little: companies have such names, too. */
const DYNAMIC_FROM = 3;
const STATIC_TO = -1;

/** @param address As text; without it only the form of the name can be looked at. */
export function classifyName(
  name: string,
  address: string | undefined,
  known: NameKnowledge,
): NameVerdict {
  const bare = name.toLowerCase().replace(/\.$/, '');
  const why = whyNoHostName(bare);
  if (why !== undefined) return { kind: 'unknown', score: 0, reason: why };
  const parts = partsOf(bare, (each) => known.registeredDomain(each));
  const numbers = address === undefined ? undefined : readAddress(address);
  const find: Find = numbers === undefined ? findShape : (part) => findEmbedded(part, numbers);
  const inDomain = addressAsDomain(parts, find);
  return verdictOf(
    inDomain === undefined
      ? featuresOf(parts, { numbers, embedded: find(parts.part) }, known)
      : featuresIn(parts, inDomain, known),
  );
}

type Find = (part: string) => Embedded | undefined;

interface InName {
  /** The address, if it is known. */
  readonly numbers: AddressNumbers | undefined;
  /** How it is in the name. */
  readonly embedded: Embedded | undefined;
}

function featuresOf(parts: NameParts, inName: InName, known: NameKnowledge): readonly Feature[] {
  const { name, part } = parts;
  const words = findWords(part, known.words);
  const domain = domainFeatures(parts, inName.embedded, known);
  const suffix = suffixFeatures(name, known);
  const operator: Operator = {
    isConnections: domain.some(({ weight }) => weight >= 1),
    isProvider: suffix.some(({ weight }) => weight > 0),
  };
  const features = [
    ...numberFeatures(part, inName, words, operator),
    ...wordFeatures(part, words),
    ...concentratorFeatures(part, words),
  ];
  return [
    ...features,
    ...domain,
    ...suffix,
    ...placeFeatures(part, words, inName.embedded),
    ...handmadeFeatures(part, words, features, operator.isProvider),
  ];
}

/** What the numbers in a name tell: the address, or else which of many lines it is. */
function numberFeatures(
  part: string,
  { numbers, embedded }: InName,
  words: readonly FoundWord[],
  operator: Operator,
): readonly Feature[] {
  if (embedded !== undefined) return [embeddedFeature(embedded)];
  return [...codeFeatures(part, words, operator), ...lastOctetFeatures(part, numbers)];
}

/** Some providers name lines right under a public suffix, where others register domains. */
function addressAsDomain({ name, part, registered, zone }: NameParts, find: Find) {
  if (!/\d/.test(registered) || find(part)?.octets === 4) return undefined;
  const all = name === zone ? name : name.slice(0, -zone.length - 1);
  const embedded = find(all);
  return embedded?.octets === 4 ? { part: all, embedded } : undefined;
}

function featuresIn(
  parts: NameParts,
  { part, embedded }: { readonly part: string; readonly embedded: Embedded },
  known: NameKnowledge,
): readonly Feature[] {
  const words = findWords(part, known.words);
  return [
    embeddedFeature(embedded),
    ...placeFeatures(part, words, embedded),
    {
      weight: 0.9,
      text: `it stands right under ${parts.zone}, where nobody registers an address`,
    },
    ...wordFeatures(part, words),
    ...domainFeatures(parts, undefined, known),
    ...suffixFeatures(parts.name, known),
  ];
}

function verdictOf(features: readonly Feature[]): NameVerdict {
  const sum = features.reduce((total, { weight }) => total + weight, 0);
  const score = Math.round(sum * 10) / 10;
  const kind = score >= DYNAMIC_FROM ? 'dynamic' : score <= STATIC_TO ? 'static' : 'unknown';
  const sign = kind === 'static' ? -1 : 1;
  const order = [...features].sort((a, b) => sign * (b.weight - a.weight));
  const telling = kind === 'unknown' ? order : order.filter(({ weight }) => sign * weight > 0);
  const texts = telling.slice(0, 3).map(({ text }) => text);
  const facts = texts.length === 0 ? 'nothing in it tells' : texts.join('; ');
  if (kind !== 'unknown') return { kind, score, reason: facts };
  return { kind, score, reason: `not enough to go by: ${facts}` };
}
