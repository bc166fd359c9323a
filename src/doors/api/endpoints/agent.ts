/**
 * For the agents on the mail hosts. Each has a token of its own, which opens nothing else and
 * speaks for its own mail host only.
 */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { MAX_EVENTS_BYTES } from '../events-body.ts';
import { ProblemError } from '../problem.ts';
import { agentEvents, agentResults, agentTasks, tasksQuery } from '../schemas/agent.ts';
import { DONE, done } from '../schemas/output.ts';

/** Everything below it asks for an agent's token. */
export const AGENT_PATH = '/api/v1/agent/';

/** A shown message of 256 KiB with everything in it written out. */
const MAX_RESULT_BYTES = 4 * 1024 * 1024;

export function agentEndpoints({ desk, closing, logged }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/agent/tasks',
      tag: 'agent',
      summary: 'What there is to do on the mail host of this token.',
      query: tasksQuery,
      response: agentTasks,
      handle: async ({ query: { waitSeconds }, mta, left }) => ({
        tasks: await desk.agents.tasks(mta, {
          waitMs: waitSeconds * 1000,
          signal: closing === undefined ? left() : AbortSignal.any([closing, left()]),
        }),
      }),
    }),
    endpoint({
      method: 'POST',
      path: '/agent/results',
      tag: 'agent',
      summary: 'What came of tasks; on record when this is answered.',
      bodyLimitBytes: MAX_RESULT_BYTES,
      body: agentResults,
      response: done,
      async handle({ body, mta }) {
        await desk.agents.report(mta, body.results);
        return DONE;
      },
    }),
    endpoint({
      method: 'POST',
      path: '/agent/events',
      tag: 'agent',
      summary:
        'What the mail log of the host of this token tells; on record when this is answered.',
      bodyLimitBytes: MAX_EVENTS_BYTES,
      body: agentEvents,
      response: done,
      async handle({ body, mta }) {
        if (logged === undefined) throw new ProblemError(404, 'This daemon takes no mail log.');
        await logged(mta, body.events);
        return DONE;
      },
    }),
  ];
}
