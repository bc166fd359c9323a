/**
 * The watchers of many domains, and a whole audit, against a made-up house with DNS, lists and mail
 * servers (bench/watch-house.ts), which are processes of their own.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cpuSeconds, inFolder, startProgram } from './children.ts';
import { whole, type BenchContext, type Row } from './report.ts';
import type { HouseLine } from './watch-house.ts';
import type { AuditLine, RoundLine, RoundOptions } from './watch-round.ts';

const WATCHED = { domains: 5_000, hosts: 2 };
const AUDITED = { domains: 100, hosts: 20 };
const QUICK = { domains: 20, hosts: 2 };
/** The shipped bound of 200 would make a round last ten minutes; the work is the same. */
const QUERIES_PER_SECOND = 10_000;
/** What a resolver next door takes for an answer, and a mail server for a reply. */
const NORMAL_DELAY_MS = 20;
const PATIENCE_MS = 600_000;

export async function watchRows(context: BenchContext): Promise<readonly Row[]> {
  const watched = context.isQuick ? QUICK : WATCHED;
  const audited = context.isQuick ? QUICK : AUDITED;
  context.say(`watchers of ${whole(watched.domains)} domains`);
  const round = await measure<RoundLine>('round', {
    ...watched,
    queriesPerSecond: QUERIES_PER_SECOND,
  });
  context.say(`audit of ${audited.domains} domains and ${audited.hosts} addresses`);
  const audit = await measure<AuditLine>('audit', audited, NORMAL_DELAY_MS);
  return [roundRow(watched, round), auditRow(audited, audit.line)];
}

interface Measured<T> {
  readonly line: T;
  /** Of DNS and mail servers together. */
  readonly peerCpuSeconds: number;
}

function measure<T>(
  what: 'round' | 'audit',
  options: Pick<RoundOptions, 'domains' | 'hosts' | 'queriesPerSecond'>,
  delayMs = 0,
): Promise<Measured<T>> {
  return inFolder(async (folder) => {
    const house = await startProgram('watch-house.ts', [folder, String(delayMs)]);
    try {
      const all: RoundOptions = {
        ...options,
        ...{ folder, ...(JSON.parse(house.line) as HouseLine) },
      };
      const path = fileURLToPath(new URL('watch-round.ts', import.meta.url));
      const before = cpuSeconds(house.pid);
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [path, what, JSON.stringify(all)],
        { timeout: PATIENCE_MS },
      );
      return { line: JSON.parse(stdout) as T, peerCpuSeconds: cpuSeconds(house.pid) - before };
    } finally {
      await house.stop();
    }
  });
}

type Size = Pick<RoundOptions, 'domains' | 'hosts'>;

function roundRow({ domains }: Size, { line, peerCpuSeconds }: Measured<RoundLine>): Row {
  const share = (cpu: number): string => `${((100 * cpu) / line.everySeconds).toFixed(2)} %`;
  return {
    what: `watchers of ${whole(domains)} domains, of one core`,
    ours: `${share(line.cpuSeconds)} (${line.cpuSeconds.toFixed(1)} s a round)`,
    peer: share(peerCpuSeconds),
    ratio: '-',
    goal: 'at most 2 %',
    means:
      `CPU time of one whole round, divided by the shipped ${line.everySeconds / 3600} hours: ${whole(line.checks)} checks with ` +
      `${whole(line.questions)} questions to DNS, in ${whole(line.seconds)} s here, where ${whole(QUERIES_PER_SECOND)} questions a second are ` +
      'allowed and the clock jumps to the next look. The peer is the server that answers them, by DNS and SMTP.',
  };
}

function auditRow({ domains, hosts }: Size, line: AuditLine): Row {
  return {
    what: `primum audit of ${domains} domains and ${hosts} addresses`,
    ours: `${line.seconds.toFixed(1)} s`,
    peer: '-',
    ratio: '-',
    goal: 'at most 60 s',
    means:
      `Every check with the shipped bounds (200 questions a second, 32 checks at once); DNS and mail servers answer after ` +
      `${NORMAL_DELAY_MS} ms. ${whole(line.findings)} findings, ${whole(line.others)} of them not well.`,
  };
}
