/** `primum agent`: the hands on a mail host. */
import { CONFIG_OPTION } from '../command.ts';
import type { Command } from '../command.ts';

export const agent: Command = {
  name: 'agent',
  summary: 'Work on the mail queue of this host for a daemon, until told to stop.',
  details:
    'Asks the API at agent.api for tasks, with the token of agent.token_file. It runs as root, because postsuper does; it takes a few fixed commands and nothing else.',
  options: CONFIG_OPTION,
  run: ({ wiring, option }) => wiring.agent({ configFile: option('config') }),
};
