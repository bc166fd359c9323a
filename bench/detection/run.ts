/** Simulates, replays and scores in a folder of its own. */
import { join } from 'node:path';
import { replay, type ReplayOptions } from '../../src/replay/replay.ts';
import { resultOf, type Score } from '../../src/scoring/result.ts';
import { tallyOf } from '../../src/scoring/score.ts';
import type { Tally } from '../../src/scoring/tally.ts';
import { readTruth } from '../../src/scoring/truth.ts';
import { PLATFORMS, simulate, type SimulateOptions } from '../../src/simulate/simulate.ts';
import { INPUTS, writeReduced, type Inputs } from './inputs.ts';
import type { Found } from './page.ts';
import type { Variant } from './variants.ts';
import { tallyBaselines, type PeerTally } from './peers.ts';

export interface DetectionOptions extends Omit<SimulateOptions, 'out' | 'truth' | 'seed'> {
  /** One platform for each, counted together. */
  readonly seeds: readonly number[];
  readonly inputs: readonly Inputs[];
  readonly configFiles: readonly (string | undefined)[];
  /** Of full input and the first configuration. */
  readonly variants: readonly Variant[];
  readonly say: (text: string) => void;
}

interface Run {
  readonly name: string;
  readonly inputs: Inputs;
  readonly variant?: Variant['kind'];
  readonly tally: Tally;
}

export async function measureDetection(folder: string, options: DetectionOptions): Promise<Found> {
  const runs: Run[] = [];
  const peers: PeerTally[] = [];
  let events = 0;
  for (const seed of options.seeds) {
    options.say(`seed ${seed}: simulate`);
    const out = join(folder, 'events.ndjson');
    const truthFile = join(folder, 'truth.ndjson');
    events += (await simulate({ ...options, seed, out, truth: truthFile })).events;
    runs.push(...(await judge(folder, { out, truthFile }, options)));
    options.say(`seed ${seed}: baselines`);
    peers.push(...(await tallyBaselines(out, await readTruth(truthFile))));
  }
  const { identities, days } = options.size ?? PLATFORMS[options.platform];
  return {
    made:
      `Made with the platform \`${options.platform}\` (${identities} identities, ${days} days), ` +
      `seeds ${options.seeds.join(', ')} together: ${events.toLocaleString('en-US')} events.`,
    runs: together(runs),
    peers: together(peers),
  };
}

async function judge(
  folder: string,
  files: { readonly out: string; readonly truthFile: string },
  { inputs, configFiles, variants, say }: DetectionOptions,
): Promise<Run[]> {
  const { out, truthFile } = files;
  const runs: Run[] = [];
  const run = async (one: Omit<Run, 'tally'>, options: Omit<ReplayOptions, 'outFile'>) => {
    say(`  replay, ${one.name}`);
    const verdictsFile = join(folder, 'verdicts.ndjson');
    await replay({ ...options, outFile: verdictsFile });
    runs.push({ ...one, tally: await tallyOf({ verdictsFile, truthFile, eventsFile: out }) });
  };
  for (const one of inputs) {
    const eventsFile = one === 'full' ? out : join(folder, `events.${one}.ndjson`);
    if (one !== 'full') await writeReduced(out, eventsFile, one);
    for (const configFile of configFiles) {
      const name = configFile === undefined ? `inputs ${one}` : `inputs ${one}, ${configFile}`;
      await run({ name, inputs: one }, { eventsFiles: [eventsFile], configFile });
    }
  }
  for (const { name, kind, judging } of variants) {
    const options = { eventsFiles: [out], configFile: configFiles[0], judging };
    await run({ name, inputs: 'full', variant: kind }, options);
  }
  return runs;
}

/** Those of one name are one, whatever their seed. */
function together<T extends { readonly name: string; readonly tally: Tally }>(
  runs: readonly T[],
): (Omit<T, 'tally'> & { readonly score: Score })[] {
  return [...Map.groupBy(runs, ({ name }) => name).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { tally, ...rest } = first;
    return [{ ...rest, score: resultOf(tally, ...others.map((other) => other.tally)) }];
  });
}

export function inputsNamed(text: string): readonly Inputs[] {
  return text.split(',').map((name) => {
    const found = INPUTS.find((one) => one === name);
    if (found === undefined)
      throw new Error(`There are no inputs ${name}: name ${INPUTS.join(', ')}.`);
    return found;
  });
}
