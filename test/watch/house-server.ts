/** A mail server that a test writes down, and what a check finds at it. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Check, Finding } from '../../src/watch/contract.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import type { WatchPlan } from '../../src/watch/plan.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import { a, mx, startLyingDns, type Question, type Reply } from './lying-dns.ts';
import { dnsAt, hostAt, planOf } from './plan.ts';

export interface HouseServer {
  look(check: Check, changes?: Partial<WatchPlan>): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

/** Every domain has mx.house.test as its MX. */
const houseDns = ({ name, type }: Question): Reply => {
  if (type === 15) return [mx(10, 'mx.house.test')];
  return type === 1 && name === 'mx.house.test' ? [a('127.0.0.1')] : 'none';
};

/** @param answer To each line, by the whole of it. */
export async function startHouseServer(
  answer: (line: string) => string,
  greeting = '220 mx.house.test ESMTP',
): Promise<HouseServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(`${greeting}\r\n`);
    socket.on('data', (bytes) => socket.write(`${answer(bytes.toString().trim())}\r\n`));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dns = await startLyingDns(houseDns);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    async look(check, changes = {}) {
      const plan = planOf({
        hosts: [{ ...hostAt(port), roles: ['mx', 'outbound'] }],
        domains: ['house.test'],
        relay: { sourceAddresses: ['127.0.0.9'], trustedNetworks: [] },
        dns: dnsAt(dns.server),
        ...changes,
      });
      const tasks = check.targets(plan).map((target) => ({ check, target }));
      return runTasks(tasks, openTools(plan), { parallel: 4 });
    },
    async close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await dns.close();
    },
  };
}
