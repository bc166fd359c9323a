/**
 * A change sent twice with one `Idempotency-Key` is made once (the IETF draft of that name): the
 * second gets the answer of the first. Kept in memory for a day; a restart forgets.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';

const HEADER = 'idempotency-key';
const KEPT_MS = 86_400_000;
export const MAX_KEYS = 5_000;
/** A longer answer is not kept: asked again, the change is refused by its own state. */
const MAX_ANSWER = 64 * 1024;
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Kept {
  readonly asked: string;
  readonly atMs: number;
  answer?: { readonly status: number; readonly text: string };
}

export function addIdempotency(app: FastifyInstance, now: () => number): void {
  const kept = new Map<string, Kept>();
  // Only who was let in, and whose key is right, may leave an answer.
  const keys = new WeakMap<FastifyRequest, string>();
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    if (key === undefined) return;
    keys.set(request, key);
    const asked = digest([request.method, request.url, JSON.stringify(request.body ?? null)]);
    const known = kept.get(key);
    if (known === undefined || now() - known.atMs > KEPT_MS) {
      kept.delete(key);
      kept.set(key, { asked, atMs: now() });
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEYS && oldest !== undefined) kept.delete(oldest);
      return;
    }
    if (known.asked !== asked) {
      throw new ProblemError(
        422,
        'This Idempotency-Key was used for something else. Take a new one.',
      );
    }
    if (known.answer === undefined) {
      throw new ProblemError(409, 'The same request is under way. Ask again in a moment.');
    }
    const { status, text } = known.answer;
    void reply.header('idempotent-replayed', 'true').code(status);
    await reply.type(status < 400 ? 'application/json' : PROBLEM_TYPE).send(text);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const key = keys.get(request);
    const entry = key === undefined ? undefined : kept.get(key);
    if (key !== undefined && entry?.answer === undefined && reply.statusCode !== 409) {
      const isKept = reply.statusCode < 500 && typeof payload === 'string';
      if (entry !== undefined && isKept && payload.length <= MAX_ANSWER) {
        entry.answer = { status: reply.statusCode, text: payload };
      } else {
        kept.delete(key);
      }
    }
    done(null, payload);
  });
}

/** Whose key it is, so that nobody sees the answer to somebody else. */
function keyOf(request: FastifyRequest): string | undefined {
  const given = request.headers[HEADER];
  if (SAFE.has(request.method) || typeof given !== 'string') return undefined;
  // Of who is nobody, nothing is kept for anybody: the pages for the public and the ways in.
  if (request.routeOptions.config.role === 'open') return undefined;
  if (!/^[\x21-\x7e]{1,200}$/.test(given)) {
    throw new ProblemError(400, 'An Idempotency-Key has 1 to 200 printable characters.');
  }
  return digest([request.person?.name ?? '', request.mta, given]);
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url');
}
