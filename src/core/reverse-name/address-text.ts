/** An address as the numbers that may stand in a name. */

export interface AddressNumbers {
  /** IPv4: the four octets; IPv6: empty. */
  readonly octets: readonly number[];
  /** All of it in hexadecimal, 8 or 32 digits, lower case. */
  readonly hex: string;
}

/** `undefined` for what is no textual IPv4 or IPv6 address. An IPv4-mapped one is IPv4. */
export function readAddress(text: string): AddressNumbers | undefined {
  const octets = readOctets(text);
  if (octets !== undefined) return { octets, hex: octets.map(twoDigits).join('') };
  const groups = readGroups(text);
  if (groups === undefined) return undefined;
  const hex = groups.map((group) => group.toString(16).padStart(4, '0')).join('');
  if (!hex.startsWith('00000000000000000000ffff')) return { octets: [], hex };
  const last = hex.slice(24);
  const mapped = [0, 2, 4, 6].map((at) => Number.parseInt(last.slice(at, at + 2), 16));
  return { octets: mapped, hex: last };
}

function readOctets(text: string): readonly number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** RFC 4291 section 2.2, with `::` and a dotted end. */
function readGroups(text: string): readonly number[] | undefined {
  if (text.length > 45 || !/^[0-9a-f:.]+$/i.test(text) || !text.includes(':')) return undefined;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const end = dotted === null ? [] : readOctets(dotted[2] ?? '');
  if (end === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = end;
  const plain =
    dotted === null
      ? text
      : `${dotted[1] ?? ''}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [front = [], back = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - front.length - back.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...front, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...back];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? all.map((group) => Number.parseInt(group, 16))
    : undefined;
}

export function twoDigits(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}
