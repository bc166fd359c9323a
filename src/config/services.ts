/** Where other programs are found: kinds of value like those of config/text-kind.ts. */
import ipaddr from 'ipaddr.js';
import { MAX_SOCKET_PATH_BYTES, isListenAddress } from './net-values.ts';
import { word } from './text-kind.ts';

/** Where another program listens; port 0 is nobody's. */
export const serviceAddress = (sample: string) =>
  word(
    'an address of a service',
    sample,
    'Write host:port, such as 127.0.0.1:3310 or [::1]:3310, or unix:/path (absolute, at most ' +
      `${MAX_SOCKET_PATH_BYTES} bytes).`,
    (value) => (isListenAddress(value) && !/:0+$/.test(value) ? value : undefined),
  );

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`. */
export const dnsServer = () =>
  word(
    'the address of a DNS server',
    '127.0.0.1:5353',
    'Write an IP address, with a port if it is not 53, such as 192.0.2.53 or [2001:db8::53]:5353.',
    (value) => {
      const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(value);
      const [, v6, v4, port = '53'] = match ?? [];
      if (match === null) return ipaddr.IPv6.isValid(value) ? value : undefined;
      const isAddress = v6 === undefined ? ipaddr.IPv4.isValidFourPartDecimal(v4 ?? '') : true;
      const isPort = Number(port) > 0 && Number(port) <= 65_535;
      return isAddress && isPort && (v6 === undefined || ipaddr.IPv6.isValid(v6))
        ? value
        : undefined;
    },
  );
