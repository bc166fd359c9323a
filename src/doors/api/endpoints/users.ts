/** Users and tokens, for admins. Secrets are shown once. */
import type { Role } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import {
  byOnly,
  inviteView,
  tokenInput,
  tokenList,
  tokenMade,
  tokenParams,
  userInput,
  userList,
  userParams,
} from '../schemas/desk.ts';
import { DONE, done } from '../schemas/output.ts';

export function userEndpoints({ desk }: ApiParts) {
  const common = { tag: 'users', role: 'admin' as const };
  const making = { ...common, method: 'POST' as const, repeats: 'secret' as const };
  return [
    endpoint({
      ...common,
      method: 'GET',
      path: '/users',
      summary: 'Who may log in, and who was given a link and has not used it.',
      response: userList,
      handle: () => everybody(desk),
    }),
    endpoint({
      ...making,
      path: '/users',
      summary:
        'Invites a user, or gives one a link for a new password; it works once, for a day. Another role is in force at once.',
      body: userInput,
      response: inviteView,
      async handle({ body: { isLast, ...body } }) {
        if (!isLast) await keepLastAdmin(desk, body);
        const { token, expiresAt } = await desk.users.invite(body);
        return { token, path: `/console/#/welcome/${token}`, expiresAt };
      },
    }),
    endpoint({
      ...common,
      method: 'DELETE',
      path: '/users/:name',
      summary: 'Removes a user and ends his sessions.',
      params: userParams,
      body: byOnly,
      response: done,
      async handle({ params: { name }, body: { by } }) {
        if (await desk.users.remove(name, by)) return DONE;
        throw new ProblemError(404, `There is no user ${name}.`);
      },
    }),
    endpoint({
      ...common,
      method: 'GET',
      path: '/tokens',
      summary: 'Tokens for programs, without their secrets.',
      response: tokenList,
      handle: async () => ({ tokens: await desk.users.tokens() }),
    }),
    endpoint({
      ...making,
      path: '/tokens',
      summary: 'Makes a token for a program, with a role and scopes such as `holds:read`.',
      body: tokenInput,
      response: tokenMade,
      handle: ({ body }) => desk.users.addToken(body),
    }),
    endpoint({
      ...common,
      method: 'DELETE',
      path: '/tokens/:id',
      summary: 'Ends a token.',
      params: tokenParams,
      body: byOnly,
      response: done,
      async handle({ params: { id }, body: { by } }) {
        if (await desk.users.removeToken(id, by)) return DONE;
        throw new ProblemError(404, `There is no token ${id}.`);
      },
    }),
  ];
}

async function everybody({ users }: ApiParts['desk']) {
  return { users: await users.list(), invitations: await users.invitations() };
}

/** With a mistaken role in a link for a new password nobody would be an admin. */
async function keepLastAdmin(
  { users }: ApiParts['desk'],
  { name, role }: { readonly name: string; readonly role?: Role },
): Promise<void> {
  if (role === undefined || role === 'admin') return;
  const admins = (await users.list()).filter((user) => user.role === 'admin');
  if (admins.length !== 1 || admins[0]?.name !== name) return;
  throw new ProblemError(
    409,
    `${name} is the last admin, and nobody would be one. Leave the role out to keep it, or say that it is meant (isLast; "primum user add --last").`,
  );
}
