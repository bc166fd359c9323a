/** Taking in events from other programs, and reading the configuration again. */
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import type { Verdict } from '../../../core/verdict.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint, jsonSchema } from '../endpoint.ts';
import { MAX_EVENTS_BYTES, parseEvents } from '../events-body.ts';
import { ProblemError } from '../problem.ts';
import { byInput } from '../schemas/input.ts';
import { primumEvent } from '../schemas/event.ts';
import { eventsTaken, reloadOutcome } from '../schemas/output.ts';

export const NDJSON = 'application/x-ndjson';

/** Events judged before mail gets its turn again: a few milliseconds. */
const EVENTS_A_TURN = 100;

/** These are records of what was done; taken in as news they would do nothing. */
const noLock = (number: number): string =>
  `Event ${number} locks or unlocks nobody, for it only tells of it. Lock with PUT /locks/{account}, ` +
  'unlock with DELETE. Nothing was taken.';

export function eventEndpoints(parts: ApiParts) {
  return [
    endpoint({
      method: 'POST',
      path: '/events',
      repeats: 'unrecorded',
      role: 'admin',
      tag: 'events',
      summary: 'Takes in events (NDJSON, or JSON: an array or one). An id seen before counts once.',
      consumes: ['application/json', NDJSON],
      bodyLimitBytes: MAX_EVENTS_BYTES,
      // The batch is validated event by event, so that the answer can name the one that is wrong.
      body: z.unknown().meta({
        // Written when the document is asked for, not at each start.
        get oneOf() {
          return [primumEvent, z.array(primumEvent)].map((schema) => jsonSchema(schema, 'input'));
        },
      }),
      response: eventsTaken,
      async handle({ body }) {
        const events = parseEvents(body);
        if (!events.ok) throw new ProblemError(422, events.reason);
        const wrong = events.value.findIndex(({ kind }) => kind === 'lock' || kind === 'unlock');
        if (wrong >= 0) throw new ProblemError(422, noLock(wrong + 1));
        const verdicts: Verdict[] = [];
        let taken = 0;
        for (const [index, event] of events.value.entries()) {
          if (parts.hasTaken?.(event.id) !== true) taken += 1;
          const verdict = await parts.take(event);
          if (verdict) verdicts.push(verdict);
          if (index % EVENTS_A_TURN === EVENTS_A_TURN - 1) await turn();
        }
        return { taken, verdicts };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/reload',
      role: 'admin',
      tag: 'events',
      summary: 'Reads the configuration again; a bad one is refused and the old one stays.',
      body: byInput,
      response: reloadOutcome,
      async handle({ body }) {
        const outcome = await parts.reload?.();
        if (!outcome)
          throw new ProblemError(404, 'This daemon was started without a file to read.');
        if (!outcome.ok) throw new ProblemError(422, outcome.reason);
        await parts.desk.audit.add({
          at: new Date((parts.now ?? Date.now)()).toISOString(),
          by: body.by,
          action: 'reload',
          subject: 'configuration',
          why: outcome.value,
        });
        return { changes: outcome.value };
      },
    }),
  ];
}
