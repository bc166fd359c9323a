/** What the kernel's tables (proc_net(5)) say of sockets that others can reach. */

/** include/net/tcp_states.h; a UDP socket that is not connected is in CLOSE. */
const LISTEN = '0A';
const CLOSE = '07';
/** As shipped by Linux. */
const CLIENT_PORTS = { first: 32_768, last: 60_999 } as const;

export interface ReachableSocket {
  readonly port: number;
  /** The same for as long as the socket is there: its address, port and inode. */
  readonly id: string;
}

/** Sockets in one state that are not on loopback only: those are nobody's business. */
function socketsIn(table: string, wanted: string): readonly ReachableSocket[] {
  const found: ReachableSocket[] = [];
  for (const line of table.split('\n')) {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [address = '', hex = ''] = local.split(':');
    if (state !== wanted || !/^[0-9A-F]{4}$/i.test(hex) || isLoopback(address)) continue;
    found.push({ port: Number.parseInt(hex, 16), id: `${local} ${inode}` });
  }
  return found;
}

/** TCP ports at which somebody listens. */
export function listeningPorts(table: string): ReadonlySet<number> {
  return new Set(socketsIn(table, LISTEN).map(({ port }) => port));
}

/** UDP sockets that take datagrams from anybody. */
export const openUdpSockets = (table: string): readonly ReachableSocket[] =>
  socketsIn(table, CLOSE);

/** IPv4 stands in the order of the machine's bytes, so 127.0.0.1 ends in 7F. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F');
  return address === '00000000000000000000000001000000' || /^0{16}FFFF0000.{6}7F$/.test(address);
}

/** @param text net.ipv4.ip_local_port_range: from where the kernel gives clients their ports. */
export function isClientPort(text: string | undefined): (port: number) => boolean {
  const [, first, last] = /^(\d{1,5})\s+(\d{1,5})\s*$/.exec(text ?? '') ?? [];
  const range = first === undefined ? CLIENT_PORTS : { first: Number(first), last: Number(last) };
  return (port) => port >= range.first && port <= range.last;
}
