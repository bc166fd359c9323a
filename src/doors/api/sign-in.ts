/**
 * Logging in with OpenID Connect: there, and back with a session. Plain pages without a script, for
 * the browser comes here by itself. What goes wrong is one sentence with a reference for the log.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignInFailure } from '../../sign-in/contract.ts';
import { Allowance } from './allowance.ts';
import { clientAddressOf, readCookie, writeCookie, writeSessionCookie } from './client-facts.ts';
import { withSafeHeaders } from './console.ts';
import type { ApiParts } from './contract.ts';
import { newReference } from './problem.ts';
import { html } from './public/html.ts';

/** Logins begun or ended by one network in a quarter of an hour; a house behind one address has room. */
export const MAX_SIGN_INS = 100;
const WINDOW_SECONDS = 900;
/** Time to type a password there and to find the second factor. */
const SEED_SECONDS = 600;
const SEED_COOKIE = 'primum_sign_in';
/** Codes and states are short; a token in the address would be a mistake. */
const MAX_QUERY = 4_096;

const TOO_OFTEN = 'Too many logins from your network. Try again in a quarter of an hour.';
const NOT_BEGUN =
  'This login was begun in another window, or too long ago. Go back to the login page and begin again.';
const NO_USER =
  'You are known, but you are no user here. Ask an admin to add you with the name your login provider gives.';
const NAME_TAKEN =
  'Somebody else has your name here already, with another login. Ask an admin to remove that user or to add you.';

export function addSignIn(app: FastifyInstance, parts: ApiParts): void {
  const { signIn } = parts;
  if (signIn === undefined) return;
  const allowance = new Allowance(MAX_SIGN_INS, WINDOW_SECONDS, parts.now ?? Date.now);
  const open = { config: { role: 'open' as const }, schema: { hide: true } };
  const guarded =
    (work: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      void withSafeHeaders(reply).header('cache-control', 'no-store');
      try {
        if (!allowance.take(clientAddressOf(request))) {
          throw new SignInFailure(429, TOO_OFTEN, 'too many logins of one network');
        }
        return await work(request, reply);
      } catch (error) {
        if (error instanceof SignInFailure) return refuse(parts, reply, error);
        throw error;
      }
    };
  app.get(
    '/login/oidc',
    open,
    guarded(async (request, reply) => {
      const seed = randomBytes(32).toString('base64url');
      const place = await signIn.begin(seed);
      // Lax, because the provider sends the browser back from another site.
      writeCookie(request, reply, {
        ...{ name: SEED_COOKIE, value: seed, path: '/login/oidc' },
        ...{ seconds: SEED_SECONDS, sameSite: 'Lax' },
      });
      return reply.redirect(place, 302);
    }),
  );
  app.get(
    '/login/oidc/callback',
    open,
    guarded(async (request, reply) => {
      const seed = readCookie(request, SEED_COOKIE);
      // Used once, whatever comes of it.
      writeCookie(request, reply, {
        ...{ name: SEED_COOKIE, value: '', path: '/login/oidc' },
        ...{ seconds: 0, sameSite: 'Lax' },
      });
      const token = await finish(parts, request, seed);
      writeSessionCookie(request, reply, token);
      return reply.redirect('/console/', 303);
    }),
  );
}

/** The secret of the session. @throws SignInFailure */
async function finish(
  { signIn, desk }: ApiParts,
  request: FastifyRequest,
  seed: string,
): Promise<string> {
  const [, query = ''] = request.url.split(/^[^?]*/);
  if (seed.length < 40 || signIn === undefined) {
    throw new SignInFailure(400, NOT_BEGUN, 'no cookie of a beginning');
  }
  if (query.length > MAX_QUERY) {
    throw new SignInFailure(400, NOT_BEGUN, `a query of more than ${MAX_QUERY} characters`);
  }
  const person = await signIn.finish(seed, query);
  const answer = await desk.users.signIn({ ...person, from: clientAddressOf(request) });
  if (answer.ok) return answer.token;
  const sentence = answer.reason === 'name-taken' ? NAME_TAKEN : NO_USER;
  throw new SignInFailure(403, sentence, answer.reason);
}

function refuse(
  { telemetry, signIn }: ApiParts,
  reply: FastifyReply,
  failure: SignInFailure,
): FastifyReply {
  const reference = newReference();
  telemetry.warn(
    `A login with ${signIn?.label ?? 'OpenID Connect'} failed: ${failure.reason} (reference ${reference})`,
  );
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Not logged in - Primum</title>
        <link rel="stylesheet" href="/console/style.css" />
      </head>
      <body>
        <main class="enter">
          <h1>Not logged in</h1>
          <p role="alert">${failure.message}</p>
          <p>Reference <code>${reference}</code></p>
          <p><a href="/console/">Back to the login page</a></p>
        </main>
      </body>
    </html>`;
  return reply.code(failure.status).type('text/html; charset=utf-8').send(page.text);
}
