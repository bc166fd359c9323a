/**
 * What the program does by its first word. Each part is loaded only for the command that needs it:
 * the command line answers at once, and a start loads nothing of the replay.
 */
import type { Wiring } from './cli/command.ts';
import { processIo, writeOut } from './cli/io.ts';
import { runCli } from './cli/run-cli.ts';
import { packageVersion } from './daemon/version.ts';

/** What bin/launch.js gives. */
export interface Launched {
  /** Keeps what the engine made of the program for the next start; never rejects. */
  readonly keepCompiled: () => Promise<void>;
}

/** A bar only where somebody looks at it. */
function logOutput() {
  const progress = (text: string): void => void process.stderr.write(text);
  return {
    out: writeOut,
    err: (text: string) => void process.stderr.write(text),
    ...(process.stderr.isTTY ? { progress } : {}),
  };
}

/** Runs one command line; resolves with the exit code. */
export function main(argv: readonly string[], launched?: Launched): Promise<number> {
  const wiring: Wiring = {
    version: packageVersion(),
    start: async ({ configFile }) =>
      (await import('./daemon/guard.ts')).guard(configFile, launched?.keepCompiled),
    agent: async ({ configFile }) => (await import('./daemon/run-agent.ts')).runAgent(configFile),
    checkFiles: async (config) => (await import('./daemon/check-files.ts')).checkFiles(config),
    srs: async (question) => (await import('./daemon/forwards.ts')).showForward(question),
    audit: async (options) => (await import('./daemon/audit.ts')).audit(options),
    connect: async (options) => (await import('./daemon/connect.ts')).connect(options),
    judgeName: async (name, address) =>
      (await import('./network/reverse-names.ts')).judgeReverseName(name, address),
    replay: async (options) =>
      (await import('./replay/replay.ts')).replayFile(options, logOutput()),
    importPostfix: async (options) =>
      (await import('./import/import-postfix.ts')).importPostfix(options, logOutput()),
    backtest: async (options) =>
      (await import('./backtest/backtest.ts')).backtest(options, logOutput()),
    simulate: async (options) =>
      (await import('./simulate/simulate.ts')).simulateFiles(options, { write: writeOut }),
    score: async (options) =>
      (await import('./scoring/score.ts')).scoreFiles(options, { write: writeOut }),
    calibrate: async (options) =>
      (await import('./calibrate/calibrate.ts')).calibrateFiles(options, { write: writeOut }),
  };
  return runCli(argv, processIo(), wiring);
}
