/**
 * Names of lines that are not made of their whole address: the port of an access concentrator, a
 * number that counts lines, the last number of the address, and the labels for places behind them.
 */
import type { AddressNumbers } from './address-text.ts';
import type { Embedded } from './embedded-address.ts';
import type { Feature } from './feature.ts';
import type { WordMeaning } from './knowledge.ts';
import type { FoundWord } from './words.ts';

const LINE_MEANINGS: readonly WordMeaning[] = ['dynamic', 'access', 'customer', 'concentrator'];
const FIXED_MEANINGS: readonly WordMeaning[] = ['static', 'business', 'mail', 'relay', 'server'];

/** `pm3-8` and `p12.as1`: which of the concentrators, and which of its ports. */
export function concentratorFeatures(
  part: string,
  words: readonly FoundWord[],
): readonly Feature[] {
  const found = words.find(({ meaning }) => meaning === 'concentrator');
  if (found === undefined) return [];
  const [first = ''] = part.split('.');
  const numbers = first.match(/\d+/g)?.length ?? 0;
  const hasPort = numbers >= (first.includes(found.word) ? 2 : 1);
  const { weight, word, says } = found;
  return [
    { weight, text: `"${word}" with a number stands for ${says}` },
    ...(hasPort ? [{ weight: 0.8, text: 'it has the number of a port, too' }] : []),
  ];
}

/** Servers are numbered by their address now and then, so one number of it says little. */
export function lastOctetFeatures(
  part: string,
  address: AddressNumbers | undefined,
): readonly Feature[] {
  const octet = address?.octets[3];
  // Small numbers meet by chance: web3 may well be at 203.0.113.3.
  if (octet === undefined || octet < 10) return [];
  const [first = ''] = part.split('.');
  const numbers = (first.match(/\d+/g) ?? []).map(Number);
  if (numbers.includes(octet))
    return [{ weight: 0.6, text: 'the last number of the address is in the name' }];
  // Line 579 of a pool that begins at 203.0.112.0 is 203.0.114.67.
  if (numbers.some((number) => number > 255 && number < 65_536 && number % 256 === octet))
    return [{ weight: 1.2, text: 'it counts the addresses of a pool' }];
  return [];
}

/** What the domain tells of who runs the line. */
export interface Operator {
  /** Its name is about connections. */
  readonly isConnections: boolean;
  /** It is known to have home connections. */
  readonly isProvider: boolean;
}

/** A label such as `s0106c83a35123456`: the number of a modem, a customer or a line. */
export function codeFeatures(
  part: string,
  words: readonly FoundWord[],
  operator: Operator,
): readonly Feature[] {
  const [first = ''] = part.split('.');
  const digits = first.replaceAll(/\D/g, '').length;
  const isHardware = /[0-9a-f]{12}/.test(first.replaceAll(/[-_]/g, '')) && digits >= 4;
  if (isHardware) return [{ weight: 1.8, text: 'it begins with a hardware address' }];
  const numbers = first.match(/\d+/g)?.length ?? 0;
  if (numbers >= 4) return [{ weight: 1.2, text: 'it begins with a code of many numbers' }];
  // Few count their servers to a thousand, or call them by a number alone.
  const isCount = /\d{4}/.test(first) || /^\d+(?:-\d+)*$/.test(first);
  if (!isCount && (first.length < 8 || digits < 4)) return [];
  const isLine =
    operator.isConnections ||
    (isCount && operator.isProvider) ||
    words.some(({ meaning }) => LINE_MEANINGS.includes(meaning)) ||
    placesOf(part, words).length >= 2;
  return [{ weight: isLine ? 1.2 : 0.7, text: 'it begins with a number, not with a name' }];
}

/** Access networks put places and exchanges between the line and their domain. */
export function placeFeatures(
  part: string,
  words: readonly FoundWord[],
  embedded: Embedded | undefined,
): readonly Feature[] {
  const [first = ''] = part.split('.');
  const isFixed = words.some(({ meaning }) => FIXED_MEANINGS.includes(meaning));
  if (isFixed || !/\d/.test(first)) return [];
  const places = placesOf(part, words);
  if (places.length === 0) return [];
  // Beside an address a label of one or two letters may be anything.
  const isClear = embedded !== undefined && places.some((label) => /[a-z]{3}/.test(label));
  const weight = Math.min(0.8, 0.4 * places.length) + (isClear ? 0.4 : 0);
  return [
    { weight, text: 'it has labels for places' },
    ...(places.some((label) => EXCHANGE.test(label))
      ? [{ weight: 0.4, text: 'one of them is called like a telephone exchange' }]
      : []),
  ];
}

/** Hosters put these before their domain as others do. */
const NO_PLACES: ReadonlySet<string> = new Set([
  ...['host', 'hosts', 'inet', 'ip', 'ip4', 'ipv4', 'net', 'ptr', 'rdns', 'rev', 'reverse'],
]);

function placesOf(part: string, words: readonly FoundWord[]): readonly string[] {
  const known = new Set(words.map(({ word }) => word));
  const [, ...behind] = part.split('.');
  return behind.filter(
    (label) =>
      /^[a-z]/.test(label) && !NO_PLACES.has(label) && !known.has(label.replace(/\d+$/, '')),
  );
}

/** Four letters of a place, its state, and two of a building: the code of an exchange in North America. */
const EXCHANGE = new RegExp(
  `^[a-z]{4}(?:${[
    ...['al', 'ak', 'az', 'ar', 'ca', 'co', 'ct', 'dc', 'de', 'fl', 'ga', 'hi', 'ia', 'id', 'il'],
    ...['in', 'ks', 'ky', 'la', 'ma', 'md', 'me', 'mi', 'mn', 'mo', 'ms', 'mt', 'nc', 'nd', 'ne'],
    ...['nh', 'nj', 'nm', 'nv', 'ny', 'oh', 'ok', 'or', 'pa', 'ri', 'sc', 'sd', 'tn', 'tx', 'ut'],
    ...['va', 'vt', 'wa', 'wi', 'wv', 'wy', 'ab', 'bc', 'mb', 'nb', 'nl', 'ns', 'on', 'pe', 'qc'],
    ...['pq', 'sk'],
  ].join('|')})(?:[a-z0-9]{2})?$`,
);
