/**
 * Live changes as server-sent events: hints to read again, gathered for a moment. A client that
 * stops reading is dropped, and so is who may look no more, and everybody when the door closes.
 */
import type { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Change } from '../../desk/contract.ts';
import type { ApiParts } from './contract.ts';
import { answerOfType, securityOf } from './endpoint.ts';
import { ProblemError } from './problem.ts';

/** People who look at once. */
export const MAX_STREAMS = 200;
/** Bytes that may wait for one client; a change has about 60. */
const MAX_WAITING_BYTES = 64 * 1024;
const GATHER_MS = 250;
/** Changes of one moment told by name; more are told as "read everything again". */
const MAX_NAMED = 100;
/** Until one more may have room: somebody closes a page. */
const FULL_SECONDS = 30;
/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 20_000;

export function addChangeStream(app: FastifyInstance, parts: ApiParts): void {
  const streams = new Streams();
  // From the first who looks: what only describes the API has no desk to follow.
  let stop: (() => void) | undefined;
  const close = (): void => {
    stop?.();
    streams.close();
  };
  parts.closing?.addEventListener('abort', close, { once: true });
  app.addHook('onClose', (_, done) => {
    close();
    done();
  });
  app.get(
    '/changes',
    {
      config: { role: 'reader', tag: 'desk' },
      schema: {
        tags: ['desk'],
        security: securityOf({ role: 'reader', tag: 'desk', method: 'GET' }),
        summary: 'What changes on record, as server-sent events: what to read again.',
        response: answerOfType('text/event-stream', 'Events `changes`, each a list of hints.'),
      },
    },
    async (request, reply) => {
      if (streams.size >= MAX_STREAMS) {
        throw new ProblemError(503, `${MAX_STREAMS} clients follow already. Ask again later.`, {
          retryAfterSeconds: FULL_SECONDS,
        });
      }
      stop ??= parts.desk.follow((change) => {
        streams.tell(change);
        // A session or token has ended, or is less than it was.
        if (change.what === 'user') void streams.dropGone();
      });
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      streams.add(reply.raw, request.mayStill);
      await Promise.resolve();
    },
  );
}

/** Everybody who follows. What waits for one is bounded; over it he is dropped. */
export class Streams {
  /** With whether each may still look. */
  readonly #open = new Map<Writable, () => Promise<boolean>>();
  #gathered = new Map<string, Change>();
  #timer: NodeJS.Timeout | undefined;
  readonly #heartbeat = setInterval(() => this.#write(': still here\n\n'), HEARTBEAT_MS).unref();

  get size(): number {
    return this.#open.size;
  }

  add(stream: Writable, mayStill = (): Promise<boolean> => Promise.resolve(true)): void {
    this.#open.set(stream, mayStill);
    stream.once('close', () => this.#open.delete(stream));
    stream.on('error', () => this.#open.delete(stream));
    stream.write('retry: 3000\n\n');
  }

  tell(change: Change): void {
    if (this.#open.size === 0) return;
    this.#gathered.set(`${change.what} ${change.id}`, change);
    this.#timer ??= setTimeout(() => this.#send(), GATHER_MS).unref();
  }

  /** Drops who may look no more; while the records cannot say, nobody. */
  async dropGone(): Promise<void> {
    for (const [stream, mayStill] of [...this.#open]) {
      if (!(await mayStill().catch(() => true))) stream.destroy();
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    for (const stream of this.#open.keys()) stream.destroy();
  }

  #send(): void {
    this.#timer = undefined;
    const changes = [...this.#gathered.values()];
    this.#gathered = new Map();
    const told = changes.length > MAX_NAMED ? [] : changes;
    this.#write(`event: changes\ndata: ${JSON.stringify(told)}\n\n`);
  }

  #write(text: string): void {
    for (const stream of this.#open.keys()) {
      if (stream.writableLength > MAX_WAITING_BYTES) stream.destroy();
      else stream.write(text);
    }
  }
}
