/** OWN-9: what is open on this machine, against what shall be, with who answers for it. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Check } from '../contract.ts';
import {
  isClientPort,
  isReached,
  listeningSockets,
  openUdpSockets,
  type LocalSocket,
} from '../kernel-sockets.ts';
import type { WatchPlan } from '../plan.ts';
import { bad, fine, listed, none, sumUp, unclear, warn, type Note } from './observe.ts';

/** Of the kernel's table; a machine with more sockets is looked at as far as this. */
const MAX_TABLE_BYTES = 16 * 1024 * 1024;
/** Undeclared ports in the first line; the others stand in a line of their own. */
const MAX_FIRST = 20;
const MAX_NAMED = 500;
/** Longer than a resolver keeps the socket of a question. */
const SECOND_LOOK_MS = 3_000;

type Declared = WatchPlan['openPorts'];

interface Kernel {
  /** A file of /proc; `undefined` where it cannot be read. */
  read(file: string): Promise<string | undefined>;
  wait(ms: number): Promise<unknown>;
}

const LINUX: Kernel = {
  async read(file) {
    const bytes = await readFile(file).catch(() => undefined);
    return bytes?.subarray(0, MAX_TABLE_BYTES).toString('latin1');
  },
  wait: delay,
};

/** @param kernel Replaced by tests. */
export function portsOf(kernel: Kernel): Check {
  return {
    id: 'ports',
    practices: ['OWN-9'],
    targets: ({ openPorts }) => (openPorts.length === 0 ? [] : ['this machine']),
    async run(_, { plan }) {
      return [sumUp('OWN-9', await look(kernel, plan.openPorts))];
    },
  };
}

export const ports: Check = portsOf(LINUX);

async function look(kernel: Kernel, declared: Declared): Promise<readonly Note[]> {
  const tcp = await tablesOf('tcp', kernel);
  if (tcp === undefined)
    return [unclear('The kernel does not show what listens here.', 'Run the audit on Linux.')];
  const udp = await udpSockets(kernel, declared);
  const open = [...portsAt('tcp', listeningSockets(tcp)), ...portsAt('udp', udp ?? [])];
  if (udp !== undefined) return compare(open, declared);
  return [
    unclear('The kernel does not show UDP ports.', 'Look whether /proc/net/udp can be read.'),
    ...compare(
      open,
      declared.filter(({ protocol }) => protocol === 'tcp'),
    ),
  ];
}

/** Each port once, with all its addresses. */
function portsAt(protocol: Port['protocol'], sockets: readonly LocalSocket[]): readonly OpenPort[] {
  const ports = new Map<number, Set<string>>();
  for (const { port, address } of sockets)
    ports.set(port, (ports.get(port) ?? new Set<string>()).add(address));
  return [...ports].map(([port, addresses]) => ({ port, protocol, addresses: [...addresses] }));
}

async function tablesOf(
  protocol: 'tcp' | 'udp',
  kernel: Pick<Kernel, 'read'>,
): Promise<string | undefined> {
  const files = [`/proc/net/${protocol}`, `/proc/net/${protocol}6`];
  const tables = await Promise.all(files.map((file) => kernel.read(file)));
  return tables.every((table) => table === undefined) ? undefined : tables.join('\n');
}

/**
 * UDP has no LISTEN: a resolver that waits for an answer has a socket like that of a service. What is
 * declared is open when it is there. What is not is a service when its very socket is still there at a
 * second look, and it is not at a port that the kernel gives to clients.
 */
async function udpSockets(
  kernel: Kernel,
  declared: Declared,
): Promise<readonly LocalSocket[] | undefined> {
  const table = await tablesOf('udp', kernel);
  if (table === undefined) return undefined;
  const isOfClients = isClientPort(await kernel.read('/proc/sys/net/ipv4/ip_local_port_range'));
  const known = new Set(declared.flatMap((one) => (one.protocol === 'udp' ? [one.port] : [])));
  const sockets = openUdpSockets(table);
  const open = sockets.filter(({ port }) => known.has(port));
  const others = sockets.filter(
    (socket) => !known.has(socket.port) && !isOfClients(socket.port) && isReached(socket),
  );
  if (others.length > 0) {
    await kernel.wait(SECOND_LOOK_MS);
    const still = openUdpSockets((await tablesOf('udp', kernel)) ?? '').map(({ id }) => id);
    const ids = new Set(still);
    open.push(...others.filter(({ id }) => ids.has(id)));
  }
  return open;
}

