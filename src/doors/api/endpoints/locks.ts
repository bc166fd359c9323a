/** Locks on whole accounts (ACC-11): in force at once, durable when the answer is given. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { accountParams, decisionInput, lockAccountInput, lockInput } from '../schemas/input.ts';
import { DONE, done, lock, lockList } from '../schemas/output.ts';

export function lockEndpoints({ desk }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/locks',
      tag: 'locks',
      summary: 'The locks in force.',
      response: lockList,
      handle: () => Promise.resolve({ locks: desk.locks.list() }),
    }),
    endpoint({
      method: 'POST',
      path: '/locks',
      tag: 'locks',
      summary: 'Locks an account on every door.',
      body: lockAccountInput,
      response: lock,
      handle: ({ body }) => desk.locks.lock(body),
    }),
    endpoint({
      method: 'PUT',
      path: '/locks/:account',
      tag: 'locks',
      summary: 'Locks an account on every door; one that is locked gets the new reason.',
      params: accountParams,
      body: lockInput,
      response: lock,
      handle: ({ params, body }) => desk.locks.lock({ ...body, account: params.account }),
    }),
    endpoint({
      method: 'DELETE',
      path: '/locks/:account',
      tag: 'locks',
      summary: 'Lifts the lock of an account.',
      params: accountParams,
      body: decisionInput,
      response: done,
      async handle({ params: { account }, body }) {
        if (await desk.locks.unlock({ ...body, account })) return DONE;
        throw new ProblemError(404, `The account ${account} is not locked.`);
      },
    }),
  ];
}
