/** `npm run bench:detection`: measures detection and writes docs/reference/detection.md; `--quick` prints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputsNamed } from './detection/inputs.ts';
import { detectionPage } from './detection/page.ts';
import { measureDetection, type DetectionOptions } from './detection/run.ts';
import { variantsOfHold, variantsWithout } from './detection/variants.ts';
import { readFlags } from './flags.ts';
import { FAMILIES } from '../src/core/detection/hypotheses.ts';
import { PLATFORMS } from '../src/simulate/simulate.ts';

const { values } = readFlags(process.argv.slice(2), {
  line: 'node bench/detection.ts [--quick] [FLAG VALUE...]',
  flags: {
    quick: { type: 'boolean', text: 'the small platform once; prints and writes nothing' },
    platform: { type: 'string', value: 'NAME', text: Object.keys(PLATFORMS).join(', ') },
    seed: { type: 'string', value: 'N,N', text: 'numbers that the platforms are made from' },
    anomalies: { type: 'string', value: 'N', text: 'how strange good mail is; usual is 1' },
    inputs: { type: 'string', value: 'NAME,NAME', text: 'what the doors see: full, policy, log' },
    streams: {
      type: 'string',
      value: 'FILE',
      text: 'real streams, as of primum simulate',
    },
    texts: { type: 'string', value: 'FILE', text: 'real messages, as of primum simulate' },
    config: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      text: 'a configuration; may be given again',
    },
    holds: {
      type: 'string',
      value: 'X,X',
      text: 'thresholds of hold in nats, beside the shipped one',
    },
    without: { type: 'string', value: 'FAMILY,FAMILY', text: 'families left out, each by itself' },
    keep: {
      type: 'string',
      value: 'FOLDER',
      text: 'keeps what each seed gave there, and takes it from there',
    },
  },
  takesNames: false,
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
    anomalies: Number(values.anomalies ?? '1'),
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