export type Port = Pick<Declared[number], 'port' | 'protocol'>;

/** A port and where it is open. */
export type OpenPort = Port & { readonly addresses: readonly string[] };

const isReachedPort = ({ addresses }: OpenPort): boolean =>
  addresses.some((address) => isReached({ address }));

/** What is open at one look, for a proposal; UDP outside of the ports of clients only. */
export async function reachedNow(kernel: Pick<Kernel, 'read'> = LINUX): Promise<readonly Port[]> {
  const tcp = listeningSockets((await tablesOf('tcp', kernel)) ?? '');
  const isOfClients = isClientPort(await kernel.read('/proc/sys/net/ipv4/ip_local_port_range'));
  const udp = openUdpSockets((await tablesOf('udp', kernel)) ?? '');
  const open = [
    ...portsAt('tcp', tcp),
    ...portsAt('udp', udp).filter(({ port }) => !isOfClients(port)),
  ];
  return open.filter(isReachedPort).toSorted(byPort);
}

const byPort = (a: Port, b: Port): number =>
  a.port - b.port || a.protocol.localeCompare(b.protocol);

/** `25`, `53/udp`. */
const nameOf = ({ port, protocol }: Port): string =>
  protocol === 'udp' ? `${port}/udp` : String(port);

const EVERY: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Where a port is open, unless it is so at every address. */
const whereOf = ({ addresses }: OpenPort): string =>
  addresses.some((address) => EVERY.has(address)) ? '' : ` at ${listed(addresses)}`;

/** What is open against what shall be; each declared port with who answers for it. */
export function compare(open: readonly OpenPort[], declared: Declared): readonly Note[] {
  const notes: Note[] = [];
  const known = new Set(declared.map(nameOf));
  const reached = open.filter(isReachedPort);
  const there = new Set(reached.map(nameOf));
  // Loopback is nobody's business but where others shall come in.
  const anywhere = new Map(open.map((port) => [nameOf(port), port]));
  const described = (one: Declared[number]): string => {
    const found = anywhere.get(nameOf(one));
    const where = found === undefined ? '' : whereOf(found);
    return `${nameOf(one)}${where} (${one.owner}, ${one.contact})`;
  };
  const surprising = reached
    .filter((port) => !known.has(nameOf(port)))
    .sort(byPort)
    .map((port) => `${nameOf(port)}${whereOf(port)}`);
  if (surprising.length > 0)
    notes.push(
      bad(
        `Open and not declared: port ${listed(surprising, MAX_FIRST)}.`,
        'Close it, bind it to 127.0.0.1, or name it with its owner in watch.open_ports (a UDP port with protocol: udp).',
      ),
    );
  const missing = declared.filter((port) => !there.has(nameOf(port)));
  const closed = missing.filter((port) => !anywhere.has(nameOf(port)));
  if (closed.length > 0)
    notes.push(
      warn(
        `Declared and not open: ${closed.map((one) => `port ${described(one)}`).join(', ')}.`,
        'Start the service, or take the port out of watch.open_ports.',
      ),
    );
  const hidden = missing.filter((port) => anywhere.has(nameOf(port)));
  if (hidden.length > 0)
    notes.push(
      warn(
        `Declared, and open to this machine only: ${hidden.map((one) => `port ${described(one)}`).join(', ')}.`,
        'Let the service listen at an address that others reach (Postfix: inet_interfaces, or the address in master.cf), or take the port out of watch.open_ports.',
      ),
    );
  const right = declared.filter((port) => there.has(nameOf(port)));
  if (right.length > 0) notes.push(fine(`Open as declared: ${right.map(described).join(', ')}.`));
  const others = surprising.slice(MAX_FIRST);
  if (others.length > 0)
    notes.push(none(`The others that are not declared: ${listed(others, MAX_NAMED)}.`));
  return notes;
}
