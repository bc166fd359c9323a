/** `primum score`: verdicts held against what was true. */
import type { Command } from '../command.ts';

export const score: Command = {
  name: 'score',
  summary: 'Hold verdicts against the truth and print what leaked and who was wronged.',
  details:
    'Prints leaks, times and misses of each kind of attack, false holds and locks per 10,000 identity-days, and intervals at 95 %.',
  arguments: [{ name: 'VERDICTS' }],
  options: {
    truth: { type: 'string', value: 'FILE', help: 'What was true.', isRequired: true },
    events: {
      type: 'string',
      value: 'FILE',
      help: 'The events judged: gives the recipients where the truth does not, and the classes of accounts.',
    },
  },
  run: ({ wiring, argument, option, flag }) =>
    wiring.score({
      verdictsFile: argument(0),
      truthFile: option('truth') ?? '',
      eventsFile: option('events'),
      json: flag('json'),
    }),
};
