/** Incidents, the audit log and the test of alerts. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { incidentNotOpen } from './closed-already.ts';
import { listedIncident, wholeIncident } from './incident-view.ts';
import { releaseAfter } from './release-account.ts';
import {
  auditQuery,
  byInput,
  closeInput,
  incidentParams,
  incidentQuery,
} from '../schemas/input.ts';
import {
  alertOutcomes,
  auditList,
  closedIncident,
  DONE,
  incident,
  incidentList,
} from '../schemas/output.ts';

export function incidentEndpoints(parts: ApiParts) {
  const { desk } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/incidents',
      tag: 'incidents',
      summary: 'Incidents, newest first; of a campaign the first few accounts.',
      query: incidentQuery,
      response: incidentList,
      handle: async ({ query }) => ({
        incidents: (await desk.incidents.list(query)).map(listedIncident),
      }),
    }),
    endpoint({
      method: 'GET',
      path: '/incidents/:id',
      tag: 'incidents',
      summary: 'One incident with its timeline and checklist.',
      params: incidentParams,
      response: incident,
      async handle({ params: { id } }) {
        const found = await desk.incidents.get(id);
        if (found) return wholeIncident(found);
        throw new ProblemError(
          404,
          `There is no incident ${id}. None is ever deleted: check its letters.`,
        );
      },
    }),
    endpoint({
      method: 'POST',
      path: '/incidents/:id/close',
      tag: 'incidents',
      summary: 'Closes an incident with a finding; a campaign with the incidents of its accounts.',
      params: incidentParams,
      body: closeInput,
      response: closedIncident,
      async handle({ params: { id }, body: { members: withMembers, ...finding } }) {
        const closed = await desk.incidents.close({ ...finding, id, withMembers });
        if (closed === undefined) throw incidentNotOpen(id, await desk.incidents.get(id));
        const { incident: own, members } = closed;
        for (const one of members) await releaseAfter(parts, one, finding);
        const locked = [...(await releaseAfter(parts, own, finding))];
        return { ...DONE, locked, members: members.length };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/audit',
      tag: 'audit',
      summary: 'Who did what and why, newest first.',
      query: auditQuery,
      response: auditList,
      handle: async ({ query }) => ({ entries: await desk.audit.list(query) }),
    }),
    endpoint({
      method: 'POST',
      path: '/alerts/test',
      role: 'admin',
      tag: 'incidents',
      summary: 'Sends a test alert through every channel and says what came of each.',
      body: byInput,
      response: alertOutcomes,
      handle: async ({ body }) => ({ outcomes: await desk.testAlerts(body.by) }),
    }),
  ];
}
