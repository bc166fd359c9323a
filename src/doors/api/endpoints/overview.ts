/** The morning's look: today against usual, what waits longest, health, and one account's days. */
import type { Desk } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { health, overview, timelinePage, timelineQuery } from '../schemas/desk.ts';
import { accountParams } from '../schemas/input.ts';

/** What waits, looked through for the oldest; the newest of a longer list are enough to start with. */
const LOOKED_AT = 200;
const SHOWN = 12;

export function overviewEndpoints(parts: ApiParts) {
  const { desk, timeline } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/overview',
      tag: 'desk',
      summary: 'Today against usual, what is open, what waits longest, and how fast things go.',
      response: overview,
      handle: async () => ({
        figures: await desk.figures.day(),
        open: {
          holds: await desk.holds.countOpen(),
          incidents: await desk.incidents.countOpen(),
          cases: await desk.cases.countOpen(),
          locks: desk.locks.list().length,
        },
        oldest: await oldestOf(desk),
        clocks: await desk.incidents.clocks(),
      }),
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

async function oldestOf(desk: Desk) {
  const page = { limit: LOOKED_AT };
  const holds = await desk.holds.list({ ...page, isOpen: true });
  const incidents = await desk.incidents.list({ ...page, state: 'open' });
  const cases = await desk.cases.list({ ...page, state: 'open' });
  const tickets = new Set(holds.map(({ incident }) => incident));
  const all = [
    ...holds
      .filter(({ state, cause }) => state === 'held' && cause !== 'defer')
      .map(({ id, at, account, reasons }) => ({
        ...{ what: 'hold' as const, id, at, account, text: reasons[0]?.text ?? '' },
      })),
    // A held message and its ticket are one thing to do.
    ...incidents
      .filter(({ id }) => !tickets.has(id))
      .map(({ id, openedAt, account, summary }) => ({
        ...{ what: 'incident' as const, id, at: openedAt, account, text: summary },
      })),
    ...cases.map(({ id, openedAt, account, subject }) => ({
      ...{ what: 'case' as const, id, at: openedAt, account, text: subject },
    })),
  ];
  return all.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(0, SHOWN);
}
