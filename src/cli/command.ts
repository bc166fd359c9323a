/** What one command is: its words, its options and what it does. The help and the docs read it. */
import type { Client } from '../client/client.ts';
import type { Config } from '../config/load.ts';
import type { Io } from './io.ts';

/** Functions that only main.ts can give, for it alone knows the daemon. Each gives an exit code. */
export interface Wiring {
  readonly version: string;
  /** Runs the daemon until it is told to stop. */
  start(options: { readonly configFile: string | undefined }): Promise<number>;
  /** Works on the queue of this host until it is told to stop. */
  agent(options: { readonly configFile: string | undefined }): Promise<number>;
  /** Opens the files that a configuration names, as a start would. */
  checkFiles(
    config: Config,
  ): Promise<{ readonly mistakes: readonly string[]; readonly warnings: readonly string[] }>;
  /** Judges the events of a file again and writes the verdicts. */
  replay(options: {
    readonly eventsFile: string;
    readonly outFile: string;
    readonly configFile: string | undefined;
  }): Promise<number>;
}

export interface Option {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly isRequired?: boolean;
}

export interface Argument {
  /** In capitals, such as `ACCOUNT`. */
  readonly name: string;
  readonly isOptional?: boolean;
}

export interface Context {
  readonly io: Io;
  readonly wiring: Wiring;
  readonly commands: readonly Command[];
  /** The value of an argument by its place; the parser saw to those that are not optional. */
  readonly argument: (index: number) => string;
  /** `undefined` when the option was not given. */
  readonly option: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  /** The configuration that --config names, or all defaults. */
  readonly config: () => Promise<Config>;
  /** The running daemon. */
  readonly client: () => Promise<Client>;
  /** Prints the value with --json, else the text made of it. */
  readonly show: <T>(value: T, text: (value: T) => string) => void;
}

export interface Command {
  /** One word or two. */
  readonly name: string;
  readonly summary: string;
  /** More than one sentence, where it is needed. */
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: Readonly<Record<string, Option>>;
  /** Whether it speaks to the running daemon, and so takes --api and --state. */
  readonly asksDaemon?: boolean;
  run(context: Context): Promise<number>;
}

export const CONFIG_OPTION = {
  config: { type: 'string', value: 'FILE', help: 'The configuration file.' },
} as const;

const JSON_OPTION = {
  json: { type: 'boolean', help: 'Print JSON for programs in place of text for people.' },
} as const;

const DAEMON_OPTIONS = {
  ...CONFIG_OPTION,
  api: {
    type: 'string',
    value: 'ADDRESS',
    help: 'Where the daemon answers: host:port, http://host:port or unix:/path. Else PRIMUM_API, else the configuration.',
  },
  state: {
    type: 'string',
    value: 'FOLDER',
    help: "The daemon's state folder, which holds the API token. Else PRIMUM_STATE, else the configuration.",
  },
} as const;

/** Every option a command takes, its own first. */
export function optionsOf(command: Command): Readonly<Record<string, Option>> {
  return {
    ...command.options,
    ...(command.asksDaemon === true ? DAEMON_OPTIONS : {}),
    ...JSON_OPTION,
  };
}

/** `primum lock ACCOUNT --why TEXT`. */
export function usageOf(command: Command): string {
  const names = (command.arguments ?? []).map(({ name, isOptional }) =>
    isOptional === true ? `[${name}]` : name,
  );
  const options = Object.entries(command.options ?? {}).map(([name, option]) => {
    const text = option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
    return option.isRequired === true ? text : `[${text}]`;
  });
  return ['primum', command.name, ...names, ...options].join(' ');
}
