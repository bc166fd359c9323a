/** Wires everything and listens; the command line's other commands speak to a running daemon. */
import type { Wiring } from './cli/command.ts';
import { processIo } from './cli/io.ts';
import { runCli } from './cli/run-cli.ts';
import { loadConfig, type Config } from './config/load.ts';
import { whatNeedsRestart } from './config/reload.ts';
import { openDaemon } from './daemon/daemon.ts';
import { packageVersion } from './daemon/options.ts';
import { PrimumError } from './errors.ts';
import { replayFile } from './replay.ts';
import { createTelemetry, type RunningTelemetry } from './telemetry/telemetry.ts';

/** Runs one command line; resolves with the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  const wiring: Wiring = {
    version: packageVersion(),
    start: (options) => start(options.configFile),
    replay: (options) => replayFile(options, process.stdout),
  };
  return runCli(argv, processIo(), wiring);
}

/** Guards until SIGTERM or SIGINT. SIGHUP takes up a changed policy. */
async function start(configFile: string | undefined): Promise<number> {
  let config = loadConfig(configFile, process.env);
  const telemetry = createTelemetry({
    level: config.log.level,
    format: process.stdout.isTTY ? 'text' : 'json',
  });
  const reload = (): Promise<string> => {
    const next = loadConfig(configFile, process.env);
    const changes = describeReload(config, next);
    daemon.apply(next);
    config = next;
    telemetry.reloaded(changes);
    return Promise.resolve(changes);
  };
  const daemon = await openDaemon(config, { telemetry, reload: async () => reload() });
  const { mode } = config.policy;
  telemetry.started({ version: packageVersion(), mode, state: config.state });
  process.on('SIGHUP', () => {
    reload().catch((error: unknown) => refuseReload(telemetry, error));
  });
  const signal = await stopSignal();
  telemetry.stopping(signal);
  await daemon.close();
  telemetry.stopped();
  return 0;
}

function describeReload(before: Config, after: Config): string {
  const waiting = whatNeedsRestart(before, after);
  return waiting.length === 0
    ? 'The configuration is read again and in force.'
    : `The configuration is read again. Restart for: ${waiting.join(', ')}.`;
}

function refuseReload(telemetry: RunningTelemetry, error: unknown): void {
  const reason = error instanceof PrimumError ? error.message : String(error);
  telemetry.reloadRefused(reason);
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}
