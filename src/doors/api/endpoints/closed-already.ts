/** Who comes second to an incident or a case is told who was first. */
import type { Case, Incident } from '../../../desk/contract.ts';
import { ProblemError } from '../problem.ts';

type Entries = Incident['timeline'];

export function incidentNotOpen(id: string, found: Incident | undefined): ProblemError {
  if (found === undefined) return new ProblemError(404, `There is no open incident ${id}.`);
  const about = found.account === '' ? found.summary : `about ${found.account}`;
  return new ProblemError(404, `The incident ${about} was closed by ${closer(found.timeline)}.`);
}

export function caseClosed({ reference, timeline }: Case): ProblemError {
  const text = `The case ${reference} was closed by ${closer(timeline)}. Open a new one.`;
  return new ProblemError(409, text);
}

function closer(timeline: Entries): string {
  return timeline.findLast(({ text }) => text.startsWith('Closed ('))?.by ?? 'somebody';
}
