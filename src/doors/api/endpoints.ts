/** Everything below /api/v1, in the order of the documents; a new group is a file and a line here. */
import type { ApiParts } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { agentEndpoints } from './endpoints/agent.ts';
import { accountEndpoints, senderEndpoints } from './endpoints/accounts.ts';
import { campaignEndpoints } from './endpoints/campaigns.ts';
import { deskEndpoints } from './endpoints/desk.ts';
import { eventEndpoints } from './endpoints/events.ts';
import { forwardEndpoints } from './endpoints/forwards.ts';
import { holdEndpoints } from './endpoints/holds.ts';
import { incidentEndpoints } from './endpoints/incidents.ts';
import { listEndpoints } from './endpoints/lists.ts';
import { lockEndpoints } from './endpoints/locks.ts';
import { ownPasswordEndpoints } from './endpoints/own-password.ts';
import { reportEndpoints } from './endpoints/reports.ts';
import { practiceEndpoints } from './endpoints/practices.ts';
import { suppressionEndpoints } from './endpoints/suppression.ts';
import { traceEndpoints } from './endpoints/trace.ts';

export function allEndpoints(parts: ApiParts): readonly Endpoint[] {
  return [
    ...accountEndpoints(parts),
    ...senderEndpoints(parts),
    ...suppressionEndpoints(parts),
    ...lockEndpoints(parts),
    ...incidentEndpoints(parts),
    ...campaignEndpoints(parts),
    ...reportEndpoints(parts),
    ...listEndpoints(parts),
    ...holdEndpoints(parts),
    ...agentEndpoints(parts),
    ...eventEndpoints(parts),
    ...traceEndpoints(parts),
    ...forwardEndpoints(parts),
    ...ownPasswordEndpoints(parts),
    ...deskEndpoints(parts),
    ...practiceEndpoints(parts),
  ];
}
