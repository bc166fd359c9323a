/** `primum replay`: past events, judged again. */
import { CONFIG_OPTION } from '../command.ts';
import type { Command } from '../command.ts';

export const replay: Command = {
  name: 'replay',
  summary: 'Judge the events of a file again and write the verdicts.',
  details:
    "Works on the events' own time, without a daemon and without effects. Equal input gives equal output.",
  arguments: [{ name: 'FILE' }],
  options: {
    out: {
      type: 'string',
      value: 'FILE',
      help: 'Where the verdicts go, one JSON object a line.',
      isRequired: true,
    },
    ...CONFIG_OPTION,
  },
  run: ({ wiring, argument, option }) =>
    wiring.replay({
      eventsFile: argument(0),
      outFile: option('out') ?? '',
      configFile: option('config'),
    }),
};
