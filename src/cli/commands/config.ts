/** `primum config explain KEY` and `primum config print`. */
import { explainKey } from '../../config/explain.ts';
import { printConfig } from '../../config/print.ts';
import { PrimumError } from '../../errors.ts';
import { CONFIG_OPTION } from '../command.ts';
import type { Command } from '../command.ts';

export const configExplain: Command = {
  name: 'config explain',
  summary: 'Explain one key of the configuration.',
  arguments: [{ name: 'KEY' }],
  run({ argument, show }) {
    const key = argument(0);
    const found = explainKey(key);
    if (!found.ok) throw new PrimumError('INPUT_UNREADABLE', found.reason);
    show({ key, text: found.value }, ({ text }) => `${text}\n`);
    return Promise.resolve(0);
  },
};

export const configPrint: Command = {
  name: 'config print',
  summary: 'Print the configuration in force with all defaults, without secrets.',
  options: CONFIG_OPTION,
  run({ config, show }) {
    show({ yaml: printConfig(config()) }, ({ yaml }) => yaml);
    return Promise.resolve(0);
  },
};
