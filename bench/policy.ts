/**
 * The policy door of the running product against a Node responder that only parses, in turn, and
 * against the policy servers that Debian packages.
 */
import { inFolder, median, startProgram, type BenchChild } from './children.ts';
import { runPolicyLoad, type PolicyLoadResult } from './policy-load.ts';
import { policyPeerRows } from './policy-peers.ts';
import type { ProductLine } from './product.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';

const CONNECTIONS = 16;

interface Side {
  readonly child: BenchChild;
  readonly address: string;
  readonly rates: number[];
  /** CPU of the server in microseconds a request. */
  readonly costs: number[];
  /** The same, at the rate that both sides are given. */
  readonly evenCosts: number[];
  readonly p50: number[];
  readonly p99: number[];
}

function side(child: BenchChild, address: string): Side {
  return { child, address, rates: [], costs: [], evenCosts: [], p50: [], p99: [] };
}

let runs = 0;

/** One round: the load, and what it cost the server. */
async function round(
  on: Side,
  load: { readonly seconds: number; readonly ratePerSecond?: number },
): Promise<PolicyLoadResult> {
  runs += 1;
  const result = await runPolicyLoad({
    address: on.address,
    connections: CONNECTIONS,
    run: runs,
    ...load,
    serverPid: on.child.pid,
  });
  if (result.refused > 0) throw new Error(`${result.refused} requests were not answered DUNNO.`);
  return result;
}

async function closedRound(on: Side, seconds: number): Promise<void> {
  const result = await round(on, { seconds });
  on.rates.push(result.requestsPerSecond);
  on.costs.push((result.serverCpuSeconds * 1e6) / result.requests);
}

async function openRound(on: Side, seconds: number, ratePerSecond: number): Promise<void> {
  const result = await round(on, { seconds, ratePerSecond });
  on.evenCosts.push((result.serverCpuSeconds * 1e6) / result.requests);
  on.p50.push(result.p50Us / 1000);
  on.p99.push(result.p99Us / 1000);
}

/** The door, 16 connections, RCPT and DATA in turn. */
export async function policyRows(context: BenchContext): Promise<readonly Row[]> {
  const rounds = context.isQuick ? 1 : 5;
  const seconds = context.isQuick ? 1 : 5;
  return inFolder(async (folder) => {
    const child = await startProgram('product.ts', [context.program, folder]);
    const nullChild = await startProgram('policy-null.ts');
    try {
      const { addresses } = JSON.parse(child.line) as ProductLine;
      const ours = side(child, addresses['policy']?.[0] ?? '');
      const nothing = side(nullChild, nullChild.line);
      context.say('policy door, warming up');
      // A daemon runs for months: its first hundred thousand requests are no measure.
      for (const each of [nothing, ours]) await round(each, { seconds: 3 * seconds });
      for (let i = 0; i < rounds; i += 1) {
        context.say(`policy door, round ${i + 1} of ${rounds}`);
        await closedRound(nothing, seconds);
        await closedRound(ours, seconds);
      }
      const half = median(ours.rates) / 2;
      for (let i = 0; i < Math.min(3, rounds); i += 1) {
        context.say(`policy door at half its rate, round ${i + 1}`);
        await openRound(nothing, seconds, half);
        await openRound(ours, seconds, half);
      }
      const peers = await policyPeerRows(context, median(ours.rates));
      return [...ownRows(ours, nothing, half), ...peers];
    } finally {
      await child.stop();
      await nullChild.stop();
    }
  });
}

function ownRows(ours: Side, nothing: Side, half: number): Row[] {
  const [rate, nullRate] = [median(ours.rates), median(nothing.rates)];
  const [cost, nullCost] = [median(ours.costs), median(nothing.costs)];
  const [evenCost, nullEvenCost] = [median(ours.evenCosts), median(nothing.evenCosts)];
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  return [
    {
      what: 'policy door, requests a second',
      ours: `${whole(rate)}/s`,
      peer: `${whole(nullRate)}/s`,
      ratio: times(rate / nullRate),
      goal: '0.7 x, never under 0.5 x',
      means:
        '16 connections, each asks when it was answered; RCPT and DATA of messages of 1,000 accounts, ' +
        '29 attributes; all shipped limits, profiles and the journal on. The peer is a Node responder ' +
        'that parses the attributes and answers DUNNO.',
    },
    {
      what: 'policy door, CPU a request',
      ours: `${cost.toFixed(1)} us`,
      peer: `${nullCost.toFixed(1)} us`,
      ratio: times(nullCost / cost),
      goal: '0.7 x, never under 0.5 x',
      means:
        'The same rounds: CPU time of the whole server process, disk writers included. The faster ' +
        'server gains here: it keeps the asker awake, and waking one costs more than the parsing.',
    },
    {
      what: `policy door, CPU a request at ${whole(half)} a second`,
      ours: `${evenCost.toFixed(1)} us`,
      peer: `${nullEvenCost.toFixed(1)} us`,
      ratio: times(nullEvenCost / evenCost),
      goal: '0.7 x, never under 0.5 x',
      means: 'Both servers at the same rate, half of what the product reaches; the asker is awake.',
    },
    {
      what: `policy door at ${whole(half)} requests a second, p50`,
      ours: ms(median(ours.p50)),
      peer: ms(median(nothing.p50)),
      ratio: times(median(nothing.p50) / median(ours.p50)),
      goal: '-',
      means:
        'Half of the rate above, sent evenly whatever comes back; a late answer counts as late.',
    },
    {
      what: `policy door at ${whole(half)} requests a second, p99`,
      ours: ms(median(ours.p99)),
      peer: ms(median(nothing.p99)),
      ratio: times(median(nothing.p99) / median(ours.p99)),
      goal: 'at most 2 ms',
      means: 'The same rounds.',
    },
  ];
}
