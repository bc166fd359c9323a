/** Review of held messages: a decision that can be taken back for a minute; the first one counts. */
import { randomUUID } from 'node:crypto';
import type { Hold } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { byOnly, reviewInput } from '../schemas/desk.ts';
import { hold, holdParams } from '../schemas/hold.ts';
import { holdView } from './hold-view.ts';
import { calledBy, refusal } from './holds.ts';

export function reviewEndpoints(parts: ApiParts) {
  const { desk, now = Date.now } = parts;
  return [
    endpoint({
      method: 'POST',
      path: '/holds/:name/decision',
      tag: 'holds',
      summary: 'Decides on a held message; of two at once one counts and the other is told.',
      params: holdParams,
      body: reviewInput,
      response: hold,
      async handle({ params: { name }, body: { owner = false, ...decision } }) {
        const found = await desk.holds.get(name);
        const onSettled = (): void => {
          if (owner && found !== undefined) confirm(parts, found, decision.by);
        };
        const answer = await desk.holds.decide({ ...decision, name, onSettled });
        if (answer.ok) return holdView(answer.hold);
        throw refusal(name, answer, now());
      },
    }),
    endpoint({
      method: 'POST',
      path: '/holds/:name/undo',
      tag: 'holds',
      summary: 'Takes a decision back, as long as the agent was not asked yet.',
      params: holdParams,
      body: byOnly,
      response: hold,
      async handle({ params: { name }, body: { by } }) {
        const answer = await desk.holds.undo({ name, by });
        if (answer.ok) return holdView(answer.hold);
        if (answer.reason === 'unknown') throw refusal(name, answer, now());
        throw new ProblemError(
          409,
          `The message ${answer.hold === undefined ? name : calledBy(answer.hold)} cannot be taken back any more. ${answer.hold?.outcome ?? ''}`.trim(),
        );
      },
    }),
  ];
}

/** Somebody with the right to has said whose it was: a fact for the journal. */
function confirm({ take, now = Date.now }: ApiParts, held: Hold, by: string): void {
  const at = new Date(now()).toISOString();
  const { account, submission, context } = held;
  void take({
    ...{ v: 1, kind: 'confirm', id: randomUUID(), at, account, mine: true, by },
    ...(submission === '' ? {} : { submission }),
    ...(context === '' ? {} : { context }),
  });
}
