/** The score as text: Markdown tables, readable on a terminal too. */
import type { PersonaScore, Ppv, Rate, Score, Spread } from './result.ts';

const PERSONA_HEAD = [
  'Attack',
  'Takeovers',
  'Leak, recipients: median / p90 / p95 / p99 / max',
  'Only deferred before the hold: median / p95',
  'Held or refused: median',
  'Messages leaked: median',
  'Hours from first message: median / p95',
  'Hours from first login: median',
  'Missed',
  'Locked',
] as const;

export function formatScore(score: Score): string {
  const personas = score.personas.map(personaCells);
  return [
    tableOf(PERSONA_HEAD, personas),
    '',
    tableOf(['Measure', 'Figure', '95 % interval or basis'], summaryRows(score)),
    '',
  ].join('\n');
}

export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(3, ...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function personaCells(one: PersonaScore): string[] {
  return [
    one.persona,
    String(one.takeovers),
    spreadText(one.leak),
    `${number(one.deferred.median)} / ${number(one.deferred.p95)}`,
    number(one.held.median),
    number(one.leakedMessages.median),
    `${number(one.hoursFromMessage.median)} / ${number(one.hoursFromMessage.p95)}`,
    number(one.hoursFromTakeover.median),
    `${one.misses.count} (${share(one.misses.interval.low)} to ${share(one.misses.interval.high)})`,
    String(one.locked),
  ];
}

export function spreadText({ median, p90, p95, p99, max }: Spread): string {
  return [median, p90, p95, p99, max].map(number).join(' / ');
}

function summaryRows(score: Score): string[][] {
  const { neverLock, identityDays, ppv } = score;
  const perTenThousand = (rate: Rate, what: string): string[] => [
    what,
    `${(rate.rate * 10_000).toFixed(2)} (${rate.count})`,
    `${(rate.interval.low * 10_000).toFixed(2)} to ${(rate.interval.high * 10_000).toFixed(2)} in ${Math.round(rate.of)} days`,
  ];
  return [
    [
      'takeovers acted on within 14 days',
      share(score.actedWithin14Days.rate),
      `${share(score.actedWithin14Days.interval.low)} to ${share(score.actedWithin14Days.interval.high)} of ${score.actedWithin14Days.of}`,
    ],
    ['alert storms, forwards, griefing: locked', String(neverLock.locked), `of ${neverLock.cases}`],
    perTenThousand(score.falseHolds.calendar, 'false holds per 10,000 identity-days'),
    perTenThousand(score.falseHolds.active, 'false holds per 10,000 active identity-days'),
    ...Object.entries(score.falseHoldsByClass)
      .sort()
      .map(([name, rate]) =>
        perTenThousand(rate, `false holds per 10,000 identity-days, class ${name}`),
      ),
    perTenThousand(score.falseLocks.calendar, 'false locks per 10,000 identity-days'),
    perTenThousand(score.falseLocks.active, 'false locks per 10,000 active identity-days'),
    [
      'innocent logins refused',
      String(score.refusedLogins),
      `in ${identityDays.calendar} identity-days`,
    ],
    [
      'messages wrongly delayed, per million',
      (score.delayed.rate * 1e6).toFixed(0),
      `${score.delayed.count} of ${score.delayed.of}; ${score.ownersDelayed} more of owners in a takeover`,
    ],
    [
      'median delay of a deferred message, minutes',
      number(score.medianDelayMinutes),
      'as the verdict asks; a hold ends when somebody decides',
    ],
    ...ppv.map(({ base, hold, lock }) => [
      `true alarms at ${base.toExponential(0)} takeovers an account-day`,
      `hold ${ppvText(hold)}, lock ${ppvText(lock)}`,
      `by the worse ends of the intervals hold ${share(hold.atLeast)}, lock ${share(lock.atLeast)}`,
    ]),
  ];
}

function ppvText({ rate }: Ppv): string {
  return rate === undefined ? '-' : share(rate);
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function number(value: number | undefined): string {
  if (value === undefined) return '-';
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
