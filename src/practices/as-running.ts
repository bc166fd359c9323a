/** What an audit cannot see by itself and the daemon knows: what was decided, and what is in force. */
import type { AuditReport, PracticeReport, Running } from './contract.ts';
import { countStates } from './score.ts';

/** A switch of the desk stands above the file; what is checked was looked at here, just now. */
export function asRunning(report: AuditReport, running: Running): AuditReport {
  const known = new Map(running.map((row) => [row.id, row]));
  const practices = report.practices.map((row): PracticeReport => {
    const there = known.get(row.id);
    if (there === undefined) return row;
    const { state, summary, advice, decided } = there;
    const { advice: _, ...bare } = row;
    return {
      ...(isDecided(row.state) && isDecided(state)
        ? { ...bare, state, summary, ...(advice === undefined ? {} : { advice }) }
        : row),
      ...(decided === undefined ? {} : { decided }),
    };
  });
  return { ...report, practices, counts: countStates(practices) };
}

const isDecided = (state: PracticeReport['state']): boolean =>
  state === 'in force' || state === 'watched';
