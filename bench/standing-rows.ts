/** Standing state of a million ordinary identities, in a process of its own (bench/standing.ts). */
import { inFolder, startProgram } from './children.ts';
import type { ProductLine } from './product.ts';
import { whole, type BenchContext, type Row } from './report.ts';
import type { StandingFigures } from './standing.ts';

const GIB = 1024 ** 3;

export async function standingRows(context: BenchContext): Promise<readonly Row[]> {
  const identities = context.isQuick ? 20_000 : 1_000_000;
  return inFolder(async (folder) => {
    context.say(`standing: ${whole(identities)} identities`);
    const child = await startProgram('standing.ts', [String(identities), folder], {
      patienceMs: 600_000,
    });
    await child.stop();
    const found = JSON.parse(child.line) as StandingFigures;
    context.say('standing: the product starts with them');
    const product = await startProgram('product.ts', [context.program, folder]);
    const { readyMs } = JSON.parse(product.line) as ProductLine;
    await product.stop();
    return rowsOf(found, readyMs);
  });
}

function rowsOf(found: StandingFigures, readyMs: number): Row[] {
  const many = whole(found.identities);
  const alone = { peer: '-', ratio: '-' };
  return [
    {
      ...alone,
      what: 'state of an ordinary identity',
      ours: `${whole(found.recordBytes)} bytes`,
      goal: 'at most 5 KiB',
      means: `Its ${found.records} records (profile, account, counters) with their keys, after 30 simulated days of a person with two places.`,
    },
    {
      ...alone,
      what: `${many} identities, resident`,
      ours: `${(found.residentBytes / GIB).toFixed(2)} GiB`,
      goal: 'at most 6 GiB',
      means: `The process that holds them all; ${(found.diskBytes / GIB).toFixed(2)} GiB on disk, written in ${found.fillSeconds.toFixed(0)} s.`,
    },
    {
      ...alone,
      what: `${many} identities, ready after a restart`,
      ours: `${(readyMs / 1000).toFixed(2)} s`,
      goal: 'at most 10 s',
      means: `From the start of the product to all doors listening; the first read of a record then takes ${found.firstReadUs.toFixed(0)} us.`,
    },
    {
      ...alone,
      what: `${many} identities, a change at ${whole(found.changesPerSecond)} a second`,
      ours: `p50 ${found.p50Us.toFixed(1)} us, p99 ${found.p99Us.toFixed(1)} us`,
      goal: '-',
      means: `Random records, written behind to disk meanwhile; longest turn of the event loop ${found.longestTurnMs.toFixed(0)} ms, at most ${whole(found.mostDirty)} changes not on disk.`,
    },
  ];
}
