/**
 * Whether a reverse name is that of a home connection (INB-2, OWN-3, SND-15): features of the name
 * add up as log-odds, each with its sentence. A generic name of a hoster is `static`: it was made of
 * the address, but the machine stays and may well send mail. What speaks for neither is `unknown`.
 */
import { readAddress } from './address-text.ts';
import { findEmbedded, findShape } from './embedded-address.ts';
import type { NameKnowledge, SuffixMeaning } from './knowledge.ts';
import { findWords, strongest, type FoundWord } from './words.ts';

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
/** RFC 1035 section 2.3.4. */
export const MAX_NAME_LENGTH = 255;

interface Feature {
  readonly weight: number;
  readonly text: string;
}

const SUFFIXES: Readonly<Record<SuffixMeaning, Feature>> = {
  home: { weight: 2.4, text: 'is where a provider names home connections' },
  provider: { weight: 1.2, text: 'is a provider of home connections' },
  business: { weight: -6, text: 'is where a provider names fixed lines of companies' },
  hosting: { weight: -6, text: 'is a hoster: the name is generic but the machine stays' },
  mail: { weight: -7, text: 'is a service that sends mail' },
};

/** @param address As text; without it only the form of the name can be looked at. */
export function classifyName(
  name: string,
  address: string | undefined,
  known: NameKnowledge,
): NameVerdict {
  const bare = name.toLowerCase().replace(/\.$/, '');
  if (bare.length > MAX_NAME_LENGTH || !/^[a-z0-9_.-]+$/.test(bare) || !bare.includes('.'))
    return { kind: 'unknown', score: 0, reason: 'it is no host name of two labels or more' };
  const registered = known.registeredDomain(bare);
  const part = bare === registered ? '' : bare.slice(0, -registered.length - 1);
  const words = findWords(part, known.words);
  const features = [
    ...embeddedFeatures(part, address),
    ...wordFeatures(part, words),
    ...domainFeatures(registered, known),
    ...suffixFeatures(bare, known),
  ];
  const all = [...features, ...handmadeFeatures(part, words, features)];
  return verdictOf(all);
}

function verdictOf(features: readonly Feature[]): NameVerdict {
  const score = features.reduce((sum, { weight }) => sum + weight, 0);
  const kind = score >= DYNAMIC_FROM ? 'dynamic' : score <= STATIC_TO ? 'static' : 'unknown';
  const sign = kind === 'static' ? -1 : 1;
  const order = [...features].sort((a, b) => sign * (b.weight - a.weight));
  const telling = kind === 'unknown' ? order : order.filter(({ weight }) => sign * weight > 0);
  const texts = telling.slice(0, 3).map(({ text }) => text);
  const facts = texts.length === 0 ? 'nothing in it tells' : texts.join('; ');
  const rounded = Math.round(score * 10) / 10;
  if (kind !== 'unknown') return { kind, score: rounded, reason: facts };
  return { kind, score: rounded, reason: `not enough to go by: ${facts}` };
}

const EMBEDDED_WEIGHTS = { 2: 0.8, 3: 1.8, 4: 2.2 } as const;

function embeddedFeatures(part: string, address: string | undefined): readonly Feature[] {
  const numbers = address === undefined ? undefined : readAddress(address);
  const found = numbers === undefined ? findShape(part) : findEmbedded(part, numbers);
  if (found === undefined) return opaqueFeatures(part);
  // Access networks put places and exchanges between the address and their domain.
  const depth = part.split('.').filter((label) => /^[a-z]/.test(label)).length;
  const regional = Math.min(0.8, 0.4 * Math.max(0, depth - 1));
  return [
    { weight: EMBEDDED_WEIGHTS[found.octets], text: found.form },
    ...(regional > 0 ? [{ weight: regional, text: 'it has labels for places' }] : []),
  ];
}

/** A label such as `s0106c83a35123456`: the number of a modem or a customer. */
function opaqueFeatures(part: string): readonly Feature[] {
  const [first = ''] = part.split('.');
  const digits = first.replaceAll(/\D/g, '').length;
  const isHardware = /[0-9a-f]{12}/.test(first.replaceAll(/[-_]/g, '')) && digits >= 4;
  if (isHardware) return [{ weight: 1.2, text: 'it begins with a hardware address' }];
  const isOpaque = first.length >= 8 && digits >= 4;
  return isOpaque ? [{ weight: 0.7, text: 'it begins with a number, not with a name' }] : [];
}

