/** `primum start`: one daemon from its configuration to its last signal. */
import { doorWarnings } from '../config/door-warnings.ts';
import { loadConfig, type Config } from '../config/load.ts';
import { whatNeedsRestart } from '../config/reload.ts';
import { PrimumError } from '../errors.ts';
import { createTelemetry, type RunningTelemetry } from '../telemetry/telemetry.ts';
import { openDaemon, type Daemon } from './daemon.ts';
import { packageVersion } from './version.ts';

/** Guards until SIGTERM or SIGINT. SIGHUP takes up a changed configuration. */
export async function guard(
  configFile: string | undefined,
  keepCompiled?: () => Promise<void>,
): Promise<number> {
  const config = loadConfig(configFile, process.env);
  const telemetry = createTelemetry({
    level: config.log.level,
    format: process.stdout.isTTY ? 'text' : 'json',
  });
  const signals = listenForSignals();
  const reloads = createReloads(configFile, config, telemetry);
  const daemon = await openDaemon(config, {
    telemetry,
    reload: () => reloads.run(),
    ...(keepCompiled && { keepCompiled }),
  });
  reloads.serve(daemon);
  const { mode } = config.policy;
  telemetry.started({ version: packageVersion(), mode, state: config.state });
  void welcome(daemon, telemetry).catch(() => undefined);
  for (const warning of doorWarnings(config)) telemetry.warn(warning);
  signals.onHangUp(() => {
    reloads.run().catch(() => undefined);
  });
  telemetry.stopping(await signals.stop);
  await daemon.close();
  telemetry.stopped();
  return 0;
}

/** The link is a secret: it is shown to whoever started this, and never in a log. */
async function welcome(daemon: Daemon, telemetry: RunningTelemetry): Promise<void> {
  if (!process.stdout.isTTY) {
    if (await daemon.isWithoutUsers()) {
      telemetry.info(
        'Nobody can log in to the console yet. "primum user add NAME --role admin" gives a link.',
      );
    }
    return;
  }
  const path = await daemon.welcome();
  const [address = ''] = daemon.addresses['api'] ?? [];
  if (path === undefined) return;
  process.stdout.write(
    `The console waits for its first user. This link works once, for a day:\n  http://${address}${path}\n`,
  );
}

interface Signals {
  readonly stop: Promise<NodeJS.Signals>;
  /** Calls back for every SIGHUP, the one that came before included. */
  onHangUp(callBack: () => void): void;
}

/** From now on, for a signal in the middle of the start would end it with work taken in. */
function listenForSignals(): Signals {
  let hungUp = false;
  const remember = (): void => {
    hungUp = true;
  };
  process.on('SIGHUP', remember);
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  return {
    stop,
    onHangUp(callBack) {
      process.on('SIGHUP', callBack);
      process.off('SIGHUP', remember);
      if (hungUp) callBack();
    },
  };
}

interface Reloads {
  /** What changed, in words. @throws PrimumError when the old configuration stays; it is logged. */
  run(): Promise<string>;
  serve(daemon: Daemon): void;
}

/** One reload after the other, each from the file as it then is. */
function createReloads(
  configFile: string | undefined,
  started: Config,
  telemetry: RunningTelemetry,
): Reloads {
  const daemon = Promise.withResolvers<Daemon>();
  let last: Promise<unknown> = Promise.resolve();
  let { mode } = started.policy;
  const reload = async (): Promise<string> => {
    try {
      const running = await daemon.promise;
      const next = loadConfig(configFile, process.env);
      await running.apply(next);
      const isEnforcedNow = mode === 'observe' && next.policy.mode === 'enforce';
      mode = next.policy.mode;
      const bite = isEnforcedNow ? ` ${describeRungs(await running.rungs())}` : '';
      const changes = describeReload(started, next) + bite;
      telemetry.reloaded(changes);
      return changes;
    } catch (error) {
      telemetry.reloadRefused(error instanceof PrimumError ? error.message : String(error));
      throw error;
    }
  };
  return {
    run: () => {
      const done = last.then(reload);
      last = done.catch(() => undefined);
      return done;
    },
    serve: daemon.resolve,
  };
}

/** What was collected in observe mode bites from now on: nobody should learn it from a customer. */
export function describeRungs({ counts, isCut }: Awaited<ReturnType<Daemon['rungs']>>): string {
  const { throttle, hold, lock } = counts;
  const all = throttle + hold + lock;
  if (all === 0) return 'No account is above observe.';
  const many = `${isCut ? 'More than ' : ''}${all} ${all === 1 ? 'account is' : 'accounts are'}`;
  return (
    `${many} above observe and stopped from now on: ${throttle} on throttle, ${hold} on hold, ` +
    `${lock} on lock. "primum rungs" lists them.`
  );
}

/** Against the start, not the last reload: what waits for a restart goes on waiting. */
function describeReload(started: Config, after: Config): string {
  const waiting = whatNeedsRestart(started, after);
  return waiting.length === 0
    ? 'The configuration is read again and in force.'
    : `The configuration is read again. Restart for: ${waiting.join(', ')}.`;
}
