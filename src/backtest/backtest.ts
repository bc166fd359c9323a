/**
 * `primum backtest`: imports old mail logs, judges their events as replay does, and reports whom
 * that would have stopped. Nothing is left behind but the report.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importToFile } from '../import/import-postfix.ts';
import type { ImportOutput, LogOptions } from '../import/import-postfix.ts';
import { importFigures, importSummary, inJson } from '../import/summary.ts';
import type { ImportTally } from '../import/tally.ts';
import { openOutput, STANDARD_OUTPUT } from '../output-file.ts';
import { replay } from '../replay/replay.ts';
import { BacktestCollector } from './collect.ts';
import { htmlReport } from './html-report.ts';
import { makeReport, reportFigures } from './report.ts';
import type { BacktestReport } from './report.ts';
import { textReport } from './text-report.ts';

export interface BacktestOptions extends LogOptions {
  readonly htmlFile: string | undefined;
  readonly configFile: string | undefined;
}

/** @throws PrimumError INPUT_UNREADABLE, OUTPUT_UNUSABLE, USAGE, CONFIG_INVALID */
export async function backtest(options: BacktestOptions, to: ImportOutput): Promise<number> {
  const { htmlFile, files } = options;
  // A mistake in its name must not cost the work.
  const page =
    htmlFile === undefined
      ? undefined
      : await openOutput(htmlFile, {
          inputs: files,
          inputIs: 'one of the logs',
          inputShouldBe: 'the files of a mail log',
          replaces: { beginning: /^<!doctype html>/i, name: 'report of an earlier time' },
          option: '--html',
          // Names of accounts are in it.
          mode: 0o600,
        });
  const isStandard = htmlFile === STANDARD_OUTPUT;
  const say = (text: string): void => (isStandard ? to.err(text) : to.out(text));
  try {
    const { tally, report } = await runBacktest(options, to);
    if (options.json === true) {
      say(inJson(report === undefined ? importFigures(tally) : reportFigures(report)));
    } else say(report === undefined ? importSummary(tally) : textReport(report));
    if (report === undefined) await page?.giveUp();
    else if (page !== undefined) {
      page.write(htmlReport(report));
      await page.finish();
      if (!isStandard && options.json !== true)
        say(`The report with graphs is in ${htmlFile ?? ''}.\n`);
    }
    return (report?.totals.messages ?? 0) === 0 || tally.damaged.length > 0 ? 1 : 0;
  } catch (error) {
    await page?.giveUp();
    throw error;
  }
}

export interface Backtested {
  readonly tally: ImportTally;
  /** `undefined` when no events came of the logs. */
  readonly report: BacktestReport | undefined;
}

async function runBacktest(
  options: BacktestOptions,
  to: Pick<ImportOutput, 'progress'>,
): Promise<Backtested> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-backtest-'));
  try {
    const eventsFile = join(folder, 'events.ndjson');
    const tally = await importToFile(options, eventsFile, to.progress);
    if (tally.events === 0) return { tally, report: undefined };
    const collector = new BacktestCollector({ firstMs: tally.firstMs, lastMs: tally.lastMs });
    to.progress?.(`Judging ${tally.events.toLocaleString('en-US')} events ...`);
    await replay({
      eventsFiles: [eventsFile],
      outFile: join(folder, 'verdicts.ndjson'),
      configFile: options.configFile,
      watch: collector,
    });
    to.progress?.('\r\u001b[K');
    return { tally, report: makeReport(collector, tally) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
