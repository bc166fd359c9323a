/** `primum calibrate`: thresholds from the operator's own journal. */
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';

const WANTED = 1;
/** More false holds than this are not a wish. */
const MOST_WANTED = 1_000;

export const calibrate: Command = {
  name: 'calibrate',
  summary: 'Propose thresholds of the score from the journal of your own platform.',
  details:
    'Counts the highest score of each account and day by cohort, and says at which score a wanted number of ' +
    'account-days would be held. Reads journals (a folder is its segments) or verdicts of a replay; changes nothing. What --json prints, ' +
    'kept as calibration.json in the state folder, tells explain and the API how often good mail reaches a score.',
  arguments: [{ name: 'FILE', isRepeated: true }],
  options: {
    wanted: {
      type: 'string',
      value: 'N',
      help: `Wanted false holds in 10,000 account-days. Default ${WANTED}.`,
    },
    incidents: {
      type: 'string',
      value: 'FILE',
      help: 'What primum incidents --all --json printed: accounts that were abused are left out.',
    },
  },
  run: ({ wiring, allArguments, option, flag }) =>
    wiring.calibrate({
      files: allArguments,
      wanted: wantedOf(option('wanted')),
      incidentsFile: option('incidents'),
      json: flag('json'),
    }),
};

function wantedOf(text: string | undefined): number {
  if (text === undefined) return WANTED;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= MOST_WANTED) return value;
  throw new PrimumError('USAGE', `--wanted is a number up to ${MOST_WANTED}, not "${text}".`);
}
