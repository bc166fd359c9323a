/** `npm run bench:detection`: measures detection and writes docs/reference/detection.md; `--quick` prints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inputsNamed } from './detection/inputs.ts';
import { detectionPage } from './detection/page.ts';
import { measureDetection, type DetectionOptions } from './detection/run.ts';
import { variantsOfHold, variantsWithout } from './detection/variants.ts';
import { FAMILIES } from '../src/core/detection/hypotheses.ts';
import { PLATFORMS } from '../src/simulate/simulate.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    platform: { type: 'string' },
    seed: { type: 'string' },
    anomalies: { type: 'string', default: '1' },
    inputs: { type: 'string' },
    streams: { type: 'string' },
    texts: { type: 'string' },
    config: { type: 'string', multiple: true },
    holds: { type: 'string' },
    without: { type: 'string' },
    keep: { type: 'string' },
  },
});

// Of the whole measurement: no seed that anybody looked at while the detector was made.
const FULL_SEEDS = '2001,2002,2003,2004,2005,2006,2007,2008,2009,2010';

type Sort = 'quick' | 'whole' | 'beside';

const DEFAULTS = {
  quick: { platform: 'small', seeds: '1', inputs: 'full', holds: '', without: '' },
  whole: { platform: 'full', seeds: FULL_SEEDS, inputs: 'full', holds: '', without: '' },
  beside: {
    platform: 'medium',
    seeds: '1',
    inputs: 'full,policy,log',
    holds: '7,11',
    without: FAMILIES.join(','),
  },
} as const satisfies Record<Sort, object>;

function optionsOf(sort: Sort): DetectionOptions {
  const defaults = DEFAULTS[sort];
  // What is named on the command line is of the whole measurement.
  const named: Partial<typeof values> = sort === 'beside' ? {} : values;
  const platform = named.platform ?? defaults.platform;
  if (platform !== 'small' && platform !== 'medium' && platform !== 'full') {
    throw new Error(`There is no platform ${platform}: name ${Object.keys(PLATFORMS).join(', ')}.`);
  }
  const seeds = (named.seed ?? defaults.seeds).split(',').map(Number);
  return {
    platform,
    seeds,
    // A platform in parts is told in parts: no disk holds all of its events at once.
    ...(platform === 'full' && { size: partOf(PLATFORMS.full, FULL_SEEDS.split(',').length) }),
    anomalies: Number(values.anomalies),
    streams: values.streams,
    texts: values.texts,
    inputs: inputsNamed(named.inputs ?? defaults.inputs),
    configFiles: values.config ?? [undefined],
    variants: [
      ...variantsOfHold(named.holds ?? defaults.holds),
      ...variantsWithout(named.without ?? defaults.without),
    ],
    keep: values.keep === undefined ? undefined : join(values.keep, platform),
  };
}

function partOf(size: (typeof PLATFORMS)['full'], parts: number): (typeof PLATFORMS)['full'] {
  return {
    identities: size.identities / parts,
    days: size.days,
    each: size.each / parts,
    snowshoe: size.snowshoe / parts,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'primum-detection-'));
const say = (text: string): void => console.error(`  ${text}`);
try {
  const found = await measureDetection(folder, optionsOf(values.quick ? 'quick' : 'whole'), say);
  if (values.quick) console.log(detectionPage(found));
  else {
    const beside = await measureDetection(folder, optionsOf('beside'), say);
    const page = join(import.meta.dirname, '../docs/reference/detection.md');
    writeFileSync(page, detectionPage(found, beside));
  }
} finally {
  rmSync(folder, { recursive: true });
}
