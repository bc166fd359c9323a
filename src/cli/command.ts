/** What one command is: its words, its options and what it does. The help and the docs read it. */
import type { Client } from '../client/client.ts';
import type { Config } from '../config/load.ts';
import type { NameVerdict } from '../core/reverse-name/classify.ts';
import type { AuditReport, Running } from '../practices/contract.ts';
import type { ConnectPlan, ConnectProgram } from '../connect/contract.ts';
import type { ReplayJudging } from '../replay/judging.ts';
import type { Io } from './io.ts';

/** Functions that only main.ts can give, for it alone knows the daemon. Most give an exit code. */
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
  /** What becomes of an address, with the keys of the state folder. */
  srs(question: SrsQuestion): Promise<SrsAnswer>;
  /** Looks at the own house once. */
  audit(options: {
    readonly configFile: string | undefined;
    readonly only?: string;
    readonly domain?: string;
    /** What a running daemon knows; it is asked meanwhile. */
    readonly running?: Promise<Running | undefined>;
  }): Promise<{ readonly report: AuditReport; readonly text: string; html(): string }>;
  /** The lines that make a program of this host ask Primum, and what of them stands. */
  connect(options: {
    readonly program: ConnectProgram;
    readonly configFile: string | undefined;
    readonly withSecrets: boolean;
  }): Promise<ConnectPlan>;
  /** What a reverse name says of its line. */
  judgeName(name: string, address: string | undefined): Promise<NameVerdict>;
  /** Judges the events of files again and writes the verdicts. */
  replay(options: {
    readonly eventsFiles: readonly string[];
    readonly outFile: string;
    readonly configFile: string | undefined;
    readonly json?: boolean;
    readonly judging?: ReplayJudging;
  }): Promise<number>;
  /** Makes an event file of old mail logs. */
  importPostfix(options: LogFiles & { readonly outFile: string }): Promise<number>;
  /** Imports old mail logs, judges their events and reports whom that would have stopped. */
  backtest(
    options: LogFiles & {
      readonly htmlFile: string | undefined;
      readonly configFile: string | undefined;
    },
  ): Promise<number>;
  /** Writes the events of a made platform and what was true. */
  simulate(options: {
    readonly platform: string;
    readonly seed: number;
    readonly out: string;
    readonly truth: string;
    readonly streams: string | undefined;
    readonly texts: string | undefined;
    readonly anomalies: number;
  }): Promise<number>;
  /** Counts the tail of the score in journals and proposes thresholds. */
  calibrate(options: {
    readonly files: readonly string[];
    readonly wanted: number;
    readonly incidentsFile: string | undefined;
    readonly json: boolean;
  }): Promise<number>;
  /** Holds verdicts against what was true and prints the table. */
  score(options: {
    readonly verdictsFile: string;
    readonly truthFile: string;
    readonly eventsFile: string | undefined;
    readonly json: boolean;
  }): Promise<number>;
}

/** Mail logs, and how to read their stamps. */
export interface LogFiles {
  readonly files: readonly string[];
  readonly year: string | undefined;
  readonly timeZone: string | undefined;
  /** What is said is one JSON object. */
  readonly json?: boolean;
}

/** One address of a forward, there or back. */
export interface SrsQuestion {
  readonly way: 'forward' | 'reverse';
  readonly address: string;
  /** Whose forward it is; without it the address is plain. */
  readonly account: string | undefined;
  readonly configFile: string | undefined;
}

export type SrsAnswer =
  | {
      readonly ok: true;
      readonly address: string;
      readonly form: 'plain' | 'account';
      /** Tag of the forwarding account. */
      readonly tag?: string;
    }
  | { readonly ok: false; readonly reason: string };

export interface Option {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly isRequired?: boolean;
  /** Its value is a list with commas: given twice it adds up. Any other may be given once. */
  readonly isList?: boolean;
}

export interface Argument {
  /** In capitals, such as `ACCOUNT`. */
  readonly name: string;
  readonly isOptional?: boolean;
  /** The last one may be given several times; `ARGUMENT...` in the help. */
  readonly isRepeated?: boolean;
}

export interface Context {
  readonly io: Io;
  readonly wiring: Wiring;
  readonly commands: readonly Command[];
  /** The value of an argument by its place; the parser saw to those that are not optional. */
  readonly argument: (index: number) => string;
  /** All of them, for a command whose last argument is repeated. */
  readonly allArguments: readonly string[];
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
  const names = (command.arguments ?? []).map(({ name, isOptional, isRepeated }) => {
    const shown = isRepeated === true ? `${name}...` : name;
    return isOptional === true ? `[${shown}]` : shown;
  });
  const options = Object.entries(command.options ?? {}).map(([name, option]) => {
    const text = option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
    return option.isRequired === true ? text : `[${text}]`;
  });
  return ['primum', command.name, ...names, ...options].join(' ');
}
