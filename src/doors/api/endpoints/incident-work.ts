/** Work on incidents: open, note, take, join, tick, and what was like it before (FBK-6, FBK-7). */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { incidentNotOpen } from './closed-already.ts';
import { listedIncident, wholeIncident } from './incident-view.ts';
import { incidentStep, newIncidentInput, similarList, tickInput } from '../schemas/desk.ts';
import { incidentParams } from '../schemas/input.ts';
import { DONE, done, incident } from '../schemas/output.ts';

export function incidentWorkEndpoints({ desk }: ApiParts) {
  return [
    endpoint({
      method: 'POST',
      path: '/incidents',
      tag: 'incidents',
      summary:
        'Opens an incident about one account, or a campaign over several; of the same campaign the ' +
        'one that is open is given again.',
      body: newIncidentInput,
      response: incident,
      handle: async ({ body }) => wholeIncident(await desk.incidents.open(body)),
    }),
    endpoint({
      method: 'POST',
      path: '/incidents/:id/steps',
      tag: 'incidents',
      summary: 'Notes something, takes it, or joins an account.',
      params: incidentParams,
      body: incidentStep,
      response: incident,
      async handle({ params: { id }, body: { by, step } }) {
        const after = await desk.incidents.step(id, by, step);
        if (after) return wholeIncident(after);
        throw incidentNotOpen(id, await desk.incidents.get(id));
      },
    }),
    endpoint({
      method: 'POST',
      path: '/incidents/:id/tick',
      tag: 'incidents',
      summary:
        'Ticks an item of the checklist before an unlock (ACC-12); the last lifts a lock that waits for a password.',
      params: incidentParams,
      body: tickInput,
      response: done,
      async handle({ params: { id }, body: { by, item } }) {
        if (await desk.incidents.tick(id, by, item)) return DONE;
        throw new ProblemError(409, 'This is not asked for, or it is done already.');
      },
    }),
    endpoint({
      method: 'GET',
      path: '/incidents/:id/similar',
      tag: 'incidents',
      summary: 'Others that share traits with it, most shared first, with how they ended.',
      params: incidentParams,
      response: similarList,
      handle: async ({ params: { id } }) => ({
        similar: (await desk.incidents.similar(id)).map(({ incident: like, shared }) => ({
          ...{ incident: listedIncident(like), shared },
        })),
      }),
    }),
  ];
}
