/** Measures one seed after the other and puts them together. */
import { resultOf, type Counted, type Score } from '../../src/scoring/result.ts';
import { PLATFORMS } from '../../src/simulate/simulate.ts';
import { openKeeping } from './keep.ts';
import type { Found } from './page.ts';
import { measureSeed, type SeedFound, type SeedOptions } from './seed.ts';

export interface DetectionOptions extends SeedOptions {
  /** One platform for each, counted together. */
  readonly seeds: readonly number[];
  /** Where what each seed gave is kept. */
  readonly keep?: string | undefined;
}

export async function measureDetection(
  folder: string,
  { seeds, keep, ...options }: DetectionOptions,
  say: (text: string) => void,
): Promise<Found> {
  const keeping = openKeeping(keep);
  const found: SeedFound[] = [];
  for (const seed of seeds) {
    const known = keeping.read(seed, options);
    const one = known ?? (await measureSeed(seed, options, { folder, say }));
    if (known === undefined) keeping.write(seed, options, one);
    found.push(one);
  }
  const { identities, days } = options.size ?? PLATFORMS[options.platform];
  const events = found.reduce((sum, one) => sum + one.events, 0);
  const platforms = seeds.length === 1 ? 'a platform' : `${seeds.length} platforms`;
  return {
    made:
      `Made with ${platforms} of ${identities.toLocaleString('en-US')} identities and ${days} days ` +
      `(seeds ${seeds.join(', ')}): ${events.toLocaleString('en-US')} events.`,
    runs: together(found.flatMap(({ runs }) => runs)),
    peers: together(found.flatMap(({ peers }) => peers)),
  };
}

/** Those of one name are one, whatever their seed. */
function together<T extends { readonly name: string; readonly tally: Counted }>(
  runs: readonly T[],
): (Omit<T, 'tally'> & { readonly score: Score })[] {
  return [...Map.groupBy(runs, ({ name }) => name).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { tally, ...rest } = first;
    return [{ ...rest, score: resultOf(tally, ...others.map((other) => other.tally)) }];
  });
}
