/** What is written behind the name of a bench. What is not known is refused before anything is measured. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

interface Flag {
  readonly type: 'boolean' | 'string';
  readonly multiple?: boolean;
  /** Name of its value, and what it is for. */
  readonly value?: string;
  readonly text: string;
}

type Flags = Readonly<Record<string, Flag>>;

interface Usage<F extends Flags> {
  /** What stands before the flags, such as `node bench/bench.ts [PART...]`. */
  readonly line: string;
  readonly flags: F;
  /** Whether words without dashes name something. */
  readonly takesNames: boolean;
}

type Values<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends { readonly type: 'boolean' }
    ? boolean | undefined
    : F[K] extends { readonly multiple: true }
      ? readonly string[] | undefined
      : string | undefined;
};

/** Ends the program where there is nothing to measure: 0 for `--help`, 2 for a mistake. */
export function readFlags<const F extends Flags>(
  args: readonly string[],
  usage: Usage<F>,
): { readonly values: Values<F>; readonly names: readonly string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean' } };
  for (const [name, { type, multiple = false }] of Object.entries(usage.flags)) {
    options[name] = { type, multiple };
  }
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const stray = tokens.find((token) => token.kind === 'option' && !(token.name in options));
  if (stray?.kind === 'option') refuse(`There is no flag ${stray.rawName} here`, options);
  const [word] = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  if (word !== undefined && !usage.takesNames) {
    refuse(`There is nothing to name here, and ${word} is too much`, options);
  }
  const { values, positionals } = parseStrictly(args, options);
  if (values['help'] === true) {
    console.log(usageText(usage));
    process.exit(0);
  }
  return { values: values as Values<F>, names: positionals };
}

type Options = NonNullable<ParseArgsConfig['options']>;

function parseStrictly(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // A value that is missing, or one too many; Node's own sentence names the flag.
    return refuse((error as Error).message.split(/[.\n]/, 1)[0] ?? '', options);
  }
}

function refuse(what: string, options: Options): never {
  const known = Object.keys(options)
    .sort((a, b) => Number(a === 'help') - Number(b === 'help'))
    .map((name) => `--${name}`);
  console.error(`${what}: take ${known.join(' ')}.`);
  process.exit(2);
}

function usageText<F extends Flags>({ line, flags }: Usage<F>): string {
  const rows = Object.entries(flags).map(([name, { value, text }]) => ({
    flag: `--${name}${value === undefined ? '' : ` ${value}`}`,
    text,
  }));
  const width = Math.max(...rows.map(({ flag }) => flag.length));
  return [
    `Usage: ${line}`,
    '',
    ...rows.map((row) => `  ${row.flag.padEnd(width)}  ${row.text}`),
  ].join('\n');
}
