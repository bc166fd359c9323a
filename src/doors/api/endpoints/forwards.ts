/** Forwards that are off (FWD-2), and a new key for the senders of forwards (FWD-1). */
import type { ForwardOff } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { keysToDrop } from '../keys-to-drop.ts';
import { ProblemError } from '../problem.ts';
import { unknownOf } from './lock-view.ts';
import {
  forwardInput,
  forwardList,
  forwardMade,
  forwardQuery,
  forwardsOn,
} from '../schemas/forward.ts';
import { rotateInput } from '../schemas/input.ts';
import { traceKey } from '../schemas/output.ts';

export function forwardEndpoints(parts: ApiParts) {
  const { desk, now = Date.now } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/forwards',
      tag: 'forwards',
      summary: 'The forwards that are off, and why.',
      query: forwardQuery,
      response: forwardList,
      handle: ({ query: { account, limit, after = '' } }) => {
        const all = desk.forwards.list(account).filter((one) => one.account > after);
        return Promise.resolve(page([...all].sort(byName), limit));
      },
    }),
    endpoint({
      method: 'POST',
      path: '/forwards/off',
      tag: 'forwards',
      summary: 'Switches a forward off: its mail is kept here from now on.',
      body: forwardInput,
      response: forwardMade,
      async handle({ body }) {
        const off = await desk.forwards.off(body);
        return { ...off, ...(await unknownOf(parts, off.account)) };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/forwards/on',
      tag: 'forwards',
      summary: 'Switches a forward on again, and counts its failures anew.',
      body: forwardInput,
      response: forwardsOn,
      async handle({ body }) {
        const count = await desk.forwards.on(body);
        if (count > 0) return { count };
        const which = body.to === undefined ? 'No forward' : `No forward to ${body.to}`;
        throw new ProblemError(404, `${which} of ${body.account} is off, so nothing was changed.`);
      },
    }),
    endpoint({
      method: 'POST',
      path: '/forwards/rotate',
      tag: 'forwards',
      summary:
        'Makes a new key for senders of forwards now. Bounces to older senders still come home, unless their key is dropped.',
      body: rotateInput,
      response: traceKey,
      async handle({ body: { by, drop } }) {
        const keys = parts.forwardKeys;
        if (keys === undefined) {
          throw new ProblemError(404, 'This daemon has no keys for forwards.');
        }
        const dropped = keysToDrop(keys.keys(), drop, { key: 'key of forwards', makes: 'senders' });
        const key = keys.rotate(dropped);
        const gone = dropped.length === 0 ? '' : ` Dropped: ${dropped.join(', ')}.`;
        await desk.audit.add({
          at: new Date(now()).toISOString(),
          by,
          action: 'rotate',
          subject: 'forward key',
          why: `The key ${key} makes senders of forwards from now on.${gone}`,
        });
        return { key, dropped: [...dropped] };
      },
    }),
  ];
}

function byName(a: ForwardOff, b: ForwardOff): number {
  const [one, other] = [`${a.account}\n${a.to}`, `${b.account}\n${b.to}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whole accounts, so that the next page can begin behind the last one. */
function page(all: readonly ForwardOff[], limit: number) {
  const last = all[limit - 1]?.account;
  const forwards =
    last === undefined ? all : all.filter(({ account }, i) => i < limit || account === last);
  return { forwards: [...forwards], isCut: forwards.length < all.length };
}
