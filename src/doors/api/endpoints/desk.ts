/** The desk's requests, in groups; the console is made of these. */
import type { ApiParts } from '../contract.ts';
import { attachmentEndpoints } from './attachments.ts';
import { caseEndpoints } from './cases.ts';
import { incidentWorkEndpoints } from './incident-work.ts';
import { overviewEndpoints } from './overview.ts';
import { questionEndpoints } from './questions.ts';
import { reviewEndpoints } from './review.ts';
import { sessionEndpoints } from './sessions.ts';
import { switchEndpoints } from './switches.ts';
import { userEndpoints } from './users.ts';

export function deskEndpoints(parts: ApiParts) {
  return [
    ...overviewEndpoints(parts),
    ...reviewEndpoints(parts),
    ...incidentWorkEndpoints(parts),
    ...attachmentEndpoints(parts),
    ...caseEndpoints(parts),
    ...sessionEndpoints(parts),
    ...userEndpoints(parts),
    ...switchEndpoints(parts),
    ...questionEndpoints(parts),
  ];
}
