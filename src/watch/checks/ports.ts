/** OWN-9: what listens on this machine, against what shall, with who answers for it. */
import { readFile } from 'node:fs/promises';
import type { Check } from '../contract.ts';
import { bad, fine, listed, none, sumUp, unclear, warn, type Note } from './observe.ts';

/** Of the kernel's table; a machine with more sockets is looked at as far as this. */
const MAX_TABLE_BYTES = 16 * 1024 * 1024;
/** include/net/tcp_states.h. */
const LISTEN = '0A';
/** Undeclared ports in the first line; the others stand in a line of their own. */
const MAX_FIRST = 20;
const MAX_NAMED = 500;

export const ports: Check = {
  id: 'ports',
  practices: ['OWN-9'],
  targets: ({ openPorts }) => (openPorts.length === 0 ? [] : ['this machine']),
  async run(_, { plan }) {
    const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readTable));
    if (tables.every((table) => table === undefined))
      return [
        sumUp('OWN-9', [
          unclear('The kernel does not show what listens here.', 'Run the audit on Linux.'),
        ]),
      ];
    const open = listeningPorts(tables.map((table) => table ?? '').join('\n'));
    return [sumUp('OWN-9', compare(open, plan.openPorts))];
  },
};

async function readTable(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes?.subarray(0, MAX_TABLE_BYTES).toString('latin1');
}

/** Ports that others can reach; those on loopback only are nobody's business. */
export function listeningPorts(table: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const line of table.split('\n')) {
    const [, local = '', , state] = line.trim().split(/\s+/);
    if (state !== LISTEN) continue;
    const [address = '', port = ''] = local.split(':');
    if (!isLoopback(address)) found.add(Number.parseInt(port, 16));
  }
  return found;
}

/** IPv4 stands in the order of the machine's bytes, so 127.0.0.1 ends in 7F. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F');
  return address === '00000000000000000000000001000000' || /^0{16}FFFF0000.{6}7F$/.test(address);
}

/** What is open against what shall be; each declared port with who answers for it. */
export function compare(
  open: ReadonlySet<number>,
  declared: readonly { readonly port: number; readonly owner: string; readonly contact: string }[],
): readonly Note[] {
  const notes: Note[] = [];
  const known = new Set(declared.map(({ port }) => port));
  const surprising = [...open].filter((port) => !known.has(port)).sort((a, b) => a - b);
  if (surprising.length > 0)
    notes.push(
      bad(
        `Open and not declared: port ${listed(surprising.map(String), MAX_FIRST)}.`,
        'Close it, bind it to 127.0.0.1, or name it with its owner in watch.open_ports.',
      ),
    );
  const closed = declared.filter(({ port }) => !open.has(port));
  if (closed.length > 0)
    notes.push(
      warn(
        `Declared and not open: ${closed.map(({ port, owner, contact }) => `port ${port} (${owner}, ${contact})`).join(', ')}.`,
        'Start the service, or take the port out of watch.open_ports.',
      ),
    );
  const right = declared.filter(({ port }) => open.has(port));
  if (right.length > 0)
    notes.push(
      fine(
        `Open as declared: ${right.map(({ port, owner, contact }) => `${port} (${owner}, ${contact})`).join(', ')}.`,
      ),
    );
  const others = surprising.slice(MAX_FIRST).map(String);
  if (others.length > 0)
    notes.push(none(`The others that are not declared: ${listed(others, MAX_NAMED)}.`));
  return notes;
}
