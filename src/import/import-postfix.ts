/** `primum import postfix`: old mail logs become one event file that `primum replay` reads. */
import { PrimumError, wordsOf } from '../errors.ts';
import { OBJECT_LINES, openOutput, STANDARD_OUTPUT } from '../output-file.ts';
import { zoneOffsets } from '../protocol/log-zone.ts';
import { importLogs } from './import-logs.ts';
import { findLogFiles } from './log-file.ts';
import { createBar } from './progress.ts';
import { importFigures, importSummary, inJson } from './summary.ts';
import type { ImportTally } from './tally.ts';

export interface LogOptions {
  readonly files: readonly string[];
  /** Year of the first line of each file, where stamps have none. */
  readonly year: string | undefined;
  /** IANA name of the zone of stamps that do not say it. Default: the system's. */
  readonly timeZone: string | undefined;
  /** What is said is one JSON object. */
  readonly json?: boolean;
}

export interface ImportOptions extends LogOptions {
  /** `-` is standard output. */
  readonly outFile: string;
}

export interface ImportOutput {
  out(text: string): void;
  /** For people, where the events go to standard output. */
  err(text: string): void;
  /** Given on a terminal only. */
  readonly progress?: ((text: string) => void) | undefined;
}

/** @throws PrimumError INPUT_UNREADABLE, OUTPUT_UNUSABLE, USAGE */
export async function importPostfix(options: ImportOptions, to: ImportOutput): Promise<number> {
  const { outFile } = options;
  const isStandard = outFile === STANDARD_OUTPUT;
  const startedMs = performance.now();
  const tally = await importToFile(options, outFile, to.progress);
  const say = (text: string): void => (isStandard ? to.err(text) : to.out(text));
  const seconds = (performance.now() - startedMs) / 1000;
  const where = isStandard ? 'on standard output' : `in ${outFile}`;
  if (options.json === true) say(inJson({ ...importFigures(tally), seconds, file: outFile }));
  else say(importSummary(tally, seconds) + (tally.events > 0 ? `The events are ${where}.\n` : ''));
  return tally.events === 0 || tally.damaged.length > 0 ? 1 : 0;
}

/** Replaces the file at the end, and only when there are events. */
export async function importToFile(
  options: LogOptions,
  outFile: string,
  progress?: (text: string) => void,
): Promise<ImportTally> {
  const files = await findLogFiles(options.files, {
    year: yearOf(options.year),
    offsetMs: offsetsOf(options.timeZone),
  });
  const output = await openOutput(outFile, {
    inputs: options.files,
    inputIs: 'one of the logs',
    inputShouldBe: 'the files of a mail log',
    replaces: OBJECT_LINES,
    option: '--out',
  });
  const bar = progress && createBar(progress, () => performance.now());
  try {
    const tally = await importLogs(files, {
      take: (event) => output.write(`${JSON.stringify(event)}\n`),
      flush: () => output.room(),
      ...(bar && { onProgress: (at) => bar.draw(at) }),
    });
    await (tally.events === 0 ? output.giveUp() : output.finish());
    return tally;
  } catch (error) {
    await output.giveUp();
    if (error instanceof PrimumError) throw error;
    throw new PrimumError('INPUT_UNREADABLE', `The import stopped: ${wordsOf(error)}.`, {
      cause: error,
    });
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
