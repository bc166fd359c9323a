/** `primum help`: all commands, or one with its options. */
import { PrimumError } from '../../errors.ts';
import { optionsOf, usageOf } from '../command.ts';
import type { Command } from '../command.ts';

const WIDTH = 80;

export const help: Command = {
  name: 'help',
  summary: 'List the commands, or explain one.',
  arguments: [
    { name: 'COMMAND', isOptional: true },
    { name: 'SUBCOMMAND', isOptional: true },
  ],
  run({ argument, commands, show }) {
    const name = [argument(0), argument(1)].filter((word) => word !== '').join(' ');
    const named = commands.filter((c) => c.name === name || c.name.startsWith(`${name} `));
    if (name === '') {
      show(commands.map(describe), () => overview(commands));
    } else if (named.length === 0) {
      throw new PrimumError(
        'USAGE',
        `There is no command "${name}". "primum help" lists the commands.`,
      );
    } else {
      show(named.map(describe), () => named.map(explain).join('\n'));
    }
    return Promise.resolve(0);
  },
};

function describe(command: Command) {
  const { name, summary } = command;
  return { name, summary, usage: usageOf(command), options: optionsOf(command) };
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return [
    'Primum stops abuse from leaving a mail platform.\n\n',
    'Usage: primum COMMAND [options]\n\n',
    ...lines,
    '\n"primum help COMMAND" explains one. Every command takes --json.\n',
  ].join('');
}

function explain(command: Command): string {
  const options = Object.entries(optionsOf(command)).map(
    ([name, { value, help }]) =>
      [value === undefined ? `--${name}` : `--${name} ${value}`, help] as const,
  );
  const width = Math.max(...options.map(([name]) => name.length));
  const hanging = ' '.repeat(width + 4);
  const lines = options.map(([name, text]) => `  ${name.padEnd(width)}  ${fold(text, hanging)}\n`);
  const details = command.details === undefined ? '' : `${fold(command.details, '')}\n`;
  return `${usageOf(command)}\n\n${fold(command.summary, '')}\n${details}\n${lines.join('')}`;
}

/** Breaks a text into lines, all but the first with `margin` before them. */
function fold(text: string, margin: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && margin.length + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${margin}`);
}
