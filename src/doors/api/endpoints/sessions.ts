/** Log in, log out, and the link that works once. Failed attempts are bounded by where they come from. */
import { Attempts, BUSY } from '../attempts.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import {
  acceptInput,
  invitationQuery,
  invitationView,
  loginInput,
  sessionView,
  waysIn,
} from '../schemas/desk.ts';
import { DONE, done } from '../schemas/output.ts';

const NO_PASSWORDS = 'There are no passwords here. Log in the other way that the page offers.';

export function sessionEndpoints(parts: ApiParts) {
  const { desk, now = Date.now, passwordLogin = true } = parts;
  const attempts = new Attempts(now);
  const wantPasswords = (): void => {
    if (!passwordLogin) throw new ProblemError(403, NO_PASSWORDS);
  };
  return [
    waysInEndpoint(parts),
    endpoint({
      method: 'POST',
      path: '/session',
      tag: 'session',
      role: 'open',
      summary: 'Logs a user in; the session is a cookie, its csrf goes with every change.',
      body: loginInput,
      response: sessionView,
      async handle({ body, client }) {
        wantPasswords();
        const answer = await attempts.run(
          client.address,
          async () => {
            // What the browser had before is worth nothing from now on.
            if (client.cookie !== '') await desk.users.logout(client.cookie);
            return desk.users.login({ ...body, from: client.address });
          },
          (one) => !one.ok && one.reason === 'wrong',
        );
        if (answer.ok) {
          client.setCookie(answer.token);
          return answer.session;
        }
        if (answer.reason === 'busy') throw new ProblemError(503, BUSY);
        throw new ProblemError(401, 'The name or the password is not right.');
      },
    }),
    endpoint({
      method: 'GET',
      path: '/session',
      tag: 'session',
      role: 'open',
      summary: 'Who is logged in.',
      response: sessionView,
      async handle({ client }) {
        const found = client.cookie === '' ? undefined : await desk.users.session(client.cookie);
        if (found) return found;
        throw new ProblemError(401, 'Nobody is logged in here.');
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/session',
      tag: 'session',
      role: 'reader',
      summary: 'Logs out.',
      response: done,
      async handle({ client }) {
        if (client.cookie !== '') await desk.users.logout(client.cookie);
        client.setCookie('');
        return DONE;
      },
    }),
    ...invitationEndpoints(desk, { attempts, wantPasswords }),
  ];
}

function waysInEndpoint({ passwordLogin = true, signIn }: ApiParts) {
  return endpoint({
    method: 'GET',
    path: '/ways-in',
    tag: 'session',
    role: 'open',
    summary: 'How people log in here.',
    response: waysIn,
    handle: () =>
      Promise.resolve({
        password: passwordLogin,
        ...(signIn === undefined ? {} : { provider: signIn.label }),
      }),
  });
}

interface Guard {
  readonly attempts: Attempts;
  readonly wantPasswords: () => void;
}

function invitationEndpoints(desk: ApiParts['desk'], { attempts, wantPasswords }: Guard) {
  return [
    endpoint({
      method: 'GET',
      path: '/invitation',
      tag: 'session',
      role: 'open',
      summary: 'Whom a link is for.',
      query: invitationQuery,
      response: invitationView,
      async handle({ query, client }) {
        const found = await attempts.run(
          client.address,
          () => desk.users.invitation(query.token),
          (one) => one === undefined,
        );
        if (found) return found;
        throw new ProblemError(
          404,
          'This link was used or is too old. Ask an admin for a new one.',
        );
      },
    }),
    endpoint({
      method: 'POST',
      path: '/invitation',
      tag: 'session',
      role: 'open',
      summary: 'Sets the password that a link is for; the link works once.',
      body: acceptInput,
      response: invitationView,
      async handle({ body, client }) {
        wantPasswords();
        const answer = await attempts.run(
          client.address,
          () => desk.users.accept(body),
          (one) => !one.ok && one.reason === 'unknown',
        );
        if (answer.ok) return answer.person;
        throw new ProblemError(...REFUSED[answer.reason]);
      },
    }),
  ];
}

const REFUSED: Readonly<Record<string, readonly [number, string]>> & {
  readonly unknown: readonly [number, string];
  readonly 'name-taken': readonly [number, string];
  readonly weak: readonly [number, string];
  readonly busy: readonly [number, string];
} = {
  unknown: [404, 'This link was used or is too old. Ask an admin for a new one.'],
  'name-taken': [409, 'Somebody has this name already. Choose another.'],
  weak: [
    422,
    'A password has 12 to 200 characters, not only a few of them again and again, and not the name in it.',
  ],
  busy: [503, BUSY],
};
