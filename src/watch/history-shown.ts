/** How what is known of a thing is shown: what cannot be seen now is not called well. */
import type { FindingState } from './contract.ts';
import type { Known } from './history-file.ts';

export const isBad = (state: FindingState): boolean => state === 'fail' || state === 'warn';

type Shown = Omit<Known, 'blind' | 'goodEvidence' | 'goodAt' | 'faults'>;

/** What was bad stays bad until it is seen to be well; what was well is unknown while nobody can look. */
export function shown(known: Known): Shown {
  const { blind, goodEvidence: _, goodAt: _at, faults: _faults, ...value } = known;
  if (blind === undefined) return value;
  const { lookedAt } = value;
  if (isBad(value.state)) {
    const last = lookedAt === undefined ? '' : ` Last seen at ${minuteOf(lookedAt)}.`;
    const why = `It could not be looked at since ${minuteOf(blind.since)}: ${blind.evidence[0] ?? ''}${last}`;
    return { ...value, evidence: [...value.evidence, why] };
  }
  const { advice: _advice, ...rest } = value;
  const when = lookedAt === undefined ? '' : `, at ${minuteOf(lookedAt)}`;
  const last = `Last known: ${value.state === 'not-applicable' ? 'not applicable' : value.state}${when}.`;
  return {
    ...rest,
    state: 'unknown' as const,
    since: blind.since,
    evidence: [...blind.evidence, last],
    ...(blind.advice === undefined ? {} : { advice: blind.advice }),
  };
}

export const minuteOf = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
