/** `primum connect`: one line here for each program that can be told to ask Primum. */
import type {
  ConfigFiles,
  ConnectOptions,
  ConnectPlan,
  ConnectProgram,
  RunTool,
} from './contract.ts';
import { connectDovecot } from './dovecot.ts';
import { connectPostfix } from './postfix.ts';

const PROGRAMS: Readonly<
  Record<
    ConnectProgram,
    (options: ConnectOptions, run: RunTool, files: ConfigFiles) => Promise<ConnectPlan>
  >
> = { postfix: connectPostfix, dovecot: connectDovecot };

const nothing = (): Promise<undefined> => Promise.resolve(undefined);
const NO_FILES: ConfigFiles = { readText: nothing, changedAt: nothing };

export function planConnection(
  program: ConnectProgram,
  options: ConnectOptions,
  run: RunTool,
  files: Partial<ConfigFiles> = {},
): Promise<ConnectPlan> {
  return PROGRAMS[program](options, run, { ...NO_FILES, ...files });
}
