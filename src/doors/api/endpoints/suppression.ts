/** SND-13: a recipient that is not written to again: why, and the end of it for who knows better. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { suppressionEnd, suppressionQuery } from '../schemas/input.ts';
import { DONE, done, suppressionView } from '../schemas/output.ts';

export function suppressionEndpoints({ inspector, desk, now = Date.now }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/suppression',
      tag: 'accounts',
      summary: 'Why a recipient is not written to again; kept as hashes, so that none is listed.',
      query: suppressionQuery,
      response: suppressionView,
      handle: async ({ query }) => ({
        recipient: query.recipient,
        reasons: await inspector.suppression(query),
      }),
    }),
    endpoint({
      method: 'DELETE',
      path: '/suppression',
      tag: 'accounts',
      summary: 'Forgets that a recipient does not exist or complained, for every account.',
      body: suppressionEnd,
      response: done,
      async handle({ body: { by, why, recipient } }) {
        const known = await inspector.suppression({ recipient });
        if (known.length === 0) {
          throw new ProblemError(
            404,
            `Nothing is remembered of ${recipient}: no mail is refused because of it. Check its letters.`,
          );
        }
        const at = new Date(now()).toISOString();
        await desk.audit.add({ at, by, action: 'suppression.end', subject: recipient, why });
        await inspector.endSuppression(recipient);
        return DONE;
      },
    }),
  ];
}
