/** Simulates, replays and scores in a folder of its own. */
import { join } from 'node:path';
import { replay } from '../../src/replay.ts';
import { score } from '../../src/scoring/score.ts';
import { readTruth } from '../../src/scoring/truth.ts';
import { PLATFORMS, simulate, type SimulateOptions } from '../../src/simulate/simulate.ts';
import { INPUTS, writeReduced, type Inputs } from './inputs.ts';
import type { Found } from './page.ts';
import { scoreBaselines } from './peers.ts';

export interface DetectionOptions extends Omit<SimulateOptions, 'out' | 'truth'> {
  readonly inputs: readonly Inputs[];
  readonly configFiles: readonly (string | undefined)[];
  readonly say: (text: string) => void;
}

export async function measureDetection(folder: string, options: DetectionOptions): Promise<Found> {
  const { say, inputs, configFiles, ...simulation } = options;
  const out = join(folder, 'events.ndjson');
  const truthFile = join(folder, 'truth.ndjson');
  say('simulate');
  const made = await simulate({ ...simulation, out, truth: truthFile });
  const runs: Found['runs'][number][] = [];
  for (const one of inputs) {
    const eventsFile = one === 'full' ? out : join(folder, `events.${one}.ndjson`);
    if (one !== 'full') await writeReduced(out, eventsFile, one);
    for (const configFile of configFiles) {
      say(`replay, inputs ${one}${configFile === undefined ? '' : `, ${configFile}`}`);
      const verdictsFile = join(folder, 'verdicts.ndjson');
      await replay({ eventsFile, outFile: verdictsFile, configFile });
      const name = configFile === undefined ? `inputs ${one}` : `inputs ${one}, ${configFile}`;
      runs.push({
        name,
        inputs: one,
        score: await score({ verdictsFile, truthFile, eventsFile: out }),
      });
    }
  }
  say('baselines');
  const peers = await scoreBaselines(out, await readTruth(truthFile));
  const { identities, days } = PLATFORMS[options.platform];
  return {
    made:
      `Made with the platform \`${options.platform}\` (${identities} identities, ${days} days, ` +
      `${made.events.toLocaleString('en-US')} events), seed ${options.seed}.`,
    runs,
    peers,
  };
}

export function inputsNamed(text: string): readonly Inputs[] {
  return text.split(',').map((name) => {
    const found = INPUTS.find((one) => one === name);
    if (found === undefined)
      throw new Error(`There are no inputs ${name}: name ${INPUTS.join(', ')}.`);
    return found;
  });
}
