/** `primum config explain KEY` and `primum config print`. */
import { PrimumError } from '../../errors.ts';
import { CONFIG_OPTION } from '../command.ts';
import type { Command } from '../command.ts';

export const configExplain: Command = {
  name: 'config explain',
  summary: 'Explain one key of the configuration.',
  arguments: [{ name: 'KEY' }],
  async run({ argument, show }) {
    const { explainKey } = await import('../../config/explain.ts');
    const key = argument(0);
    const found = explainKey(key);
    if (!found.ok) throw new PrimumError('INPUT_UNREADABLE', found.reason);
    show({ key, text: found.value }, ({ text }) => `${text}\n`);
    return 0;
  },
};

export const configPrint: Command = {
  name: 'config print',
  summary: 'Print the configuration in force with all defaults, without secrets.',
  options: CONFIG_OPTION,
  async run({ config, show }) {
    const { printConfig } = await import('../../config/print.ts');
    show({ yaml: printConfig(await config()) }, ({ yaml }) => yaml);
    return 0;
  },
};
