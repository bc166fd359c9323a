/** Locks on whole accounts (ACC-11): in force at once, durable when the answer is given. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { viewLocks, viewMadeLock } from './lock-view.ts';
import { release } from './release-account.ts';
import {
  accountParams,
  lockAccountInput,
  lockInput,
  lockParams,
  unlockInput,
} from '../schemas/input.ts';
import { containedMail, lockList, madeLock, unlocked } from '../schemas/output.ts';

export function lockEndpoints(parts: ApiParts) {
  const { desk } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/locks',
      tag: 'locks',
      summary: 'The locks in force.',
      response: lockList,
      handle: async () => ({ locks: [...(await viewLocks(parts, desk.locks.list()))] }),
    }),
    endpoint({
      method: 'GET',
      path: '/locks/:account/mail',
      tag: 'locks',
      summary: 'How much mail of a locked account is held with the lock.',
      params: accountParams,
      response: containedMail,
      handle: async ({ params: { account } }) => ({
        account,
        messages: await desk.holds.countContained(account),
      }),
    }),
    endpoint({
      method: 'POST',
      path: '/locks',
      tag: 'locks',
      summary: 'Locks an account on every door.',
      body: lockAccountInput,
      response: madeLock,
      handle: async ({ body }) => viewMadeLock(parts, await desk.locks.lock(body)),
    }),
    endpoint({
      method: 'PUT',
      path: '/locks/:account',
      tag: 'locks',
      summary: 'Locks an account on every door; one that is locked gets the new reason.',
      params: lockParams,
      body: lockInput,
      response: madeLock,
      handle: async ({ params, body }) =>
        viewMadeLock(parts, await desk.locks.lock({ ...body, account: params.account })),
    }),
    endpoint({
      method: 'DELETE',
      path: '/locks/:account',
      tag: 'locks',
      summary: 'Lifts the lock of an account, or releases one that is held or slowed.',
      params: accountParams,
      body: unlockInput,
      response: unlocked,
      async handle({ params: { account }, body: { mail, ...body } }) {
        const isLifted = await desk.locks.unlock({ ...body, account });
        if (!isLifted && !(await release(parts, { ...body, account }))) {
          // An unlock whose mail was not decided yet can be said again.
          const isLeft = mail !== 'keep' && (await desk.holds.countContained(account)) > 0;
          if (!isLeft) {
            throw new ProblemError(404, `The account ${account} is neither locked nor held.`);
          }
        }
        const messages =
          mail === 'keep'
            ? await desk.holds.countContained(account)
            : await desk.holds.decideContained({ ...body, account, choice: mail });
        return { done: true as const, mail, messages };
      },
    }),
  ];
}
