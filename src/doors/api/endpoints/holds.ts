/** Held messages: list, show as inert text, release, return to the sender, delete (CON-3, CON-4). */
import type { Hold, HoldAnswer, HoldChoice, HoldDesk } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { decisionInput } from '../schemas/input.ts';
import { hold, holdList, holdParams, holdQuery, shownMessage } from '../schemas/hold.ts';
import { decidedOf, holdView } from './hold-view.ts';

export function holdEndpoints(parts: ApiParts) {
  const { desk } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/holds',
      tag: 'holds',
      summary: 'Held messages, newest first; those that wait for a decision, oldest first.',
      query: holdQuery,
      response: holdList,
      async handle({ query: { state, ...query } }) {
        const which =
          state === 'waiting'
            ? ({ isWaiting: true } as const)
            : state === undefined
              ? {}
              : { isOpen: state === 'open' };
        const holds = await desk.holds.list({ ...query, ...which });
        return { holds: holds.map(holdView) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/holds/:name',
      tag: 'holds',
      summary: 'One held message: whose it is, why it waits, and until when.',
      params: holdParams,
      response: hold,
      handle: async ({ params }) => holdView(await known(desk.holds, params.name)),
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
          throw new ProblemError(
            409,
            `The message ${calledBy(found)} waits no more. ${found.outcome}`,
          );
        }
        const shown = await desk.holds.show(found);
        if (shown === undefined) throw silentAgent(parts, found.mta);
        if (shown.message === undefined) return shown;
        const { raw, ...message } = shown.message;
        // Text that was made inert has lost the bytes of other charsets: older agents give no more.
        const bytes =
          raw === undefined
            ? Buffer.from(`${message.headers}\n${message.body}`)
            : Buffer.from(raw, 'base64');
        const readable = parts.readable?.(bytes);
        return { ...shown, message, ...(readable && { readable }) };
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

function silentAgent({ desk }: ApiParts, mta: string): ProblemError {
  const wasHeard = desk.agents.heard().some((host) => host.mta === mta);
  const what = wasHeard ? 'does not answer' : 'was not heard since the start';
  return new ProblemError(
    503,
    `The agent on ${mta} ${what}. Start "primum agent" there, or set agent.embedded where the queue is on this host.`,
  );
}

async function known(holds: HoldDesk, name: string): Promise<Hold> {
  const found = await holds.get(name);
  if (found !== undefined) return found;
  throw new ProblemError(404, `There is no held message ${name}.`);
}

function decision({ desk, now = Date.now }: ApiParts, choice: HoldChoice, summary: string) {
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
      if (answer.ok) return holdView(answer.hold);
      throw refusal(name, answer, now());
    },
  });
}

type Refusal = Extract<HoldAnswer, { ok: false }>;
type Refused = Refusal['reason'];

/** As people call it: by the reference of its decision, where it has one. */
export function calledBy({ id, reference }: Pick<Hold, 'id' | 'reference'>): string {
  return reference === '' ? id : reference;
}

/** Who came second is told who was first, what was decided, and whether that still can be taken back. */
export function refusal(name: string, { reason, hold: now }: Refusal, nowMs: number): ProblemError {
  const [status, text] = REFUSALS[reason];
  const sentences = [text.replaceAll('NAME', now === undefined ? name : calledBy(now))];
  if (now !== undefined && now.by !== '') sentences.push(decidedOf(now));
  if (now !== undefined && reason === 'under-way') sentences.push(stageOf(now, nowMs));
  return new ProblemError(status, sentences.join(' '));
}

/** As `undone` of the desk sees it: the agent is not asked before the minute is over. */
function stageOf({ tries, retryAtMs = 0 }: Hold, nowMs: number): string {
  return tries === 0 && retryAtMs > nowMs ? 'It can still be taken back.' : 'The agent is at it.';
}

const REFUSALS: Readonly<Record<Refused, readonly [number, string]>> = {
  unknown: [404, 'There is no held message NAME.'],
  'under-way': [409, 'The message NAME is decided on already.'],
  ended: [409, 'The message NAME waits no more.'],
  'odd-sender': [
    422,
    'The sender of the message NAME cannot be told: nothing is sent to an address with quotes, ! or % in it, for it may lead elsewhere. Release it, or delete it with "primum hold delete NAME".',
  ],
  'no-sender-of-ours': [
    422,
    'The sender of the message NAME is not of your domains and is not told anything by us. Release it, or delete it with "primum hold delete NAME".',
  ],
};
