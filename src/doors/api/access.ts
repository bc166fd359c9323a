/**
 * Who asks, and whether he may: the token file (everything), a token with its scopes, or the session
 * of a user. A change made with a cookie needs the session's own word too (CSRF).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Person, Role, UserDesk } from '../../desk/contract.ts';
import { sessionCookieOf } from './client-facts.ts';
import type { Asker, Pace } from './pace.ts';
import { ProblemError, sendProblem } from './problem.ts';
import { bearerOf, createTokenCheck } from './token.ts';

export const CSRF_HEADER = 'x-primum-csrf';

const RANK: Readonly<Record<Role, number>> = { reader: 1, reviewer: 2, admin: 3 };
/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Asking {
  readonly person: Person | undefined;
  readonly role: Role;
  readonly scopes: readonly string[];
  /** Whose pace it is; undefined for the token file. */
  readonly asker: Asker | undefined;
  /** Of a session: goes with each of its changes. */
  readonly csrf?: string;
}

/** Answers 401 by itself; throws ProblemError for who is known and may not, or asks too often. */
export function createAccess(fileToken: string, users: UserDesk, pace: Pace) {
  const isFileToken = createTokenCheck(fileToken);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const asking = await identify(request, isFileToken, users);
    if (asking === undefined) {
      await refuse(reply);
      return;
    }
    if (asking.asker !== undefined) pace.take(asking.asker);
    if (asking.csrf !== undefined && !SAFE.has(request.method)) refuseForeign(request, asking.csrf);
    // Where there is nothing, there is nothing to be kept from anybody who is known.
    if (request.is404) return;
    const refusal = refusalOf(request, asking);
    if (refusal !== undefined) throw refusal;
    request.person = asking.person;
    request.mayStill = async () => {
      const now = await identify(request, isFileToken, users);
      return now !== undefined && refusalOf(request, now) === undefined;
    };
  };
}

/** Why somebody who is known may not; undefined when he may. */
function refusalOf({ routeOptions, method }: FastifyRequest, asking: Asking) {
  const { role = 'admin', tag = '', anyScope = false } = routeOptions.config;
  if (role !== 'open' && RANK[asking.role] < RANK[role]) {
    return new ProblemError(
      403,
      `This needs the role ${role}, and yours is ${asking.role}. Ask an admin.`,
    );
  }
  const scope = `${tag}:${SAFE.has(method) ? 'read' : 'write'}`;
  if (anyScope || asking.scopes.includes('*') || asking.scopes.includes(scope)) return undefined;
  return new ProblemError(403, `This token does not have the scope ${scope}.`);
}

async function identify(
  request: FastifyRequest,
  isFileToken: (authorization: string | undefined) => boolean,
  users: UserDesk,
): Promise<Asking | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    if (isFileToken(authorization)) {
      return { person: undefined, role: 'admin', scopes: ['*'], asker: undefined };
    }
    const secret = bearerOf(authorization);
    const token = secret === '' ? undefined : await users.token(secret);
    if (token === undefined) return undefined;
    const { id, name, role, scopes } = token;
    const asker = { kind: 'token', id, name } as const;
    return { person: { name: `token ${name}`, role }, role, scopes, asker };
  }
  const cookie = sessionCookieOf(request);
  const session = cookie === '' ? undefined : await users.session(cookie);
  if (session === undefined) return undefined;
  const { name, role, csrf } = session;
  return { person: { name, role }, role, scopes: ['*'], asker: { kind: 'user', name }, csrf };
}

/** @throws ProblemError when another site may have made the browser send this. */
function refuseForeign(request: FastifyRequest, csrf: string): void {
  const given = request.headers[CSRF_HEADER];
  const site = request.headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (!isForeign && typeof given === 'string' && isSame(given, csrf)) return;
  throw new ProblemError(
    403,
    `This change did not come from the console. Send the session's csrf as ${CSRF_HEADER}, or use a token.`,
  );
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

async function refuse(reply: FastifyReply): Promise<void> {
  // RFC 6750 §3.
  void reply.header('www-authenticate', 'Bearer realm="primum"');
  await sendProblem(
    reply,
    401,
    'This needs the API token. It is in the file api-token in the state folder; send it as "Authorization: Bearer TOKEN".',
  );
}
