/** `primum replay`: past events, judged again. */
import { CONFIG_OPTION } from '../command.ts';
import type { Command } from '../command.ts';

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
    ...CONFIG_OPTION,
  },
  run: ({ wiring, allArguments, option }) =>
    wiring.replay({
      eventsFiles: allArguments,
      outFile: option('out') ?? '',
      configFile: option('config'),
    }),
};
