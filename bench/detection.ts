/** `npm run bench:detection`: measures detection and writes docs/reference/detection.md; `--quick` prints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { detectionPage } from './detection/page.ts';
import { variantsOfHold, variantsWithout } from './detection/variants.ts';
import { inputsNamed, measureDetection } from './detection/run.ts';
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
  },
});

const name = values.platform ?? (values.quick ? 'small' : 'medium');
if (name !== 'small' && name !== 'medium' && name !== 'full') {
  throw new Error(`There is no platform ${name}: name ${Object.keys(PLATFORMS).join(', ')}.`);
}
const folder = mkdtempSync(join(tmpdir(), 'primum-detection-'));
try {
  const found = await measureDetection(folder, {
    platform: name,
    seeds: (values.seed ?? (values.quick ? '1' : '1,2,3')).split(',').map(Number),
    anomalies: Number(values.anomalies),
    streams: values.streams,
    texts: values.texts,
    inputs: inputsNamed(values.inputs ?? (values.quick ? 'full' : 'full,policy,log')),
    configFiles: values.config ?? [undefined],
    variants: [
      ...variantsOfHold(values.holds ?? (values.quick ? '' : '7,11')),
      ...variantsWithout(values.without ?? (values.quick ? '' : FAMILIES.join(','))),
    ],
    say: (text) => console.error(`  ${text}`),
  });
  const page = detectionPage(found);
  if (values.quick) console.log(page);
  else writeFileSync(join(import.meta.dirname, '../docs/reference/detection.md'), page);
} finally {
  rmSync(folder, { recursive: true });
}
