/** The scorecard of the practices. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { practiceReport } from '../schemas/practices.ts';

export function practiceEndpoints(parts: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/practices',
      tag: 'practices',
      summary: 'Every practice with its state, the evidence and what to do.',
      response: practiceReport,
      handle: async () => {
        if (parts.practices === undefined)
          throw new ProblemError(404, 'Nothing is watched here; run "primum audit" instead.');
        return parts.practices();
      },
    }),
  ];
}
