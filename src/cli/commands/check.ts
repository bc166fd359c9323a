/** `primum check FILE`: whether a configuration would be accepted. */
import { checkFile } from '../../config/load.ts';
import type { Command } from '../command.ts';

export const check: Command = {
  name: 'check',
  summary: 'Check a configuration file; name every mistake, its place and its remedy.',
  arguments: [{ name: 'FILE' }],
  run({ argument, io, show }) {
    const file = argument(0);
    const mistakes = checkFile(file, io.env);
    show({ file, mistakes }, () =>
      mistakes.length === 0 ? `${file} is right.\n` : mistakes.map((line) => `${line}\n`).join(''),
    );
    return Promise.resolve(mistakes.length === 0 ? 0 : 1);
  },
};
