/** How fast incidents were acted on and closed (FBK-6). */
import type { IncidentTimes } from '../store/records/contract.ts';
import type { ClockFigure, ClockReport } from './people-contract.ts';

export const CLOCK_DAYS = 30;

export function clocksOf(times: readonly IncidentTimes[]): ClockReport {
  const verdicts = { true: 0, 'false alarm': 0, unclear: 0 };
  for (const { verdict } of times) if (verdict !== '') verdicts[verdict]++;
  const spans = (name: 'firstActionAt' | 'closedAt'): number[] =>
    times.flatMap(({ openedAt, [name]: end }) =>
      end === undefined ? [] : [Math.max(0, Date.parse(end) - Date.parse(openedAt)) / 1000],
    );
  return {
    days: CLOCK_DAYS,
    opened: times.length,
    firstAction: clockFigure(spans('firstActionAt')),
    close: clockFigure(spans('closedAt')),
    verdicts,
  };
}

function clockFigure(seconds: readonly number[]): ClockFigure {
  const sorted = seconds.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    worst: Math.round(sorted.at(-1) ?? 0),
  };
}
