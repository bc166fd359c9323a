/**
 * `primum backtest`: imports old mail logs, judges their events as replay does, and reports whom
 * that would have stopped. Nothing is left behind but the report.
 */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrimumError } from '../errors.ts';
import { importToFile } from '../import/import-postfix.ts';
import type { ImportOutput, LogOptions } from '../import/import-postfix.ts';
import { replay } from '../replay.ts';
import { BacktestCollector } from './collect.ts';
import { htmlReport } from './html-report.ts';
import { makeReport } from './report.ts';
import type { BacktestReport } from './report.ts';
import { textReport } from './text-report.ts';

export interface BacktestOptions extends LogOptions {
  readonly htmlFile: string | undefined;
  readonly configFile: string | undefined;
}

/** @throws PrimumError INPUT_UNREADABLE, USAGE, CONFIG_INVALID */
export async function backtest(options: BacktestOptions, to: ImportOutput): Promise<number> {
  const report = await runBacktest(options, to);
  to.out(textReport(report));
  if (options.htmlFile !== undefined) {
    await writeReport(options.htmlFile, htmlReport(report));
    to.out(`The report with graphs is in ${options.htmlFile}.\n`);
  }
  return report.totals.messages === 0 || report.damaged.length > 0 ? 1 : 0;
}

export async function runBacktest(
  options: BacktestOptions,
  to: Pick<ImportOutput, 'progress'> = {},
): Promise<BacktestReport> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-backtest-'));
  try {
    const eventsFile = join(folder, 'events.ndjson');
    const tally = await importToFile(options, eventsFile, to.progress);
    const collector = new BacktestCollector({ firstMs: tally.firstMs, lastMs: tally.lastMs });
    to.progress?.(`Judging ${tally.events.toLocaleString('en-US')} events ...`);
    await replay({
      eventsFiles: [eventsFile],
      outFile: join(folder, 'verdicts.ndjson'),
      configFile: options.configFile,
      watch: collector,
    });
    to.progress?.('\r\u001b[K');
    return makeReport(collector, tally);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeReport(file: string, page: string): Promise<void> {
  try {
    // Names of accounts are in it.
    await writeFile(`${file}.part`, page, { mode: 0o600 });
    await rename(`${file}.part`, file);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The report cannot be written to ${file}: ${cause}. Choose another place for --html.`,
      { cause: error },
    );
  }
}
