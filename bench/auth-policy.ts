/** The auth policy door of the running product against an empty node:http server, in turn. */
import { loadInChild } from './auth-policy-load.ts';
import { cpuSeconds, inFolder, median, startProgram } from './children.ts';
import type { ProductLine } from './product.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';

const CONNECTIONS = 16;
const COMMANDS = ['allow', 'report'] as const;

interface Side {
  readonly pid: number;
  readonly port: number;
  readonly rates: number[];
  /** CPU of the server in microseconds a request. */
  readonly costs: number[];
}

async function round(on: Side, command: (typeof COMMANDS)[number], seconds: number): Promise<void> {
  const before = cpuSeconds(on.pid);
  const result = await loadInChild({ port: on.port, command, connections: CONNECTIONS, seconds });
  if (result.failures > 0) throw new Error(`${result.failures} requests were not answered 200.`);
  on.rates.push(result.perSecond);
  on.costs.push(((cpuSeconds(on.pid) - before) * 1e6) / result.requests);
}

/** `allow` and `report`, addresses and passwords that differ from request to request. */
export async function authPolicyRows(context: BenchContext): Promise<readonly Row[]> {
  return inFolder(async (folder) => {
    const child = await startProgram('product.ts', [context.program, folder]);
    const nothing = await startProgram('auth-policy-null.ts');
    try {
      const { addresses } = JSON.parse(child.line) as ProductLine;
      const port = Number(addresses['auth-policy']?.[0]?.split(':').at(-1));
      const rows: Row[] = [];
      for (const command of COMMANDS) {
        const ours: Side = { pid: child.pid, port, rates: [], costs: [] };
        const peer: Side = { pid: nothing.pid, port: Number(nothing.line), rates: [], costs: [] };
        await measure(context, { ours, peer, command });
        rows.push(...rowsOf(command, ours, peer));
      }
      return rows;
    } finally {
      await child.stop();
      await nothing.stop();
    }
  });
}

async function measure(
  context: BenchContext,
  given: { readonly ours: Side; readonly peer: Side; readonly command: (typeof COMMANDS)[number] },
): Promise<void> {
  const { ours, peer, command } = given;
  const rounds = context.isQuick ? 1 : 5;
  const seconds = context.isQuick ? 1 : 4;
  const warm = (side: Side): Side => ({ ...side, rates: [], costs: [] });
  await round(warm(peer), command, seconds);
  await round(warm(ours), command, seconds);
  for (let i = 0; i < rounds; i += 1) {
    context.say(`auth policy ${command}, round ${i + 1} of ${rounds}`);
    await round(peer, command, seconds);
    await round(ours, command, seconds);
  }
}

function rowsOf(command: string, ours: Side, peer: Side): Row[] {
  const [rate, peerRate] = [median(ours.rates), median(peer.rates)];
  const [cost, peerCost] = [median(ours.costs), median(peer.costs)];
  return [
    {
      what: `auth policy \`${command}\`, requests a second`,
      ours: `${whole(rate)}/s`,
      peer: `${whole(peerRate)}/s`,
      ratio: times(rate / peerRate),
      goal: '0.45 x',
      means:
        '16 kept connections, each asks when it was answered; 10,000 logins with addresses and ' +
        'passwords of their own, windows of an hour and a day, places and countries. The peer is an ' +
        'empty node:http server that checks the password and parses the JSON.',
    },
    {
      what: `auth policy \`${command}\`, CPU a request`,
      ours: `${cost.toFixed(1)} us`,
      peer: `${peerCost.toFixed(1)} us`,
      ratio: times(peerCost / cost),
      goal: '0.45 x',
      means: 'The same rounds: CPU time of the whole server process.',
    },
  ];
}
