/**
 * That a matter which people were told of became less, or is over. Whoever was alerted hears once that
 * all is well again; of what nobody was told, nobody hears.
 */
import type { Records, UnendedCause } from '../store/records/contract.ts';
import type { AlertClock } from './alert-clock.ts';
import { alertGroup, WATCH_CAUSE } from './alert-group.ts';
import type { EaseNews } from './contract.ts';
import type { Health } from './health.ts';
import { alertJobs } from './notice.ts';
import type { DeskOptions } from './options.ts';

export interface EaseParts extends Pick<DeskOptions, 'channels'> {
  readonly records: Pick<Records, 'incidents'>;
  readonly health: Health;
  readonly clock: AlertClock;
  readonly now: () => number;
  /** Decisions that wait to be written come first. */
  readonly counter: { flush(): Promise<void> };
  readonly onJobs: () => void;
}

/** Whether somebody was told of it. @throws when the records fail. */
export async function ease(parts: EaseParts, news: EaseNews): Promise<boolean> {
  const { records, health, clock, channels, now, counter } = parts;
  const nowMs = now();
  const at = new Date(nowMs).toISOString();
  const { cause, isOver, notes } = news;
  await counter.flush();
  const isKnown = await health.write(() =>
    records.incidents.ease({
      ...{ ...news, at },
      jobs: () => {
        if (!isOver) return [];
        const times = { nowMs, notBeforeMs: clock.notBefore(alertGroup(cause), nowMs) };
        const notice = { what: 'well', at, text: notes.at(-1) ?? '' } as const;
        return alertJobs(channels, { account: '', notice }, times);
      },
    }),
  );
  if (isKnown) parts.onJobs();
  return isKnown;
}

/** What people were told of the own house and not yet that it is well. */
export async function unendedOfHouse({
  records,
  health,
  counter,
}: Pick<EaseParts, 'records' | 'health' | 'counter'>): Promise<readonly UnendedCause[]> {
  await counter.flush();
  return health.read(() => records.incidents.unended(WATCH_CAUSE));
}
