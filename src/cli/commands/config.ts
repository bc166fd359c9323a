/** `primum config explain KEY` and `primum config print`. */
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { aboveTheFile, aboveTheKey } from './switches.ts';

export const configExplain: Command = {
  name: 'config explain',
  summary: 'Explain one key of the configuration.',
  arguments: [{ name: 'KEY' }],
  asksDaemon: true,
  async run({ argument, client, show }) {
    const { explainKey } = await import('../../config/explain.ts');
    const key = argument(0);
    const found = explainKey(key);
    if (!found.ok) throw new PrimumError('INPUT_UNREADABLE', found.reason);
    const text = found.value + (await aboveTheKey(key, client));
    show({ key, text }, (said) => `${said.text}\n`);
    return 0;
  },
};

export const configPrint: Command = {
  name: 'config print',
  summary: 'Print the configuration in force with all defaults, without secrets.',
  asksDaemon: true,
  async run({ config, client, show }) {
    const { printConfig } = await import('../../config/print.ts');
    const text = printConfig(await config());
    show({ yaml: (await aboveTheFile(client)) + text }, ({ yaml }) => yaml);
    return 0;
  },
};
