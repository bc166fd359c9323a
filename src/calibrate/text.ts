/** A calibration for people. */
import type { Proposal } from '../core/detection/tail.ts';
import type { Calibration, CohortCalibration } from './contract.ts';

/** From here on the latest week is another mail than before. */
const DRIFTED = 0.1;

export function calibrationText(found: Calibration, fewestInTail: number): string {
  const [all] = found.cohorts;
  if (all === undefined || all.days === 0) {
    return 'There is no verdict in these files. Name the journal folder in the state folder, or verdicts of a replay.\n';
  }
  const { incidents } = found;
  return [
    `${count(all.days)} account-days from ${found.from} to ${found.to}, ${count(found.verdicts)} verdicts (${found.model || 'model not said'}).`,
    `Left out because somebody else had the account: ${count(found.excluded)} days; incidents: ${incidents.trueAlarms} true, ${incidents.falseAlarms} false alarms, ${incidents.undecided} undecided (counted as good mail).`,
    ...(found.unreadable === 0 ? [] : [`${count(found.unreadable)} lines could not be read.`]),
    '',
    `Wanted: ${found.wanted} false holds in 10,000 account-days, ten times as many short waits.`,
    '',
    row(['cohort', 'days', 'highest', 'throttle', 'hold', 'from']),
    ...found.cohorts.map(cohortRow),
    '',
    ...remarks(found.cohorts, found.wanted, fewestInTail),
    '',
  ].join('\n');
}

const WIDTHS = [12, 10, 8, 9, 7, 0];

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0))
    .join(' ')
    .trimEnd();
}

const BASIS: Readonly<Record<Proposal['basis'], string>> = {
  counted: 'counted',
  fitted: 'the fitted tail, beyond what was seen',
  no: 'too few days to say',
};

function cohortRow({ cohort, days, highest, throttle, hold }: CohortCalibration): string {
  const of = ({ threshold, basis }: Proposal): string =>
    basis === 'no' ? '-' : threshold.toFixed(2);
  return row([cohort, count(days), highest.toFixed(2), of(throttle), of(hold), BASIS[hold.basis]]);
}

function remarks(
  cohorts: readonly CohortCalibration[],
  wanted: number,
  fewestInTail: number,
): string[] {
  const said: string[] = [];
  const [all] = cohorts;
  if (all?.hold.basis === 'no') {
    said.push(
      `Too little data: ${all.inTail} days in the tail, ${fewestInTail} are needed. Stay with the shipped thresholds and ask again later.`,
    );
  } else if (all?.hold.basis === 'fitted') {
    said.push(
      `Nothing below 1 in ${count(all.days)} account-days was counted; ${wanted} in 10,000 is taken from the form of the tail. Take it as a guess until ${count(Math.ceil(10_000 / wanted))} days are in.`,
    );
  }
  for (const { cohort, drift } of cohorts) {
    if (drift > DRIFTED) {
      said.push(
        `The latest week of ${cohort} is unlike the time before (distance ${drift}): change no threshold before you know why.`,
      );
    }
  }
  if (all !== undefined && all.hold.basis !== 'no') {
    const { throttle, hold } = all;
    said.push(
      `For the configuration: policy.ladder.thresholds: {throttle: ${Math.min(throttle.threshold, hold.threshold).toFixed(1)}, hold: ${hold.threshold.toFixed(1)}}. Try it first: primum replay --hold ${hold.threshold.toFixed(1)}.`,
    );
  }
  return said;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
