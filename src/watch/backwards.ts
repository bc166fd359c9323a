/** Addresses as DNS has them: the numbers or digits in reverse order (RFC 1035, RFC 3596, RFC 5782). */

/** `4.3.2.1` of `1.2.3.4`, or the 32 digits of IPv6; `undefined` for what is no address. */
export function backwards(address: string): string | undefined {
  if (!address.includes(':')) return address.split('.').reverse().join('.');
  const hex = expandIpv6(address);
  return hex === undefined ? undefined : hex.split('').reverse().join('.');
}

function expandIpv6(address: string): string | undefined {
  if (!URL.canParse(`http://[${address}]`)) return undefined;
  const [front = '', back] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(front), groups(back ?? '')];
  const middle = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...middle, ...last].map((group) => group.padStart(4, '0')).join('');
}
