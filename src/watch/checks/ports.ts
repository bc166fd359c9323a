/** OWN-9: what is open on this machine, against what shall be, with who answers for it. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Check } from '../contract.ts';
import { isClientPort, listeningPorts, openUdpSockets } from '../kernel-sockets.ts';
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
  const udp = await udpPorts(kernel, declared);
  const open = [
    ...[...listeningPorts(tcp)].map((port) => ({ port, protocol: 'tcp' as const })),
    ...[...(udp ?? [])].map((port) => ({ port, protocol: 'udp' as const })),
  ];
  if (udp !== undefined) return compare(open, declared);
  return [
    unclear('The kernel does not show UDP ports.', 'Look whether /proc/net/udp can be read.'),
    ...compare(
      open,
      declared.filter(({ protocol }) => protocol === 'tcp'),
    ),
  ];
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
async function udpPorts(
  kernel: Kernel,
  declared: Declared,
): Promise<ReadonlySet<number> | undefined> {
  const table = await tablesOf('udp', kernel);
  if (table === undefined) return undefined;
  const isOfClients = isClientPort(await kernel.read('/proc/sys/net/ipv4/ip_local_port_range'));
  const known = new Set(declared.flatMap((one) => (one.protocol === 'udp' ? [one.port] : [])));
  const sockets = openUdpSockets(table);
  const open = sockets.filter(({ port }) => known.has(port));
  const others = sockets.filter(({ port }) => !known.has(port) && !isOfClients(port));
  if (others.length > 0) {
    await kernel.wait(SECOND_LOOK_MS);
    const still = openUdpSockets((await tablesOf('udp', kernel)) ?? '').map(({ id }) => id);
    const ids = new Set(still);
    open.push(...others.filter(({ id }) => ids.has(id)));
  }
  return new Set(open.map(({ port }) => port));
}

export type Port = Pick<Declared[number], 'port' | 'protocol'>;

/** What is open at one look, for a proposal; UDP outside of the ports of clients only. */
export async function reachedNow(kernel: Pick<Kernel, 'read'> = LINUX): Promise<readonly Port[]> {
  const tcp = listeningPorts((await tablesOf('tcp', kernel)) ?? '');
  const isOfClients = isClientPort(await kernel.read('/proc/sys/net/ipv4/ip_local_port_range'));
  const udp = new Set(
    openUdpSockets((await tablesOf('udp', kernel)) ?? '').map(({ port }) => port),
  );
  const open = [
    ...[...tcp].map((port) => ({ port, protocol: 'tcp' as const })),
    ...[...udp]
      .filter((port) => !isOfClients(port))
      .map((port) => ({ port, protocol: 'udp' as const })),
  ];
  return open.toSorted(byPort);
}

const byPort = (a: Port, b: Port): number =>
  a.port - b.port || a.protocol.localeCompare(b.protocol);

/** `25`, `53/udp`. */
const nameOf = ({ port, protocol }: Port): string =>
  protocol === 'udp' ? `${port}/udp` : String(port);

/** What is open against what shall be; each declared port with who answers for it. */
export function compare(open: readonly Port[], declared: Declared): readonly Note[] {
  const notes: Note[] = [];
  const known = new Set(declared.map(nameOf));
  const there = new Set(open.map(nameOf));
  const surprising = open
    .filter((port) => !known.has(nameOf(port)))
    .sort(byPort)
    .map(nameOf);
  if (surprising.length > 0)
    notes.push(
      bad(
        `Open and not declared: port ${listed(surprising, MAX_FIRST)}.`,
        'Close it, bind it to 127.0.0.1, or name it with its owner in watch.open_ports (a UDP port with protocol: udp).',
      ),
    );
  const closed = declared.filter((port) => !there.has(nameOf(port)));
  if (closed.length > 0)
    notes.push(
      warn(
        `Declared and not open: ${closed.map((one) => `port ${nameOf(one)} (${one.owner}, ${one.contact})`).join(', ')}.`,
        'Start the service, or take the port out of watch.open_ports.',
      ),
    );
  const right = declared.filter((port) => there.has(nameOf(port)));
  if (right.length > 0)
    notes.push(
      fine(
        `Open as declared: ${right.map((one) => `${nameOf(one)} (${one.owner}, ${one.contact})`).join(', ')}.`,
      ),
    );
  const others = surprising.slice(MAX_FIRST);
  if (others.length > 0)
    notes.push(none(`The others that are not declared: ${listed(others, MAX_NAMED)}.`));
  return notes;
}
