/**
 * SND-13: lists that are bad show it in what comes back. From some share of failed recipients or of
 * complaints on somebody looks; from twice that and more sending pauses until the share has come down
 * or a person releases the account. Never locks: complaints do not lock (FBK-8).
 */
import type { StopLine } from '../policy.ts';
import type { SlotWindow } from '../profile/slots.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

type Measure = 'bounces' | 'complaints';

const WINDOWS: Readonly<Record<SlotWindow, string>> = {
  day: 'the last day',
  week: 'the last week',
};
const WORDS = {
  bounces: { practice: 'FBK-1', counted: 'recipients did not take mail for good' },
  complaints: { practice: 'FBK-2', counted: 'recipients complained' },
} as const;

interface Share {
  readonly measure: Measure;
  readonly window: SlotWindow;
  readonly count: number;
  readonly of: number;
  readonly line: StopLine;
}

interface Reached extends Share {
  readonly step: 'review' | 'pause';
}

export function stopLines(subject: SubmissionSubject): Finding | undefined {
  const { outcomes, world, facts } = subject;
  if (outcomes === undefined) return undefined;
  const { week } = outcomes;
  // Nearly all accounts: not even a handful of failures in a week.
  if (week.hard === 0 && week.complaints === 0) return undefined;
  const rules = world.policy.outcomes.stopLines;
  // Forwards have rules of their own: what bounces there was written by strangers (FWD-2).
  if (rules.action === 'off' || facts.class === 'forward') return undefined;
  const reached = sharesReached(subject);
  // A line that this letter is let past must not hide another that stops it.
  const stopping = reached.find(
    ({ step, measure }) => step === 'pause' && !(measure === 'bounces' && addsNone(subject)),
  );
  if (stopping !== undefined) return describe(stopping, rules.action);
  const [first] = reached;
  return first && describe(first, 'observe');
}

/** Those that pause first. */
function sharesReached(subject: SubmissionSubject): Reached[] {
  const reached: Reached[] = [];
  for (const step of ['pause', 'review'] as const) {
    for (const window of ['day', 'week'] as const) {
      for (const measure of ['bounces', 'complaints'] as const) {
        const share = shareOf(subject, measure, window);
        if (share === undefined || share.count / share.of < share.line[step]) continue;
        reached.push({ ...share, step });
      }
    }
  }
  return reached;
}

/** Failures come of addresses that nobody knows: what goes to people the account knows, and none of them dead, adds none. */
function addsNone({ event, outcomes }: SubmissionSubject): boolean {
  if (outcomes === undefined || outcomes.isPart === true || (event.account ?? '') === '')
    return false;
  return (
    event.envelopeRecipients.length > 0 &&
    outcomes.strangers === 0 &&
    outcomes.suppressed.length === 0
  );
}

/** Undefined where there is too little to speak of a share. */
function shareOf(
  subject: SubmissionSubject,
  measure: Measure,
  window: SlotWindow,
): Share | undefined {
  const rules = subject.world.policy.outcomes.stopLines;
  const sums = subject.outcomes?.[window];
  if (sums === undefined) return undefined;
  // Who sees no log hears of failures only; who sees it may hear of mail judged elsewhere.
  const of = Math.max(sums.known, subject.account.sent(window, subject.nowMs));
  const count = measure === 'bounces' ? sums.hard : sums.complaints;
  const line = rules[measure];
  if (of < rules.recipients || count < line.minimum) return undefined;
  return { measure, window, count, of, line };
}

function describe(
  { measure, window, count, of, line, step }: Reached,
  action: 'observe' | 'throttle' | 'hold',
): Finding {
  const words = WORDS[measure];
  const figure = `${count} of ${of}`;
  const limit = percent(line[step]);
  return {
    rule: 'stop-line',
    practice: 'SND-13',
    action,
    cause: `stop-line:${measure}:${step}`,
    text:
      `${figure} ${words.counted} in ${WINDOWS[window]} (${percent(count / of)}, ${words.practice}); ` +
      (step === 'pause' ? `from ${limit} on sending pauses.` : `from ${limit} on somebody looks.`),
    figures: [
      {
        name: `${measure === 'bounces' ? 'Failed recipients' : 'Complaints'} in ${WINDOWS[window]}`,
        observed: `${figure} (${percent(count / of)})`,
        usual: `less than ${percent(line.review)}`,
      },
    ],
  };
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}
