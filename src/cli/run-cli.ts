/** The command line: finds the command, reads its options, and says in a sentence what went wrong. */
import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.ts';
import { PrimumError, type ErrorCode } from '../errors.ts';
import type { Command, Context, Wiring } from './command.ts';
import { optionsOf, usageOf } from './command.ts';
import type { Io } from './io.ts';
import { COMMANDS } from './registry.ts';
import { harmless } from './text.ts';

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** What the person who called can mend in the call itself or in the file it names. */
const MISTAKES: ReadonlySet<ErrorCode> = new Set(['USAGE', 'CONFIG_UNREADABLE', 'CONFIG_INVALID']);

/** @param argv The words after the program's name. Gives the exit code; rejects only for bugs. */
export async function runCli(argv: readonly string[], io: Io, wiring: Wiring): Promise<number> {
  try {
    const { command, rest } = findCommand(argv);
    return await command.run(readContext(command, rest, io, wiring));
  } catch (error) {
    if (!(error instanceof PrimumError)) throw error;
    io.err(`${harmless(asTyped(error.message))}\n`);
    return MISTAKES.has(error.code) ? EXIT_USAGE : EXIT_FAILED;
  }
}

/** `-h` anywhere asks for help on the command, as everywhere else. */
function findCommand(argv: readonly string[]): { command: Command; rest: readonly string[] } {
  const words = argv[0] === '--version' ? ['version', ...argv.slice(1)] : argv;
  const known = COMMANDS.filter((command) =>
    command.name.split(' ').every((word, index) => words[index] === word),
  );
  // `incidents close` and not `incidents`: the longer name is meant.
  const command = known.sort((a, b) => b.name.length - a.name.length)[0];
  const wantsHelp = words.some((word) => word === '--help' || word === '-h');
  if (words.length === 0 || wantsHelp || command === undefined) {
    const isHelp = words.length === 0 || wantsHelp;
    if (isHelp) return { command: named('help'), rest: command?.name.split(' ') ?? family(words) };
    throw unknownCommand(words);
  }
  return { command, rest: words.slice(command.name.split(' ').length) };
}

/** `hold` of `hold list` and its like. */
function family([first = '']: readonly string[]): readonly string[] {
  return COMMANDS.some(({ name }) => name.startsWith(`${first} `)) ? [first] : [];
}

/** The API speaks of bodies, queries and paths; a person typed options and names. */
function asTyped(message: string): string {
  return message
    .replace(/^The (?:body|query) is not right: `(\w+)` /, '--$1 ')
    .replace(/^The path is not right: `\w+` /, 'What was named ');
}

function named(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`There is no command ${name}.`);
  return command;
}

function unknownCommand(words: readonly string[]): PrimumError {
  const [first = ''] = words;
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `)).map((c) => c.name);
  if (family.length > 0) {
    return new PrimumError(
      'USAGE',
      `Write one of: ${family.map((n) => `primum ${n}`).join(', ')}.`,
    );
  }
  const names = COMMANDS.map(({ name }) => name);
  const meant = nearest(first, names);
  const hint = meant === undefined ? '' : ` Did you mean "primum ${meant}"?`;
  return new PrimumError(
    'USAGE',
    `There is no command "${first}".${hint} "primum help" lists the commands.`,
  );
}

function readContext(command: Command, rest: readonly string[], io: Io, wiring: Wiring): Context {
  const { values, positionals } = parseOptions(command, rest);
  const option = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  // The schema takes longer to load than most commands to run.
  const config = async () =>
    (await import('../config/load.ts')).loadConfig(option('config'), io.env);
  return {
    io,
    wiring,
    commands: COMMANDS,
    argument: (index) => positionals[index] ?? '',
    allArguments: positionals,
    option,
    flag: (name) => values[name] === true,
    config,
    client: async () => {
      const { connect } = await import('./connect.ts');
      return connect({ api: option('api'), state: option('state'), config }, io);
    },
    show(value, text) {
      const shown = values['json'] === true ? `${JSON.stringify(value, null, 2)}\n` : text(value);
      io.out(harmless(shown));
    },
  };
}

function parseOptions(command: Command, rest: readonly string[]) {
  const options = optionsOf(command);
  const help = `"primum help ${command.name}" shows how it is used.`;
  const { values, positionals } = parse(command, rest, help);
  for (const [name, { isRequired, value }] of Object.entries(options)) {
    if (isRequired === true && (values[name] === undefined || values[name] === '')) {
      throw new PrimumError('USAGE', `Add --${name} ${value ?? ''}. Usage: ${usageOf(command)}`);
    }
  }
  const wanted = command.arguments ?? [];
  const missing = wanted.find(
    ({ isOptional }, index) => isOptional !== true && (positionals[index] ?? '') === '',
  );
  if (missing) {
    throw new PrimumError('USAGE', `${missing.name} is missing. Usage: ${usageOf(command)}`);
  }
  const extra = positionals[wanted.length];
  if (extra !== undefined && wanted.at(-1)?.isRepeated !== true)
    throw new PrimumError('USAGE', `"${extra}" is one word too many. ${help}`);
  return { values, positionals };
}

function parse(command: Command, rest: readonly string[], help: string) {
  const known = optionsOf(command);
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { type }]) => [name, { type, multiple: true }] as const),
  );
  try {
    const parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
    const values = Object.entries(parsed.values).map(
      ([name, given = []]) => [name, oneOf(name, given, known[name]?.isList === true)] as const,
    );
    return { values: Object.fromEntries(values), positionals: parsed.positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new PrimumError('USAGE', `${optionMistake(error, rest, Object.keys(options))} ${help}`);
  }
}

/** Of two values one would be lost without a word. */
function oneOf(name: string, given: readonly (string | boolean)[], isList: boolean) {
  const [first] = given;
  if (typeof first !== 'string' || given.length === 1) return first;
  if (isList) return given.join(',');
  throw new PrimumError('USAGE', `The option --${name} is given twice. Write it once.`);
}

function optionMistake(error: TypeError, rest: readonly string[], known: string[]): string {
  const code = 'code' in error ? error.code : '';
  const named = /'(-[^' ]*)/.exec(error.message)?.[1] ?? rest.find((word) => word.startsWith('-'));
  const word = (named ?? '').split('=')[0] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const meant = nearest(word.replace(/^-+/, ''), known);
    return `There is no option ${word} here.${meant === undefined ? '' : ` Did you mean --${meant}?`}`;
  }
  return error.message.includes('does not take')
    ? `The option ${word} takes no value.`
    : `The option ${word} needs a value.`;
}
