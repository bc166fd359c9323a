/** `primum check FILE`: whether a configuration would be accepted. */
import type { Command, Wiring } from '../command.ts';
import type { Io } from '../io.ts';

export const check: Command = {
  name: 'check',
  summary: 'Check a configuration file; name every mistake, its place and its remedy.',
  arguments: [{ name: 'FILE' }],
  details:
    'Files that it names are opened too. A warning is what a start goes on with although it may not be what you mean; it leaves the exit code at 0.',
  async run({ argument, io, wiring, show }) {
    const file = argument(0);
    const { mistakes, warnings } = await checkAll(file, io, wiring);
    const lines = [...mistakes, ...warnings.map((line) => `Warning: ${line}`)];
    if (mistakes.length === 0) lines.push(`${file} is right.`);
    show({ file, mistakes, warnings }, () => lines.map((line) => `${line}\n`).join(''));
    return mistakes.length === 0 ? 0 : 1;
  },
};

async function checkAll(file: string, { env }: Io, wiring: Wiring) {
  const { checkFile, loadConfig } = await import('../../config/load.ts');
  const mistakes = checkFile(file, env);
  if (mistakes.length > 0) return { mistakes, warnings: [] };
  const { warningsOf } = await import('../../config/warnings.ts');
  const found = await wiring.checkFiles(loadConfig(file, env));
  return { ...found, warnings: [...warningsOf(file, env), ...found.warnings] };
}
