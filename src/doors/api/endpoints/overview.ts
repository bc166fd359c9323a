/** The morning's look: today against usual, what waits longest, health, and one account's days. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { health, overview, timelinePage, timelineQuery } from '../schemas/desk.ts';
import { accountParams } from '../schemas/input.ts';

export function overviewEndpoints(parts: ApiParts) {
  const { desk, timeline } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/overview',
      tag: 'desk',
      summary: 'Today against usual, what is open, what waits longest, and how fast things go.',
      response: overview,
      async handle() {
        const [figures, look] = [await desk.figures.day(), await desk.firstLook.look()];
        const { open, oldest, clocks } = look;
        return { figures, open: { ...open, locks: desk.locks.list().length }, oldest, clocks };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/health',
      tag: 'desk',
      summary: 'Doors, agents, journal and what waits to be done outside.',
      response: health,
      handle: async () => ({
        version: parts.version,
        ready: parts.ready(),
        pendingJobs: await desk.pendingJobs(),
        report: parts.health?.() ?? null,
      }),
    }),
    endpoint({
      method: 'GET',
      path: '/accounts/:account/timeline',
      tag: 'accounts',
      summary: 'What happened to an account, newest first, from the journal.',
      params: accountParams,
      query: timelineQuery,
      response: timelinePage,
      async handle({ params: { account }, query }) {
        if (timeline !== undefined) return timeline(account, query);
        throw new ProblemError(404, 'This daemon keeps no journal to read from.');
      },
    }),
  ];
}
