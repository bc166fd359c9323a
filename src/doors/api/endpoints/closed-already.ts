/** Why a step of an incident or a case is not taken: who comes second is told who was first. */
import type { Case, Incident } from '../../../desk/contract.ts';
import { ProblemError } from '../problem.ts';

export function incidentNotOpen(id: string, found: Incident | undefined): ProblemError {
  if (found === undefined) return new ProblemError(404, `There is no open incident ${id}.`);
  const about = found.account === '' ? found.summary : `about ${found.account}`;
  if (found.state === 'open') return full(`The incident ${about}`);
  return new ProblemError(409, `The incident ${about} was closed by ${closer(found)}.`);
}

export function caseNotOpen(found: Case): ProblemError {
  const name = `The case ${found.reference}`;
  if (found.state === 'open') return full(name);
  return new ProblemError(409, `${name} was closed by ${closer(found)}. Open a new one.`);
}

function full(what: string): ProblemError {
  return new ProblemError(
    409,
    `${what} has as many notes as it keeps. Close it and go on in a new one.`,
  );
}

/** Who and when, to the second: two may have pressed the button within one. */
function closer({ timeline, closedAt }: Pick<Incident, 'timeline' | 'closedAt'>): string {
  const by = timeline.findLast(({ text }) => text.startsWith('Closed '))?.by ?? 'somebody';
  if (closedAt === undefined) return by;
  return `${by} at ${closedAt.slice(0, 19).replace('T', ' ')} UTC`;
}
