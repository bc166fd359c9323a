/**
 * A change sent twice with one `Idempotency-Key` is made once (the IETF draft of that name): the second
 * gets the answer of the first. For a day, also over a restart; what a crash cut off is not made again
 * without a word.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Desk } from '../../desk/contract.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';

const HEADER = 'idempotency-key';
const KEPT_MS = 86_400_000;
export const MAX_KEYS = 5_000;
/** Of a longer answer is kept that it was given. */
const MAX_ANSWER = 64 * 1024;
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Too often is too often only for a while. */
const isLater = (status: number): boolean => status === 429 || status >= 500;

interface Kept {
  readonly asked: string;
  readonly atMs: number;
  /** Begun since the start, so that its answer comes. */
  readonly isOurs: boolean;
  /** 0 until it is answered. */
  status: number;
  isRecorded: boolean;
  /** Absent where the records have it, or nobody. */
  text?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `secret`: that it was answered is on record, and not what with. `unrecorded`: it does the same
     * however often it comes, which is too often for the records.
     */
    readonly repeats?: 'secret' | 'unrecorded';
  }
}

export function addIdempotency(
  app: FastifyInstance,
  { desk, now = Date.now }: { readonly desk: Pick<Desk, 'requests'>; readonly now?: () => number },
): void {
  const once = new Once(desk, now);
  // Only who was let in, whose key is right and who came first may leave an answer.
  const first = new WeakMap<FastifyRequest, string>();
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    if (key === undefined) return;
    const asked = digest([request.method, request.url, JSON.stringify(request.body ?? null)]);
    const known = await once.begin(key, asked, wantsRecord(request));
    if (known === undefined) first.set(request, key);
    else await replay(reply, known, asked, () => once.answer(key));
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const key = first.get(request);
    if (key !== undefined) once.end(request, { key, status: reply.statusCode, payload });
    done(null, payload);
  });
  app.addHook('onClose', () => once.close());
}

async function replay(
  reply: FastifyReply,
  { status, asked: before, isOurs }: Kept,
  asked: string,
  answer: () => Promise<string>,
): Promise<void> {
  if (before !== asked) {
    throw new ProblemError(
      422,
      'This Idempotency-Key was used for something else. Take a new one.',
    );
  }
  if (status === 0 && isOurs) {
    throw new ProblemError(409, 'The same request is under way. Ask again in a moment.');
  }
  if (status === 0) {
    throw new ProblemError(
      409,
      'The daemon stopped while this was under way, which cut off its answer. Look whether it was done before you send it with a new Idempotency-Key.',
    );
  }
  const text = await answer();
  if (text === '') {
    throw new ProblemError(
      409,
      'This was done already, and what it answered is not kept. Look what became of it before you send it with a new Idempotency-Key.',
    );
  }
  void reply.header('idempotent-replayed', 'true').code(status);
  await reply.type(status < 400 ? 'application/json' : PROBLEM_TYPE).send(text);
}

/** What is known of each key. The records follow: nobody waits for them, and without them memory does. */
class Once {
  readonly #requests: Desk['requests'];
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  #loaded: Promise<void> | undefined;
  /** One after the other, as they were told. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor({ requests }: Pick<Desk, 'requests'>, now: () => number) {
    this.#requests = requests;
    this.#now = now;
  }

  /** What is known of the key; undefined when this is the first of it. */
  async begin(key: string, asked: string, wantsRecords: boolean): Promise<Kept | undefined> {
    this.#loaded ??= this.#load();
    await this.#loaded;
    const atMs = this.#now();
    const known = this.#kept.get(key);
    if (known !== undefined && atMs - known.atMs <= KEPT_MS) return known;
    this.#kept.delete(key);
    const fresh: Kept = { asked, atMs, isOurs: true, status: 0, isRecorded: false };
    this.#kept.set(key, fresh);
    const [oldest] = this.#kept.keys();
    const gone = this.#kept.size > MAX_KEYS && oldest !== undefined ? [oldest] : [];
    for (const one of gone) this.#kept.delete(one);
    const old = { gone, beforeMs: atMs - KEPT_MS };
    if (wantsRecords) {
      this.#write(async () => {
        await this.#requests.begin({ key, asked, atMs }, old);
        fresh.isRecorded = true;
      });
    }
    return undefined;
  }

  async answer(key: string): Promise<string> {
    const text = this.#kept.get(key)?.text;
    return text ?? (await this.#requests.answer(key));
  }

  end(
    request: FastifyRequest,
    given: { readonly key: string; readonly status: number; readonly payload: unknown },
  ): void {
    const { key, status, payload } = given;
    const known = this.#kept.get(key);
    if (known === undefined) return;
    // Of what is not on record, as on a full disk, nothing more is to be written.
    const write = (work: () => Promise<void>): void =>
      this.#write(() => (known.isRecorded ? work() : Promise.resolve()));
    if (isLater(status)) {
      this.#kept.delete(key);
      write(() => this.#requests.forget(key));
      return;
    }
    const text = typeof payload === 'string' && payload.length <= MAX_ANSWER ? payload : '';
    known.status = status;
    known.text = text;
    const isSecret = request.routeOptions.config.repeats === 'secret';
    write(async () => {
      await this.#requests.answered(key, status, isSecret ? '' : text);
      // The records have it; of five thousand answers memory would be full.
      if (!isSecret) delete known.text;
    });
  }

  async close(): Promise<void> {
    await this.#writing;
  }

  async #load(): Promise<void> {
    try {
      const rows = await this.#requests.since(this.#now() - KEPT_MS);
      for (const { key, ...row } of rows.slice(-MAX_KEYS)) {
        this.#kept.set(key, { ...row, isOurs: false, isRecorded: true });
      }
    } catch {
      this.#loaded = undefined;
    }
  }

  /** The desk says what is wrong. */
  #write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch(() => undefined);
  }
}

/** What agents send says by itself what it is about. */
function wantsRecord({ mta, routeOptions }: FastifyRequest): boolean {
  return mta === '' && routeOptions.config.repeats !== 'unrecorded';
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
