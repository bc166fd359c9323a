/**
 * Whether a name was made of its address: in decimal, zero-padded, without separators, reversed, in
 * hexadecimal, in part, or as IPv6 digits. Separators do not matter, as providers use all of them.
 */
import { twoDigits, type AddressNumbers } from './address-text.ts';

export interface Embedded {
  /** Octets of IPv4 that are in the name, 4 for IPv6 and for a form without an address to compare. */
  readonly octets: 2 | 3 | 4;
  /** How, for the reason. */
  readonly form: string;
  /** The whole address in hexadecimal. */
  readonly isHex?: true;
}

/** Digits of an IPv6 address that must stand in a row; eight by chance are one in four billion. */
const MIN_NIBBLES = 8;

/** @param part The name below its registered domain, lower case. */
export function findEmbedded(part: string, address: AddressNumbers): Embedded | undefined {
  if (address.octets.length === 0) return findNibbles(part, address.hex);
  const { octets } = address;
  // The whole address first: some of its numbers may stand in it by chance, such as 236 in 236aec00.
  return findDecimal(part, octets) ?? findHex(part, octets) ?? findPart(part, octets);
}

/** Runs of digits as numbers; runs of 6, 9 and 12 digits also as groups of three. */
function numbersOf(part: string): readonly number[][] {
  const runs: readonly string[] = part.match(/\d+/g) ?? [];
  const plain = runs.map(Number);
  const grouped = runs.flatMap((run) =>
    run.length >= 6 && run.length % 3 === 0
      ? (run.match(/\d{3}/g) ?? []).map(Number)
      : [Number(run)],
  );
  return [plain, grouped];
}

function findDecimal(part: string, octets: readonly number[]): Embedded | undefined {
  const reversed = [...octets].reverse();
  for (const numbers of numbersOf(part)) {
    if (hasRow(numbers, octets)) return { octets: 4, form: 'the address is in the name' };
    if (hasRow(numbers, reversed))
      return { octets: 4, form: 'the address is in the name, backwards' };
    if (hasAll(numbers, octets))
      return { octets: 4, form: 'all numbers of the address are in the name' };
  }
  // As in cs20301-139: where the separators stand tells nothing of the octets.
  const joined = part.split('.').map((label) => label.replaceAll(/\D/g, ''));
  const forms = [octets.join(''), reversed.join('')].filter((form) => form.length >= 7);
  if (joined.some((run) => forms.some((form) => run.includes(form))))
    return { octets: 4, form: 'the address is in the name without dots' };
  const whole = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const long: readonly string[] = part.match(/\d{9,10}/g) ?? [];
  if (whole >= 1e8 && long.includes(String(whole)))
    return { octets: 4, form: 'the address is in the name as one number' };
  return undefined;
}

function findPart(part: string, octets: readonly number[]): Embedded | undefined {
  const [, b = 0, c = 0, d = 0] = octets;
  for (const numbers of numbersOf(part)) {
    const rows = [octets.slice(0, 3), [b, c, d], [d, c, b], [c, b, octets[0] ?? 0]];
    if (rows.some((row) => hasRow(numbers, row)))
      return { octets: 3, form: 'three numbers of the address are in the name' };
  }
  for (const numbers of numbersOf(part)) {
    // 1-1 or 0-1 stand in the names of many routers and servers.
    const isTelling = c > 9 || d > 9;
    if (isTelling && (hasRow(numbers, [c, d]) || hasRow(numbers, [d, c])))
      return { octets: 2, form: 'the last two numbers of the address are in the name' };
  }
  const last = twoDigits(c) + twoDigits(d);
  // With a letter it is no decimal number; with a number it is no word such as cafe.
  const isHex = /\d/.test(last) && /[a-f]/.test(last) && hasHex(part, last);
  if (isHex)
    return { octets: 2, form: 'the last two numbers of the address are in it in hexadecimal' };
  return undefined;
}

function hasRow(numbers: readonly number[], row: readonly number[]): boolean {
  return numbers.some((_, at) => row.every((number, index) => numbers[at + index] === number));
}

/** All of them, each as often as it is needed, in whatever order. */
function hasAll(numbers: readonly number[], wanted: readonly number[]): boolean {
  const left = [...numbers];
  return wanted.every((number) => {
    const at = left.indexOf(number);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function findHex(part: string, octets: readonly number[]): Embedded | undefined {
  const digits = octets.map(twoDigits);
  const reversed = [...digits].reverse();
  const [a = '', b = '', c = '', d = ''] = digits;
  const forms = ['', '-', '.', ':'].flatMap((sep) => [digits.join(sep), reversed.join(sep)]);
  forms.push(...['-', '_', '.', 'x'].map((sep) => `${a}${b}${sep}${c}${d}`));
  if (forms.some((form) => part.includes(form)))
    return { octets: 4, form: 'the address is in the name in hexadecimal', isHex: true };
  const last = digits.slice(1).join('');
  // Six digits could be a decimal number by chance; with a letter they are not.
  if (/[a-f]/.test(last) && hasHex(part, last))
    return { octets: 3, form: 'three numbers of the address are in the name in hexadecimal' };
  return undefined;
}

function hasHex(part: string, digits: string): boolean {
  return new RegExp(`(?<![0-9a-f])${digits}(?![0-9a-f])`).test(part);
}

function findNibbles(part: string, hex: string): Embedded | undefined {
  const labels = part.split('.');
  const texts = [
    labels.join(''),
    [...labels].reverse().join(''),
    ...labels.flatMap((label) => [label, padGroups(label)]),
  ].map((text) => text.replaceAll(/[^0-9a-f]/g, ''));
  const wanted = windows(hex);
  const isThere = texts.some((text) => [...windows(text)].some((window) => wanted.has(window)));
  return isThere ? { octets: 4, form: 'digits of the IPv6 address are in the name' } : undefined;
}

/** `2a02-810-1` as `2a0208100001`. */
function padGroups(label: string): string {
  return label
    .split(/[^0-9a-f]+/)
    .filter((group) => group !== '' && group.length <= 4)
    .map((group) => group.padStart(4, '0'))
    .join('');
}

/** Every row of eight digits that is not all the same digit: those stand in any name with zeros. */
function windows(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = 0; at + MIN_NIBBLES <= text.length; at += 1) {
    const row = text.slice(at, at + MIN_NIBBLES);
    if (new Set(row).size > 2) found.add(row);
  }
  return found;
}

/** The form of an address in a name whose address is not known. */
export function findShape(part: string): Embedded | undefined {
  const decimal = /(?<!\d)(\d{1,3})[-._x](\d{1,3})[-._x](\d{1,3})[-._x](\d{1,3})(?!\d)/.exec(part);
  if (decimal?.slice(1).every((text) => Number(text) <= 255) === true)
    return { octets: 4, form: 'an address is in the name' };
  const padded = /(?<!\d)\d{12}(?!\d)/.exec(part)?.[0].match(/\d{3}/g) ?? [];
  if (padded.length === 4 && padded.every((text) => Number(text) <= 255))
    return { octets: 4, form: 'an address is in the name, zero-padded' };
  if (/(?<![0-9a-f])[a-z]?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8}(?![0-9a-z])/.test(part))
    return { octets: 3, form: 'eight hexadecimal digits are in the name' };
  return undefined;
}
