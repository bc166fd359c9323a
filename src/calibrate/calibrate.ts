/**
 * `primum calibrate`: from the operator's own journal the tail of the score among good mail, and the
 * thresholds that would give a wanted number of false holds (detection design 1.3, formula 9).
 */
import {
  distanceOf,
  FEWEST_IN_TAIL,
  proposeThreshold,
  tailOf,
  type Histogram,
} from '../core/detection/tail.ts';
import { ACCOUNT_CLASSES, type AccountClass } from '../core/event.ts';
import { eventFiles } from '../replay/input.ts';
import { readObjects } from '../store/journal-files/read-lines.ts';
import { AccountDays, type Cohort } from './account-days.ts';
import type { Calibration, CohortCalibration } from './contract.ts';
import { NO_FINDINGS, readIncidents } from './incidents-file.ts';
import { calibrationText } from './text.ts';

export interface CalibrateOptions {
  /** Journals, or verdicts of a replay; a folder is its segments. */
  readonly files: readonly string[];
  /** False holds in 10,000 account-days. */
  readonly wanted: number;
  readonly incidentsFile: string | undefined;
}

/** Waiting a little wrongs nobody as a hold does. */
const THROTTLES_A_HOLD = 10;
const A_TEN_THOUSANDTH = 1e-4;
const DAY_MS = 86_400_000;

/** @throws PrimumError INPUT_UNREADABLE */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const { incidentsFile, wanted } = options;
  const findings = incidentsFile === undefined ? NO_FINDINGS : readIncidents(incidentsFile);
  const days = new AccountDays(findings.abuse);
  let [verdicts, unreadable, model] = [0, 0, ''];
  for (const file of await eventFiles(options.files)) {
    for await (const line of readObjects(file)) {
      if (!line.ok) unreadable += 1;
      else if (takeLine(line.value, days)) {
        verdicts += 1;
        if (typeof line.value['model'] === 'string') model = line.value['model'];
      }
    }
  }
  const { abuse: _abuse, ...incidents } = findings;
  const histograms = days.finish();
  const dayText = (day: number): string =>
    Number.isFinite(day) ? new Date(day * DAY_MS).toISOString().slice(0, 10) : '';
  return {
    version: 1,
    model,
    wanted,
    from: dayText(days.firstDay),
    to: dayText(days.lastDay),
    verdicts,
    unreadable,
    incidents,
    excluded: days.excluded,
    cohorts: cohortsOf(histograms, days, wanted * A_TEN_THOUSANDTH),
  };
}

/** True when it was a verdict. */
function takeLine(row: Readonly<Record<string, unknown>>, days: AccountDays): boolean {
  const { kind, account, at } = row;
  if (typeof account !== 'string' || account === '' || typeof at !== 'string') return false;
  const name = account.toLowerCase();
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs)) return false;
  if (kind === 'account') {
    const { class: of, since } = row;
    days.learnAccount(name, classOf(of), typeof since === 'string' ? since : undefined);
  } else if (kind === 'confirm' && row['mine'] === false) days.takeOut(name, atMs);
  if (kind !== 'verdict' || typeof row['score'] !== 'number') return false;
  days.add(name, atMs, row['score']);
  return true;
}

function classOf(value: unknown): AccountClass | undefined {
  return ACCOUNT_CLASSES.find((one) => one === value);
}

function cohortsOf(
  histograms: ReadonlyMap<Cohort, Histogram>,
  days: AccountDays,
  wanted: number,
): CohortCalibration[] {
  if (histograms.size === 0) return [];
  const all = Float64Array.from({ length: [...histograms.values()][0]?.length ?? 0 }, (_, bin) =>
    [...histograms.values()].reduce((sum, one) => sum + (one[bin] ?? 0), 0),
  );
  const rows: CohortCalibration[] = [];
  for (const [cohort, histogram] of [...histograms].sort()) {
    rows.push(rowOf(cohort, histogram, { wanted, weeks: days.weeks(cohort) }));
  }
  return [rowOf('all', all, { wanted, weeks: undefined }), ...rows];
}

function rowOf(
  cohort: CohortCalibration['cohort'],
  histogram: Histogram,
  asked: { readonly wanted: number; readonly weeks: ReturnType<AccountDays['weeks']> | undefined },
): CohortCalibration {
  const tail = tailOf(histogram);
  const { wanted, weeks } = asked;
  return {
    cohort,
    ...tail,
    throttle: proposeThreshold(histogram, tail, wanted * THROTTLES_A_HOLD),
    hold: proposeThreshold(histogram, tail, wanted),
    histogram: Array.from(histogram.slice(0, histogram.findLastIndex((count) => count > 0) + 1)),
    drift: weeks === undefined ? 0 : Math.round(distanceOf(...weeks) * 1000) / 1000,
  };
}

/** For the command line. */
export async function calibrateFiles(
  options: CalibrateOptions & { readonly json: boolean },
  out: { write(text: string): unknown },
): Promise<number> {
  const found = await calibrate(options);
  out.write(options.json ? `${JSON.stringify(found)}\n` : calibrationText(found, FEWEST_IN_TAIL));
  return 0;
}
