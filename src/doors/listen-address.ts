/** Where a door listens: `host:port`, `[ipv6]:port` or `unix:/path`, and who may use the socket. */
import { readFile } from 'node:fs/promises';
import { parsed, unreadable, type Parsed } from '../core/parsed.ts';

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

// struct sockaddr_un.sun_path is 108 bytes on Linux, its final NUL included (unix(7)).
export const MAX_SOCKET_PATH_BYTES = 107;

/** Parses a listen address. Port 0 lets the system choose. */
export function parseListenAddress(text: string): Parsed<ListenAddress> {
  if (text.startsWith('unix:')) return parseSocketPath(text.slice('unix:'.length));
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port <= 65_535)) {
    return unreadable(
      `"${text}" is not an address to listen on. Write host:port, [ipv6]:port or unix:/path.`,
    );
  }
  return parsed({ kind: 'tcp', host, port });
}

function parseSocketPath(path: string): Parsed<ListenAddress> {
  if (!path.startsWith('/')) {
    return unreadable(`"unix:${path}" is not an absolute path. Write unix:/path/to/socket.`);
  }
  if (path.includes('\0') || Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    return unreadable(
      `The socket path ${path.slice(0, 60)}... is longer than ${MAX_SOCKET_PATH_BYTES} bytes. Choose a shorter folder.`,
    );
  }
  return parsed({ kind: 'unix', path });
}

/** The address as people write it. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** The number of a group given by number or by name in `/etc/group`; `undefined` when unknown. */
export async function groupId(group: string | number): Promise<number | undefined> {
  if (typeof group === 'number') return group;
  if (/^\d+$/.test(group)) return Number(group);
  const lines = (await readFile('/etc/group', 'utf8')).split('\n');
  const fields = lines.map((line) => line.split(':')).find(([name]) => name === group);
  return fields?.[2] === undefined ? undefined : Number(fields[2]);
}
