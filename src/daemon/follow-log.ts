/** The mail log of this host: from the configuration to whoever follows it. */
import { join } from 'node:path';
import { followLog } from '../agent/log-follower.ts';
import type { LogSink } from '../agent/contract.ts';
import type { RunningAgent } from '../agent/loop.ts';
import type { Config } from '../config/load.ts';
import { zoneOffsets } from '../protocol/log-zone.ts';
import { makeFolder } from '../store/state-folder.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { mtaName } from './options.ts';

/** Where in the state folder it is kept how far the log was read. */
export const POSITION_FILE = 'mail-log.json';

/** Undefined while no log is named. */
export function openLogFollower(
  config: Config,
  parts: {
    readonly sink: LogSink;
    readonly telemetry: Pick<Telemetry, 'warn' | 'info'>;
    readonly now: () => number;
  },
): RunningAgent | undefined {
  const { path, logins, time_zone, poll } = config.agent.mail_log;
  if (path === undefined) return undefined;
  makeFolder(config.state);
  const zone = time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  parts.telemetry.info(`The mail log ${path} is followed.`);
  return followLog({
    ...parts,
    path,
    positionFile: join(config.state, POSITION_FILE),
    mta: mtaName(config),
    logins,
    offsetMs: zoneOffsets(zone) ?? (() => 0),
    pollMs: poll,
  });
}
