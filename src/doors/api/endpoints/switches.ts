/** Switching on step by step: what is in force, what would be, and the way back. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import {
  foresight,
  foresightQuery,
  switchesMade,
  switchInput,
  switchList,
} from '../schemas/switches.ts';

export function switchEndpoints({ switches, inspector, foresee }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/switches',
      tag: 'switches',
      summary: 'What is in force: everything, each practice, groups and classes, and who said so.',
      response: switchList,
      handle: () => Promise.resolve({ switches: switches?.list() ?? [] }),
    }),
    endpoint({
      method: 'GET',
      path: '/foresight',
      tag: 'switches',
      summary: 'What each practice would have done and did, to whom, from the journal.',
      query: foresightQuery,
      response: foresight,
      async handle({ query }) {
        if (foresee !== undefined) return foresee(query);
        throw new ProblemError(404, 'This daemon keeps no journal to read from.');
      },
    }),
    endpoint({
      method: 'POST',
      path: '/switches',
      tag: 'switches',
      role: 'admin',
      summary: 'Enforces, observes, or goes by the configuration again; in force when answered.',
      body: switchInput,
      response: switchesMade,
      async handle({ body }) {
        if (switches === undefined) throw new ProblemError(404, 'There is nothing to switch.');
        const outcome = await switches.set(body);
        if (!outcome.ok) throw new ProblemError(404, outcome.reason);
        const { counts } = await inspector.rungs({ limit: 0 });
        return { switches: switches.list(), above: counts };
      },
    }),
  ];
}
