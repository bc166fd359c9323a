/** `primum replay`: past events, judged again. */
import { FAMILIES, type Family } from '../../core/detection/hypotheses.ts';
import { PrimumError } from '../../errors.ts';
import type { ReplayJudging } from '../../replay/judging.ts';
import { CONFIG_OPTION, type Command, type Context } from '../command.ts';

export const replay: Command = {
  name: 'replay',
  summary: 'Judge the events of files again and write the verdicts.',
  details:
    'Works on the events’ own time, without a daemon and without effects. Equal input gives equal output. ' +
    'Several files are read one after the other; of a folder, such as journal in the state folder, the ' +
    'segments of its journal, oldest first; - is standard input.',
  arguments: [{ name: 'FILE', isRepeated: true }],
  options: {
    out: {
      type: 'string',
      value: 'FILE',
      help: 'Where the verdicts go, one JSON object a line; - for standard output.',
      isRequired: true,
    },
    hold: {
      type: 'string',
      value: 'NATS',
      help: 'The score that holds, in place of the configured one, to see what another would do.',
    },
    lock: {
      type: 'string',
      value: 'NATS',
      help: 'The score that may lock, in place of the configured one.',
    },
    without: {
      type: 'string',
      value: 'FAMILIES',
      help: `Evidence to leave out, to see what it is worth: ${FAMILIES.join(', ')}; several with commas.`,
    },
    ...CONFIG_OPTION,
  },
  run: (context) => {
    const { wiring, allArguments, option, flag } = context;
    const judging = judgingOf(context);
    return wiring.replay({
      eventsFiles: allArguments,
      outFile: option('out') ?? '',
      configFile: option('config'),
      ...(flag('json') && { json: true }),
      ...(judging !== undefined && { judging }),
    });
  },
};

function judgingOf({ option }: Context): ReplayJudging | undefined {
  const [hold, lock] = [nats('hold', option('hold')), nats('lock', option('lock'))];
  const without = option('without')?.split(',').map(familyNamed);
  if (hold === undefined && lock === undefined && without === undefined) return undefined;
  if (hold !== undefined && lock !== undefined && hold > lock) {
    throw new PrimumError('USAGE', `--hold ${hold} is above --lock ${lock}. Exchange them.`);
  }
  return { hold, lock, without };
}

/** As much as all families together can say, and more. */
const MOST_NATS = 50;

function nats(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= MOST_NATS) return value;
  throw new PrimumError('USAGE', `--${name} is a number up to ${MOST_NATS}, not "${text}".`);
}

function familyNamed(name: string): Family {
  const found = FAMILIES.find((family) => family === name.trim());
  if (found !== undefined) return found;
  throw new PrimumError(
    'USAGE',
    `There is no evidence "${name}". Name some of ${FAMILIES.join(', ')}.`,
  );
}
