/** How often good mail reaches a score: what `primum calibrate --json` printed, laid in the state folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countedOf, falseRateAt, type FalseRate } from '../core/detection/tail.ts';
import { wordsOf } from '../errors.ts';

const FILE = 'calibration.json';

/** Reads the file each time: people ask seldom, and it may be new. */
export function falseRates(
  state: string,
  warn: (text: string) => void,
): (score: number) => FalseRate | undefined {
  const path = join(state, FILE);
  return (score) => {
    const counted = countedIn(path, warn);
    return counted === undefined ? undefined : falseRateAt(counted, score);
  };
}

function countedIn(path: string, warn: (text: string) => void): readonly number[] | undefined {
  try {
    const counted = countedOf(JSON.parse(readFileSync(path, 'utf8')));
    if (counted === undefined)
      warn(`${path} has no days by score. Make it with primum calibrate --json.`);
    return counted;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      warn(`${path} cannot be read: ${wordsOf(error)}. Make it anew with primum calibrate --json.`);
    }
    return undefined;
  }
}
