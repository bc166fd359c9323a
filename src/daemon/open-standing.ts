/**
 * Opens the standing state of a daemon. What is usual may be lost; locks and lists must not wait for
 * it: a damaged file is set aside, and where the disk gives none it is kept in memory, and that is said.
 */
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { createMemoryStanding } from '../store/memory/standing.ts';
import { openSqliteStanding } from '../store/sqlite/standing.ts';
import type { StandingStore } from '../store/standing.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';

/** @throws PrimumError STATE_UNUSABLE when a newer version wrote the file. */
export function openStanding(
  config: Config,
  telemetry: RunningTelemetry,
  beforeBatch: () => void,
): StandingStore {
  try {
    return openSqliteStanding({
      path: join(config.state, 'standing.db'),
      beforeBatch,
      onError: (error) => telemetry.storeFailed('standing', error),
      onRecovered: () => telemetry.storeWorks('standing'),
      onDamaged: (setAside) =>
        telemetry.warn(
          `The standing state was damaged: it is now ${setAside}, and a new one is begun. What was usual ` +
            'for each account and what was counted is learned anew; locks, lists and incidents are not touched. ' +
            'Restore a backup of standing.db, or remove the damaged file.',
        ),
    });
  } catch (error) {
    if (!(error instanceof Error) || error.cause === undefined) throw error;
    const { message } = error;
    telemetry.warn(
      `${message} Until the next start the standing state is in memory only: limits and what is usual begin anew.`,
    );
    return createMemoryStanding();
  }
}