function wordFeatures(part: string, words: readonly FoundWord[]): readonly Feature[] {
  const best = strongest(words);
  // Access networks call their exchanges and concentrators mx, node or gw, too: between numbers
  // and with a word for handed-out addresses that is no server.
  const isLine = best.has('dynamic') && (part.match(/\d+/g)?.length ?? 0) >= 2;
  return [...best.values()].map((word) => ({
    weight: weightOf(word, isLine),
    text: `"${word.word}" stands for ${word.says}`,
  }));
}

/** What a server is called stands first; further on it may be a place or a neighbour. */
function weightOf({ weight, isFirst, meaning }: FoundWord, isLine: boolean): number {
  const isServer = meaning === 'mail' || meaning === 'server' || meaning === 'relay';
  if (!isServer) return weight;
  return weight * (isFirst ? 1 : 0.7) * (isLine ? 0.4 : 1);
}

const DOMAIN_WORDS: readonly { readonly word: RegExp; readonly feature: Feature }[] = [
  {
    word: /mail|smtp|newsletter/,
    feature: { weight: -2, text: 'its domain is about mail' },
  },
  {
    word: /host|server|cloud|vps|colo|datacent|hetzner|serv(?:er)?s?$/,
    feature: { weight: -2, text: 'its domain is about servers' },
  },
  {
    word: /dsl|cable|kabel|broadband|bredband|breitband|wireless|wifi|fib(?:er|re|ra)|tele(?:com|kom|net|fon|phone|cable)|phone|fone|telco|catv|isp$|-isp|^isp|mobil|online|netcom|comnet/,
    feature: { weight: 1, text: 'its domain is about connections' },
  },
];

/** Words of the registered domain say who the operator is, not what the host is. */
function domainFeatures(registered: string, known: NameKnowledge): readonly Feature[] {
  const [label = ''] = registered.split('.');
  const found = DOMAIN_WORDS.find(({ word }) => word.test(label));
  return found === undefined || known.suffixes.has(registered) ? [] : [found.feature];
}

function suffixFeatures(name: string, known: NameKnowledge): readonly Feature[] {
  for (let rest = name; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    const before = name.slice(0, name.length - rest.length);
    const special = known.labels.find(({ suffix, label }) => suffix === rest && label.test(before));
    const meaning = special?.meaning ?? known.suffixes.get(rest);
    if (meaning === undefined) continue;
    const { weight, text } = SUFFIXES[meaning];
    // The provider's own hosts stand directly under its domain, without numbers.
    const isOwnHost = weight > 0 && !/\d/.test(before);
    return isOwnHost ? [] : [{ weight, text: `${rest} ${text}` }];
  }
  return [];
}

/** Nothing of the address, no word of a line: somebody thought of this name. */
function handmadeFeatures(
  part: string,
  words: readonly FoundWord[],
  features: readonly Feature[],
): readonly Feature[] {
  if (!/\d/.test(part)) {
    // One name for a whole range, such as dynamic.example.net: nobody is called so.
    const isRange = words.some(({ meaning }) => meaning === 'dynamic') && isAllWords(part, words);
    return isRange
      ? [{ weight: 0.5, text: 'it is the name of a whole range' }]
      : [{ weight: -1.5, text: 'it is a name without numbers' }];
  }
  const isGeneric = features.some(({ weight }) => weight > 0);
  return isGeneric ? [] : [{ weight: -1.2, text: 'nothing of the address is in the name' }];
}

/** Whether the name says how lines are connected and nothing else. */
function isAllWords(part: string, words: readonly FoundWord[]): boolean {
  const aboutLines = new Set(
    words
      .filter(({ meaning }) => ['dynamic', 'access', 'customer'].includes(meaning))
      .map(({ word }) => word),
  );
  return part.split(/[^a-z]+/).every((token) => token === 'ip' || aboutLines.has(token));
}
