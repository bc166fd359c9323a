/** Log in, log out, and the link that works once. Failed attempts are bounded by where they come from. */
import { Allowance } from '../allowance.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint, type ClientFacts } from '../endpoint.ts';
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

/** Failures of one source in a quarter of an hour. By source alone: nobody can lock a user out. */
export const MAX_FAILURES = 10;
const FAILURE_SECONDS = 900;

const BUSY = 'Too many people log in at once. Try again in a moment.';

const NO_PASSWORDS = 'There are no passwords here. Log in the other way that the page offers.';

export function sessionEndpoints(parts: ApiParts) {
  const { desk, now = Date.now, passwordLogin = true } = parts;
  const failures = new Allowance(MAX_FAILURES, FAILURE_SECONDS, now);
  const guard = ({ address }: ClientFacts): void => {
    if (!failures.isUsedUp(address)) return;
    const retryAfterSeconds = failures.waitSeconds(address);
    throw new ProblemError(
      429,
      `Too many failed attempts. Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
      { retryAfterSeconds },
    );
  };
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
        guard(client);
        // What the browser had before is worth nothing from now on.
        if (client.cookie !== '') await desk.users.logout(client.cookie);
        const answer = await desk.users.login({ ...body, from: client.address });
        if (answer.ok) {
          client.setCookie(answer.token);
          return answer.session;
        }
        if (answer.reason === 'busy') throw new ProblemError(503, BUSY);
        failures.take(client.address);
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
    ...invitationEndpoints(desk, { failures, guard, wantPasswords }),
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
  readonly failures: Allowance;
  readonly guard: (client: ClientFacts) => void;
  readonly wantPasswords: () => void;
}

function invitationEndpoints(desk: ApiParts['desk'], { failures, guard, wantPasswords }: Guard) {
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
        guard(client);
        const found = await desk.users.invitation(query.token);
        if (found) return found;
        failures.take(client.address);
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
        guard(client);
        const answer = await desk.users.accept(body);
        if (answer.ok) return answer.person;
        if (answer.reason === 'unknown') failures.take(client.address);
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
