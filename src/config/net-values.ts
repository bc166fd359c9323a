/** What names hosts and networks: listening addresses, networks, countries, domains, mail and web addresses. */
import ipaddr from 'ipaddr.js';
import { textKind, word } from './text-kind.ts';

/** Longest path of a Unix socket on Linux, without the closing NUL (unix(7), sun_path). */
export const MAX_SOCKET_PATH_BYTES = 107;

export function isListenAddress(text: string): boolean {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    const isShort = Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES;
    return path.startsWith('/') && !path.includes('\0') && isShort;
  }
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535) return false;
  return match[1] === undefined || ipaddr.IPv6.isValid(match[1]);
}

/** Whether only this host can reach a listening address. */
export function isLocal(address: string): boolean {
  if (address.startsWith('unix:')) return true;
  const host = address.slice(0, address.lastIndexOf(':'));
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

export const listenAddress = () =>
  word(
    'a listening address',
    '127.0.0.1:10040',
    'Write host:port, such as 127.0.0.1:10040 or [::1]:10040, or unix:/path (absolute, at most ' +
      `${MAX_SOCKET_PATH_BYTES} bytes).`,
    (value) => (isListenAddress(value) ? value : undefined),
  );

/** A network as text, host bits cleared; a bare address is a network of one. */
export function normaliseNetwork(text: string): string | undefined {
  try {
    const withLength = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
    const [address, length] = ipaddr.parseCIDR(withLength);
    const bits = withLength.slice(withLength.lastIndexOf('/') + 1);
    if (!/^\d{1,3}$/.test(bits)) return undefined;
    if (address instanceof ipaddr.IPv4) {
      // ipaddr.js reads 10.1 and 0x7f.1 as addresses too; a file says what it means.
      if (!ipaddr.IPv4.isValidFourPartDecimal(withLength.split('/')[0] ?? '')) return undefined;
      return `${ipaddr.IPv4.networkAddressFromCIDR(withLength).toString()}/${length}`;
    }
    return `${ipaddr.IPv6.networkAddressFromCIDR(withLength).toString()}/${length}`;
  } catch {
    return undefined;
  }
}

export const network = () =>
  word(
    'a network',
    '192.0.2.0/24',
    'Write an address or a network, such as 192.0.2.0/24 or 2001:db8::/32.',
    normaliseNetwork,
  );

/** A network, `country:DE` or `asn:64500`. */
export const place = () =>
  word(
    'a network, country or provider',
    '192.0.2.0/24',
    'Write a network such as 192.0.2.0/24, a country such as country:DE or country:GB, or an autonomous system ' +
      'such as asn:64500.',
    (text) => {
      if (text.startsWith('country:')) return countryRule(text.slice(8).toUpperCase());
      if (/^asn:[1-9]\d{0,9}$/.test(text)) return text;
      return normaliseNetwork(text);
    },
  );

const countryNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** A code of no country would match nobody for ever: XX, ZZ, or UK for GB (ISO 3166-1). */
function countryRule(code: string): string | undefined {
  if (!/^[A-Z]{2}$/.test(code) || /^(?:ZZ|X[A-J]|Q[M-Z])$/.test(code)) return undefined;
  const isCountry = countryNames.of(code) !== undefined;
  return isCountry && new Intl.Locale(`und-${code}`).region === code
    ? `country:${code}`
    : undefined;
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

export const domain = () =>
  textKind<string>({
    kind: 'a domain',
    sample: 'example.org',
    remedy: 'Write it without @ and in ASCII, such as example.org or xn--mller-kva.example.',
    parse: (text) => (DOMAIN.test(text.toLowerCase()) ? text.toLowerCase() : undefined),
    format: (text) => text,
    check: (text) =>
      /^\d+(?:\.\d+){3}$/.test(text)
        ? `"${text}" is an address and not a domain. Write the domain, such as example.org.`
        : undefined,
  });

export const mailAddress = () =>
  word('a mail address', 'postmaster@example.org', 'Write it as name@example.org.', (text) =>
    text.length <= 254 && /^[^\s@<>"]{1,64}@[A-Za-z0-9.-]+$/.test(text) ? text : undefined,
  );

/** http or https. Passwords in an address would end in logs, so they are refused. */
export const webAddress = (sample = 'https://mail.example.org') =>
  word(
    'a web address',
    sample,
    'Write it from http:// or https:// on; a password belongs in a file of its own.',
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
      return isWeb && url.username === '' && url.password === '' ? text : undefined;
    },
  );
