/** Simulates, replays and counts the platform of one seed. */
import { join } from 'node:path';
import { replay, type ReplayOptions } from '../../src/replay/replay.ts';
import type { Counted } from '../../src/scoring/result.ts';
import { tallyOf } from '../../src/scoring/score.ts';
import { readTruth } from '../../src/scoring/truth.ts';
import { simulate, type SimulateOptions } from '../../src/simulate/simulate.ts';
import { writeReduced, type Inputs } from './inputs.ts';
import { tallyBaselines, type PeerTally } from './peers.ts';
import type { Variant } from './variants.ts';

export interface SeedOptions extends Omit<SimulateOptions, 'out' | 'truth' | 'seed'> {
  readonly inputs: readonly Inputs[];
  readonly configFiles: readonly (string | undefined)[];
  /** Of full input and the first configuration. */
  readonly variants: readonly Variant[];
}

export interface SeedRun {
  readonly name: string;
  readonly inputs: Inputs;
  readonly variant?: Variant['kind'];
  readonly tally: Counted;
}

export interface SeedFound {
  readonly events: number;
  readonly runs: readonly SeedRun[];
  readonly peers: readonly PeerTally[];
}

export async function measureSeed(
  seed: number,
  options: SeedOptions,
  to: { readonly folder: string; readonly say: (text: string) => void },
): Promise<SeedFound> {
  const { folder, say } = to;
  say(`seed ${seed}: simulate`);
  const out = join(folder, 'events.ndjson');
  const truthFile = join(folder, 'truth.ndjson');
  const { events } = await simulate({ ...options, seed, out, truth: truthFile });
  const runs: SeedRun[] = [];
  const run = async (one: Omit<SeedRun, 'tally'>, how: Omit<ReplayOptions, 'outFile'>) => {
    say(`  replay, ${one.name}`);
    const verdictsFile = join(folder, 'verdicts.ndjson');
    await replay({ ...how, outFile: verdictsFile });
    runs.push({ ...one, tally: await tallyOf({ verdictsFile, truthFile, eventsFile: out }) });
  };
  for (const inputs of options.inputs) {
    const eventsFile = inputs === 'full' ? out : join(folder, `events.${inputs}.ndjson`);
    if (inputs !== 'full') await writeReduced(out, eventsFile, inputs);
    for (const configFile of options.configFiles) {
      const name =
        configFile === undefined ? `inputs ${inputs}` : `inputs ${inputs}, ${configFile}`;
      await run({ name, inputs }, { eventsFiles: [eventsFile], configFile });
    }
  }
  for (const { name, kind, judging } of options.variants) {
    const how = { eventsFiles: [out], configFile: options.configFiles[0], judging };
    await run({ name, inputs: 'full', variant: kind }, how);
  }
  say(`seed ${seed}: baselines`);
  return { events, runs, peers: await tallyBaselines(out, await readTruth(truthFile)) };
}
