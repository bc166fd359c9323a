/** The stores of a daemon: standing state, journal, records, and how full they are. */
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { openFileJournal } from '../store/journal-files/file-journal.ts';
import type { Journal } from '../store/journal.ts';
import { openSqliteRecords } from '../store/sqlite/records.ts';
import type { StandingStore } from '../store/standing.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';
import { openStanding } from './open-standing.ts';
import { markCounted } from './recount.ts';

const DAY_MS = 86_400_000;

/** How parts that were opened are closed again; the last opened goes first. */
export type Closers = (() => Promise<void> | void)[];

interface StoresGiven {
  readonly telemetry: RunningTelemetry;
  readonly closers: Closers;
  /** Resolves when all doors listen. */
  readonly listening: Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export async function openStores(
  config: Config,
  { telemetry, closers, listening, now }: StoresGiven,
) {
  const standing = openStanding(config, telemetry, () => {
    markCounted(standing, journal.lastEvent());
  });
  closers.push(() => standing.close());
  const journal = openFileJournal({
    folder: join(config.state, 'journal'),
    segmentBytes: config.journal.segment_size,
    retentionDays: config.journal.retention / DAY_MS,
    now,
    onError: (error) => telemetry.storeFailed('journal', error),
    onRecovered: () => telemetry.storeWorks('journal'),
  });
  closers.push(() => journal.close());
  const records = await openSqliteRecords({
    path: join(config.state, 'records.db'),
    reading: { onHere: (why) => telemetry.warn(readHere(why)), begins: listening },
  });
  closers.push(() => records.close());
  showStores(telemetry, standing, journal);
  return { standing, journal, records };
}

const readHere = (why: string): string =>
  `The records have no reading thread: ${why}. Until the next start mail waits for moments while somebody reads much in ` +
  'the console. Check that the state folder has space and that this user may read records.db, then restart.';

function showStores(telemetry: RunningTelemetry, standing: StandingStore, journal: Journal): void {
  telemetry.gauge(
    'primum_standing_records',
    'Profiles and counters in memory.',
    () => standing.stats().records,
  );
  telemetry.gauge(
    'primum_standing_bytes',
    'Memory of profiles and counters.',
    () => standing.stats().bytes,
  );
  telemetry.gauge(
    'primum_standing_dirty',
    'Changes not on disk yet.',
    () => standing.stats().dirty,
  );
  telemetry.gauge(
    'primum_journal_dropped_lines',
    'Journal lines lost because the disk was too slow or full.',
    () => journal.stats().dropped,
  );
  telemetry.gauge(
    'primum_journal_queued_bytes',
    'Journal bytes not on disk yet.',
    () => journal.stats().queuedBytes,
  );
}
