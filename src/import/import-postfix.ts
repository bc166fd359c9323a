/** `primum import postfix`: old mail logs become one event file that `primum replay` reads. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { PrimumError } from '../errors.ts';
import { zoneOffsets } from '../protocol/log-zone.ts';
import { importLogs } from './import-logs.ts';
import { findLogFiles } from './log-file.ts';
import { createBar } from './progress.ts';
import { importSummary } from './summary.ts';
import type { ImportTally } from './tally.ts';

export interface LogOptions {
  readonly files: readonly string[];
  /** Year of the first line of each file, where stamps have none. */
  readonly year: string | undefined;
  /** IANA name of the zone of stamps that do not say it. Default: the system's. */
  readonly timeZone: string | undefined;
}

export interface ImportOptions extends LogOptions {
  readonly outFile: string;
}

export interface ImportOutput {
  out(text: string): void;
  /** Given on a terminal only. */
  readonly progress?: ((text: string) => void) | undefined;
}

/** Output kept in memory before the disk must catch up. */
const WRITE_BYTES = 1 << 20;
const GATHER_CHARS = 1 << 16;

/** @throws PrimumError INPUT_UNREADABLE, USAGE */
export async function importPostfix(options: ImportOptions, to: ImportOutput): Promise<number> {
  const startedMs = performance.now();
  const tally = await importToFile(options, options.outFile, to.progress);
  to.out(importSummary(tally, (performance.now() - startedMs) / 1000));
  to.out(`The events are in ${options.outFile}.\n`);
  return tally.events === 0 || tally.damaged.length > 0 ? 1 : 0;
}

/** Writes the events beside the file and puts them in its place at the end. */
export async function importToFile(
  options: LogOptions,
  outFile: string,
  progress?: (text: string) => void,
): Promise<ImportTally> {
  const files = await findLogFiles(options.files, {
    year: yearOf(options.year),
    offsetMs: offsetsOf(options.timeZone),
  });
  const unfinished = `${outFile}.part`;
  const output = createWriteStream(unfinished, { highWaterMark: WRITE_BYTES });
  const written = finished(output);
  written.catch(() => undefined);
  // One write for many events: a write costs more than an event.
  let gathered = '';
  const writeOut = (): void => {
    output.write(gathered);
    gathered = '';
  };
  const bar = progress && createBar(progress, () => performance.now());
  try {
    const tally = await importLogs(files, {
      take: (event) => {
        gathered += `${JSON.stringify(event)}\n`;
        if (gathered.length >= GATHER_CHARS) writeOut();
      },
      flush: async () => {
        if (output.errored) throw output.errored;
        if (output.writableNeedDrain) await once(output, 'drain');
      },
      ...(bar && { onProgress: (at) => bar.draw(at) }),
    });
    writeOut();
    output.end();
    await written;
    await rename(unfinished, outFile);
    return tally;
  } catch (error) {
    output.destroy();
    await written.catch(() => undefined);
    await rm(unfinished, { force: true });
    if (error instanceof PrimumError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new PrimumError('INPUT_UNREADABLE', `The import stopped: ${cause}.`, { cause: error });
  } finally {
    bar?.clear();
  }
}

function yearOf(year: string | undefined): number | undefined {
  if (year === undefined) return undefined;
  if (/^(19[7-9]|20\d|210)\d$/.test(year)) return Number(year);
  throw new PrimumError('USAGE', 'Give --year as a year such as 2026.');
}

function offsetsOf(timeZone: string | undefined): (localMs: number) => number {
  const zone = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offsets = zoneOffsets(zone);
  if (offsets !== undefined) return offsets;
  throw new PrimumError(
    'USAGE',
    `The system knows no time zone "${zone}". Give --time-zone as a name such as Europe/Berlin or UTC.`,
  );
}
