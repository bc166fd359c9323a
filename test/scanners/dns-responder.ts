/** A DNS server over UDP that says what the test wants, lies, or says nothing. */
import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

export type DnsSaid =
  | { readonly addresses: readonly string[]; readonly ttl?: number }
  /** Response codes of RFC 1035 section 4.1.1, such as 2 (SERVFAIL), 3 (no such name), 5 (REFUSED). */
  | { readonly rcode: number }
  | { readonly garbage: Buffer }
  | 'silence';

export interface DnsResponder {
  readonly address: string;
  /** Names asked for, in order. */
  readonly asked: string[];
}

function nameIn(packet: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 + 4 };
}

function reply(query: Buffer, end: number, said: Exclude<DnsSaid, 'silence'>): Buffer {
  if ('garbage' in said) return said.garbage;
  const addresses = 'addresses' in said ? said.addresses : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | ('rcode' in said ? said.rcode : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const ttl = 'addresses' in said ? (said.ttl ?? 300) : 0;
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(1, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(ttl, 6);
    record.writeUInt16BE(4, 10);
    Buffer.from(address.split('.').map(Number)).copy(record, 12);
    return record;
  });
  return Buffer.concat([header, query.subarray(12, end), ...records]);
}

/** Closed when the test ends. */
export async function dnsResponder(say: (name: string) => DnsSaid): Promise<DnsResponder> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const { name, end } = nameIn(query);
    asked.push(name);
    const said = say(name);
    if (said !== 'silence') socket.send(reply(query, end, said), from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', () => {
      resolve();
    });
  });
  onTestFinished(() => void socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}
