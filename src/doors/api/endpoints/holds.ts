/** Held messages: list, show as inert text, release, return to the sender, delete (CON-3, CON-4). */
import type { Hold, HoldAnswer, HoldChoice, HoldDesk } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { decisionInput } from '../schemas/input.ts';
import { hold, holdList, holdParams, holdQuery, shownMessage } from '../schemas/hold.ts';

export function holdEndpoints(parts: ApiParts) {
  const { desk } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/holds',
      tag: 'holds',
      summary: 'Held messages, newest first.',
      query: holdQuery,
      response: holdList,
      async handle({ query: { state, ...query } }) {
        const isOpen = state === undefined ? {} : { isOpen: state === 'open' };
        return { holds: await desk.holds.list({ ...query, ...isOpen }) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/holds/:name',
      tag: 'holds',
      summary: 'One held message: whose it is, why it waits, and until when.',
      params: holdParams,
      response: hold,
      handle: ({ params }) => known(desk.holds, params.name),
    }),
    endpoint({
      method: 'GET',
      path: '/holds/:name/message',
      tag: 'holds',
      summary: 'The message itself as inert text, headers first, cut at 256 KiB.',
      params: holdParams,
      response: shownMessage,
      async handle({ params: { name } }) {
        const found = await known(desk.holds, name);
        if (found.closedAt !== undefined) {
          throw new ProblemError(409, `The message ${name} waits no more. ${found.outcome}`);
        }
        const shown = await desk.holds.show(found);
        if (shown !== undefined) return shown;
        throw new ProblemError(
          503,
          `The agent on ${found.mta} does not answer. Start "primum agent" there, or set agent.embedded where the queue is on this host.`,
        );
      },
    }),
    decision(parts, 'release', 'Releases a held message; it does not pass the filters again.'),
    decision(
      parts,
      'return',
      'Returns a held message: its sender gets a notification with the reason, then it is deleted.',
    ),
    decision(parts, 'delete', 'Deletes a held message without a word to its sender.'),
  ];
}

async function known(holds: HoldDesk, name: string): Promise<Hold> {
  const found = await holds.get(name);
  if (found !== undefined) return found;
  throw new ProblemError(404, `There is no held message ${name}.`);
}

function decision({ desk }: ApiParts, choice: HoldChoice, summary: string) {
  return endpoint({
    method: 'POST',
    path: `/holds/:name/${choice}`,
    tag: 'holds',
    summary,
    params: holdParams,
    body: decisionInput,
    response: hold,
    async handle({ params: { name }, body }) {
      const answer = await desk.holds.decide({ ...body, name, choice });
      if (answer.ok) return answer.hold;
      throw refusal(name, answer);
    },
  });
}

type Refusal = Extract<HoldAnswer, { ok: false }>;
type Refused = Refusal['reason'];

/** Who came second is told who was first, and what was decided. */
export function refusal(name: string, { reason, hold: now }: Refusal): ProblemError {
  const [status, text] = REFUSALS[reason];
  const first = now === undefined || now.by === '' ? '' : ` ${now.by} decided: ${now.state}.`;
  return new ProblemError(status, text.replace('NAME', name) + first);
}

const REFUSALS: Readonly<Record<Refused, readonly [number, string]>> = {
  unknown: [404, 'There is no held message NAME.'],
  'under-way': [409, 'The message NAME is decided on already; the agent is at it.'],
  ended: [409, 'The message NAME waits no more.'],
  'no-sender-of-ours': [
    422,
    'The sender of the message NAME is not of your domains and is not told anything by us. Release or delete it.',
  ],
};
