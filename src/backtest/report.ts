/** What a backtest found, ready to be worded. */
import type { ImportTally } from '../import/tally.ts';
import { isStopped, isTouched } from './collect.ts';
import type { AccountStory, BacktestCollector, Span, Stop, Totals } from './collect.ts';

/** Accounts named in a report; of more only the number is told. */
export const MAX_NAMED = 200;

export interface BacktestReport {
  readonly span: Span;
  readonly totals: Totals;
  readonly accounts: number;
  /** Those that sent most after they would have been stopped come first. */
  readonly stopped: readonly AccountStory[];
  readonly touched: readonly AccountStory[];
  readonly lines: number;
  readonly misread: number;
  readonly damaged: readonly string[];
}

export function makeReport(collected: BacktestCollector, tally: ImportTally): BacktestReport {
  const stories = [...collected.accounts.values()];
  const byHarm = (a: AccountStory, b: AccountStory): number =>
    b.recipientsStopped - a.recipientsStopped || (a.account < b.account ? -1 : 1);
  return {
    span: collected.span,
    totals: collected.totals,
    accounts: stories.length,
    stopped: stories.filter(isStopped).sort(byHarm),
    touched: stories.filter(isTouched).sort(byHarm),
    lines: tally.lines,
    misread: [...tally.misread.values()].reduce((sum, { count }) => sum + count, 0),
    damaged: tally.damaged.map(({ file, why }) => `${file} was read in part. ${why}`),
  };
}

/** The sentences that begin a report of either form. */
export function openingWords(report: BacktestReport): readonly string[] {
  const { accounts, stopped, touched, totals } = report;
  if (accounts === 0) return [NOBODY];
  const calm = accounts - stopped.length - touched.length;
  const share = (calm * 100) / accounts;
  return [
    `Between ${minute(report.span.firstMs)} and ${minute(report.span.lastMs)} (UTC) ` +
      `${many(accounts, 'account', 'accounts')} sent ${many(totals.messages, 'message', 'messages')} ` +
      `to ${many(totals.recipients, 'recipient', 'recipients')}.`,
    stopped.length === 0
      ? 'No account would have been stopped.'
      : `${many(stopped.length, 'account', 'accounts')} would have been stopped; ` +
        `${many(totals.stopped, 'message', 'messages')} in all would have been held, late or refused.`,
    touched.length === 0
      ? 'No other account would have noticed anything.'
      : `${many(touched.length, 'other account', 'other accounts')} would have been touched in passing: ` +
        'some messages late, held or refused, while the account went on.',
    `${whole(calm)} of ${many(accounts, 'account', 'accounts')} (${share.toFixed(share > 99 ? 2 : 1)} %) ` +
      'would have noticed nothing.',
  ];
}

/** The same as figures; the bars of the graphs are left out. */
export function reportFigures(report: BacktestReport) {
  const { span, totals, stopped, touched, ...rest } = report;
  const { all: _all, notOut: _notOut, ...sums } = totals;
  const figures = ({ all: _1, notOut: _2, outByPlace: _3, first, ...story }: AccountStory) => ({
    ...story,
    first: first ?? null,
  });
  return {
    from: new Date(span.firstMs).toISOString(),
    to: new Date(span.lastMs).toISOString(),
    totals: sums,
    ...rest,
    stopped: stopped.map(figures),
    touched: touched.map(figures),
  };
}

const NOBODY =
  'Nobody sent anything: no line tells of a login that worked or of a submission. Is this the log of a mail server?';

const VERDICTS = {
  pass: 'let through',
  defer: 'deferred',
  hold: 'held',
  reject: 'refused',
} as const;

/** `2026-11-20 03:12, after 25 messages: held.` */
export function stopWords({ first }: AccountStory): string {
  if (first === undefined) return '';
  const after = first.after === 0 ? 'with its first message' : afterWords(first);
  return `${minute(Date.parse(first.at))}, ${after}: ${VERDICTS[first.verdict]}.`;
}

function afterWords({ after, afterFromThere }: Stop): string {
  const all = many(after, 'message', 'messages');
  if (afterFromThere === after) return `after ${all}`;
  const there = afterFromThere === 0 ? 'none' : many(afterFromThere, 'message', 'messages');
  return `after ${there} from where it was used then (${all} in all)`;
}

/** What it did in all, and what came of it. */
export function storyWords(story: AccountStory): string {
  const { messages, recipients, stopped, loginsRefused, delivered, failed } = story;
  const parts = [
    `${many(messages, 'message', 'messages')} to ${many(recipients, 'recipient', 'recipients')}`,
    `${many(stopped, 'message', 'messages')} stopped`,
  ];
  if (loginsRefused > 0) parts.push(`${many(loginsRefused, 'login', 'logins')} refused`);
  if (delivered + failed > 0) {
    const share = (failed * 100) / (delivered + failed);
    parts.push(`${share.toFixed(share < 10 ? 1 : 0)} % of its deliveries bounced`);
  }
  return `${parts.join('; ')}.`;
}

export function minute(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 16).replace('T', ' ') : '-';
}

export function many(count: number, one: string, more: string): string {
  return `${whole(count)} ${count === 1 ? one : more}`;
}

export function whole(count: number): string {
  return count.toLocaleString('en-US');
}
