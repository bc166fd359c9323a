/** `primum connect`: one line here for each program that can be told to ask Primum. */
import type { ConnectOptions, ConnectPlan, ConnectProgram, ReadText, RunTool } from './contract.ts';
import { connectDovecot } from './dovecot.ts';
import { connectPostfix } from './postfix.ts';

const PROGRAMS: Readonly<
  Record<
    ConnectProgram,
    (options: ConnectOptions, run: RunTool, readText: ReadText) => Promise<ConnectPlan>
  >
> = { postfix: connectPostfix, dovecot: connectDovecot };

export function planConnection(
  program: ConnectProgram,
  options: ConnectOptions,
  run: RunTool,
  readText: ReadText = () => Promise.resolve(undefined),
): Promise<ConnectPlan> {
  return PROGRAMS[program](options, run, readText);
}
