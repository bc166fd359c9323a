/** What the kernel's tables (proc_net(5)) say of sockets, and which others can reach. */

import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';

/** include/net/tcp_states.h; a UDP socket that is not connected is in CLOSE. */
const LISTEN = '0A';
const CLOSE = '07';
/** As shipped by Linux. */
const CLIENT_PORTS = { first: 32_768, last: 60_999 } as const;

export interface LocalSocket {
  readonly port: number;
  /** Where it takes connections: `0.0.0.0` and `::` are every address. */
  readonly address: string;
  /** The same for as long as the socket is there: its address, port and inode. */
  readonly id: string;
}

function socketsIn(table: string, wanted: string): readonly LocalSocket[] {
  const found: LocalSocket[] = [];
  for (const line of table.split('\n')) {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [hexAddress = '', hex = ''] = local.split(':');
    if (state !== wanted || !/^[0-9A-F]{4}$/i.test(hex)) continue;
    const address = addressOf(hexAddress);
    if (address === undefined) continue;
    found.push({ port: Number.parseInt(hex, 16), address, id: `${local} ${inode}` });
  }
  return found;
}

/** Where somebody listens by TCP. */
export const listeningSockets = (table: string): readonly LocalSocket[] => socketsIn(table, LISTEN);

/** UDP sockets that take datagrams from anybody who reaches them. */
export const openUdpSockets = (table: string): readonly LocalSocket[] => socketsIn(table, CLOSE);

/** Others reach it: not on loopback only. */
export const isReached = ({ address }: Pick<LocalSocket, 'address'>): boolean =>
  !address.startsWith('127.') && address !== '::1';

/** Each word of 32 bits stands in the order of the machine's bytes. */
function addressOf(hex: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/i.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  return ipaddr.process(ipaddr.fromByteArray([...bytes]).toString()).toString();
}

/** @param text net.ipv4.ip_local_port_range: from where the kernel gives clients their ports. */
export function isClientPort(text: string | undefined): (port: number) => boolean {
  const [, first, last] = /^(\d{1,5})\s+(\d{1,5})\s*$/.exec(text ?? '') ?? [];
  const range = first === undefined ? CLIENT_PORTS : { first: Number(first), last: Number(last) };
  return (port) => port >= range.first && port <= range.last;
}
