/** `primum check FILE`: whether a configuration would be accepted. */
import type { Command } from '../command.ts';

export const check: Command = {
  name: 'check',
  summary: 'Check a configuration file; name every mistake, its place and its remedy.',
  arguments: [{ name: 'FILE' }],
  async run({ argument, io, show }) {
    const { checkFile } = await import('../../config/load.ts');
    const file = argument(0);
    const mistakes = checkFile(file, io.env);
    show({ file, mistakes }, () =>
      mistakes.length === 0 ? `${file} is right.\n` : mistakes.map((line) => `${line}\n`).join(''),
    );
    return mistakes.length === 0 ? 0 : 1;
  },
};
