/** How long mail waits: for the milter's word at half load, and for the policy door beside big messages. */
import { median, startProgram } from './children.ts';
import { untilDelivered, type MilterPath } from './milter-postfix.ts';
import { startMilterSenders } from './milter-senders.ts';
import { openMilterTap, type EndReplies } from './milter-tap.ts';
import { runPolicyLoad } from './policy-load.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';
import { sendPaced } from './smtp-load.ts';

const KIB = 1024;
const BIG_BYTES = 25 * KIB * KIB;
const BIG_AT_ONCE = 10;
const POLICY_CONNECTIONS = 16;
/** Requests of about 150 messages a second, with a recipient or two. */
const POLICY_RATE = 500;

export interface LatencySide extends MilterPath {
  /** The same milter through a tap that listens on this path's socket. */
  readonly tapped: MilterPath;
  /** Address of a policy door in the same process as the milter. */
  readonly policy: string;
}

export interface LatencyLoad {
  readonly folder: string;
  /** Messages a second of the first row. */
  readonly ratePerSecond: number;
  readonly ours: LatencySide;
  readonly nothing: LatencySide;
}

export async function latencyRows(context: BenchContext, load: LatencyLoad): Promise<Row[]> {
  return [await endRow(context, load), await bigRow(context, load)];
}

/** The milter's replies at the end of 3 KiB messages that come evenly. */
async function endRow(context: BenchContext, load: LatencyLoad): Promise<Row> {
  const { ratePerSecond, folder } = load;
  const rounds = context.isQuick ? 1 : 3;
  const messages = Math.ceil(ratePerSecond * (context.isQuick ? 2 : 10));
  const measure = async (side: LatencySide): Promise<EndReplies> => {
    const tap = await openMilterTap({ listen: side.tapped.socket, milter: side.socket });
    try {
      await sendPaced({ port: side.tapped.port, messages, sizeBytes: 3 * KIB, ratePerSecond });
      await untilDelivered(folder);
      const replies = await tap.measured();
      if (replies.count < messages) throw new Error('The tap did not see every message.');
      return replies;
    } finally {
      await tap.close();
    }
  };
  const ours: EndReplies[] = [];
  const nothing: EndReplies[] = [];
  for (let i = 0; i < rounds; i += 1) {
    context.say(`milter door at half its rate, round ${i + 1} of ${rounds}`);
    nothing.push(await measure(load.nothing));
    ours.push(await measure(load.ours));
  }
  const p99 = (all: readonly EndReplies[]): number => median(all.map(({ p99Ms }) => p99Ms));
  const p50 = median(ours.map(({ p50Ms }) => p50Ms));
  return {
    what: `milter door at ${whole(ratePerSecond)} messages a second, p99 of the reply to the end of a message`,
    ours: `${p99(ours).toFixed(2)} ms (p50 ${p50.toFixed(2)} ms)`,
    peer: `${p99(nothing).toFixed(2)} ms`,
    ratio: times(p99(nothing) / p99(ours)),
    goal: 'at most 25 ms',
    means:
      'Half of the rate above through Postfix, 3 KiB, sent evenly whatever comes back, no external ' +
      'scanners; taken between Postfix and the milter, from the end of the message to its last reply.',
  };
}

/** The policy door's answers while big messages pass the milter of the same process. */
async function bigRow(context: BenchContext, load: LatencyLoad): Promise<Row> {
  const rounds = context.isQuick ? 1 : 3;
  const seconds = context.isQuick ? 2 : 5;
  let runs = 0;
  const measure = async (side: LatencySide): Promise<number> => {
    runs += 1;
    const senders = await startMilterSenders({
      ...{ socket: side.socket, connections: BIG_AT_ONCE, sizeBytes: BIG_BYTES },
    });
    const result = await runPolicyLoad({
      ...{ address: side.policy, connections: POLICY_CONNECTIONS },
      ...{ seconds, ratePerSecond: POLICY_RATE, run: runs },
    });
    const passed = await senders.stop();
    context.say(`${side.name}: ${passed} messages passed meanwhile`);
    if (result.refused > 0) throw new Error(`${result.refused} requests were not answered DUNNO.`);
    return result.p99Us / 1000;
  };
  const ours: number[] = [];
  const nothing: number[] = [];
  const responder = await startProgram('policy-null.ts');
  try {
    for (let i = 0; i < rounds; i += 1) {
      context.say(`policy door beside messages of 25 MiB, round ${i + 1} of ${rounds}`);
      nothing.push(await measure({ ...load.nothing, policy: responder.line }));
      ours.push(await measure(load.ours));
    }
  } finally {
    await responder.stop();
  }
  return {
    what: `policy door while ${BIG_AT_ONCE} messages of 25 MiB pass the milter, p99`,
    ours: `${median(ours).toFixed(2)} ms`,
    peer: `${median(nothing).toFixed(2)} ms`,
    ratio: times(median(nothing) / median(ours)),
    goal: 'under 10 ms',
    means:
      `${BIG_AT_ONCE} connections to the milter send as Postfix would, one message after the other without ` +
      `a pause; the policy door is asked ${POLICY_RATE} times a second over ${POLICY_CONNECTIONS} ` +
      'connections. The peers are the empty Node milter and the Node responder, two processes.',
  };
}
