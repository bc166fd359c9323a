/** `primum import postfix` and `primum backtest`: what old mail logs tell. */
import { CONFIG_OPTION } from '../command.ts';
import type { Command, Context, LogFiles } from '../command.ts';

const FILES = { name: 'FILES', isRepeated: true } as const;

const STAMP_OPTIONS = {
  year: {
    type: 'string',
    value: 'YEAR',
    help: "The year of each file's first line, where stamps have none. Else the file's date tells it.",
  },
  'time-zone': {
    type: 'string',
    value: 'ZONE',
    help: "The zone of stamps that have none, such as Europe/Berlin. Else this system's.",
  },
} as const;

const ORDER =
  'Plain files, .gz and .zst, in any order: they are read in the order of what is in them.';

function logFiles({ allArguments, option, flag }: Context): LogFiles {
  return {
    files: allArguments,
    year: option('year'),
    timeZone: option('time-zone'),
    ...(flag('json') && { json: true }),
  };
}

export const importPostfix: Command = {
  name: 'import postfix',
  summary: 'Make an event file of old mail logs of Postfix and Dovecot.',
  details: `${ORDER} "primum replay" then judges the events.`,
  arguments: [FILES],
  options: {
    out: {
      type: 'string',
      value: 'FILE',
      help: 'Where the events go, one JSON object a line; - is standard output.',
      isRequired: true,
    },
    ...STAMP_OPTIONS,
  },
  run: (context) =>
    context.wiring.importPostfix({
      ...logFiles(context),
      outFile: context.option('out') ?? '',
    }),
};

export const backtest: Command = {
  name: 'backtest',
  summary: 'Tell from old mail logs whom Primum would have stopped, when and why.',
  details: `${ORDER} Works without a daemon and changes nothing.`,
  arguments: [FILES],
  options: {
    html: {
      type: 'string',
      value: 'FILE',
      help: 'Writes the report as one HTML page with graphs, too.',
    },
    ...STAMP_OPTIONS,
    ...CONFIG_OPTION,
  },
  run: (context) =>
    context.wiring.backtest({
      ...logFiles(context),
      htmlFile: context.option('html'),
      configFile: context.option('config'),
    }),
};
