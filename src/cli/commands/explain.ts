/** `primum explain REF`: why a message or login got its answer. */
import { readFileSync } from 'node:fs';
import { countedOf, falseRateAt, type FalseRate } from '../../core/detection/tail.ts';
import type { PrimumEvent } from '../../core/event.ts';
import { recipientCount } from '../../core/event.ts';
import { isFromOutside } from '../../core/outside-words.ts';
import type { Explanation } from '../../core/report.ts';
import { PrimumError, wordsOf } from '../../errors.ts';
import type { Command } from '../command.ts';
import { counted, figure, oneLine, when } from '../text.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Explain the decision behind a reference.',
  arguments: [{ name: 'REF' }],
  options: {
    calibration: {
      type: 'string',
      value: 'FILE',
      help: 'What primum calibrate --json printed: says how often good mail reaches this score.',
    },
  },
  asksDaemon: true,
  async run({ argument, option, client, show }) {
    const file = option('calibration');
    const calibration = file === undefined ? undefined : readCalibration(file);
    show(await (await client()).explain(asPasted(argument(0))), (found) => {
      const { score } = found.verdict;
      return explanationText(found) + rateText(score, found.falseRate, calibration);
    });
    return 0;
  },
};

/** Days by the highest score of each, as calibrate counted them over all cohorts. */
type Counted = readonly number[];

/** @throws PrimumError INPUT_UNREADABLE */
function readCalibration(file: string): Counted {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw notACalibration(file, wordsOf(error));
  }
  const counts = countedOf(found);
  if (counts === undefined) throw notACalibration(file, 'it has no days counted by score');
  return counts;
}

function notACalibration(file: string, why: string): PrimumError {
  return new PrimumError(
    'INPUT_UNREADABLE',
    `${file} is no calibration: ${why}. Make it with primum calibrate --json.`,
  );
}

/** @param counted days by score; without them the daemon's own word stands */
function rateText(score: number, said: FalseRate | undefined, counted: Counted | undefined) {
  if (counted !== undefined) return falseRateText(score, falseRateAt(counted, score));
  return said === undefined ? '' : falseRateText(score, said);
}

export function falseRateText(score: number, rate: FalseRate | undefined): string {
  if (rate === undefined) {
    return `How often good mail reaches ${figure(score)} cannot be said: too few account-days were counted.\n`;
  }
  const { share, basis, days } = rate;
  const many = Number((share * 10_000).toPrecision(2));
  const how = basis === 'counted' ? 'counted' : 'beyond what was seen';
  return `Good mail reaches ${figure(score)} on ${many} of 10,000 account-days (${how}, ${days} days).\n`;
}

/** People paste `Reference KJAED6E5.` from the answer they got. */
export function asPasted(text: string): string {
  return text
    .trim()
    .replace(/^reference[:\s]+/i, '')
    .replace(/[\s.]+$/, '');
}

const ANSWERS = {
  pass: 'passed',
  defer: 'deferred: the client was told to try again later',
  hold: 'held: it waits for somebody to decide',
  reject: 'refused',
} as const;

export function explanationText({ verdict, event, rungChange, words }: Explanation): string {
  const done = verdict.enforced
    ? ANSWERS[verdict.verdict]
    : verdict.verdict === 'pass'
      ? 'passed'
      : `observed only; with enforcement it would have been ${ANSWERS[verdict.verdict]}`;
  const lines = [
    `${verdict.reference}, ${when(verdict.at)} UTC: ${done}.`,
    ...(event ? [eventText(event)] : []),
    `Identity ${verdict.identity}, on rung ${verdict.rung}, score ${figure(verdict.score)}.`,
    ...(rungChange ? [`It went from rung ${rungChange.from} to ${rungChange.to}.`] : []),
    ...scoreText(verdict),
    verdict.reasons.length === 0 ? 'Nothing spoke against it.' : 'Because:',
    ...verdict.reasons.map((reason) => {
      const measure = reason.weight === 0 ? 'rule' : `${figure(reason.weight)} nats`;
      const practice = reason.practice === undefined ? '' : `, ${reason.practice}`;
      return `  - ${oneLine(reason.text)} (${reason.signal}, ${measure}${practice})`;
    }),
    ...(verdict.wouldChange === undefined ? [] : [oneLine(verdict.wouldChange)]),
    `${isFromOutside(verdict) ? 'To the operator of that server' : 'To the owner'}: ${oneLine(words.owner)}`,
    `To a reviewer: ${oneLine(words.reviewer)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const LIKE = {
  spam: 'spam with a stolen password',
  lateral: 'phishing of colleagues',
  thread: 'hijacked conversations',
  bec: 'a forged request',
} as const;

/** The families that said something, the loudest first. */
function scoreText({ hypothesis, sums, model }: Explanation['verdict']): string[] {
  if (hypothesis === undefined || sums === undefined) return [];
  const rows = Object.entries(sums)
    .sort(([, a], [, b]) => b - a)
    .map(([family, sum]) => `${family} ${sum > 0 ? '+' : ''}${figure(sum)}`);
  return [
    `Most like ${LIKE[hypothesis]}: ${rows.join(', ')}, less 1.39 for the choice of four (${model ?? ''}).`,
  ];
}

function eventText(event: PrimumEvent): string {
  if (event.kind === 'submission') {
    const who = event.account === undefined ? 'Sent without AUTH' : `Sent by ${event.account}`;
    const sender = event.envelopeSender === '' ? 'the null sender' : event.envelopeSender;
    const queue = event.queueId === undefined ? '' : `, queue id ${event.queueId}`;
    return `${who} as ${sender} to ${counted(recipientCount(event), 'recipient')} from ${event.clientAddress}${queue}.`;
  }
  if (event.kind === 'login') {
    const outcome = event.ok ? 'A login' : 'A failed login';
    return `${outcome} of ${event.account} at ${event.service} from ${event.clientAddress === '' ? 'an unknown address' : event.clientAddress}.`;
  }
  return `Its event is of the kind ${event.kind}.`;
}
