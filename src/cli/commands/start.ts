/** `primum start`: the daemon itself. */
import { CONFIG_OPTION } from '../command.ts';
import type { Command } from '../command.ts';

export const start: Command = {
  name: 'start',
  summary: 'Guard: open the doors and judge, until told to stop.',
  details:
    'Without a configuration file all defaults hold: state in ./var (or PRIMUM_STATE), doors on loopback, observe mode. SIGHUP reads the configuration again, SIGTERM stops and loses nothing.',
  options: CONFIG_OPTION,
  run: ({ wiring, option }) => wiring.start({ configFile: option('config') }),
};
