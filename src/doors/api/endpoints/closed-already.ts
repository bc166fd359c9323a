/** Who comes second to an incident or a case is told who was first. */
import type { Case, Incident } from '../../../desk/contract.ts';
import { ProblemError } from '../problem.ts';

export function incidentNotOpen(id: string, found: Incident | undefined): ProblemError {
  if (found === undefined) return new ProblemError(404, `There is no open incident ${id}.`);
  const about = found.account === '' ? found.summary : `about ${found.account}`;
  return new ProblemError(409, `The incident ${about} was closed by ${closer(found)}.`);
}

export function caseClosed(found: Case): ProblemError {
  const text = `The case ${found.reference} was closed by ${closer(found)}. Open a new one.`;
  return new ProblemError(409, text);
}

/** Who and when, to the second: two may have pressed the button within one. */
function closer({ timeline, closedAt }: Pick<Incident, 'timeline' | 'closedAt'>): string {
  const by = timeline.findLast(({ text }) => text.startsWith('Closed '))?.by ?? 'somebody';
  if (closedAt === undefined) return by;
  return `${by} at ${closedAt.slice(0, 19).replace('T', ' ')} UTC`;
}
