/** What went wrong, as it is answered: a problem with a sentence, whoever has noticed it. */
import type { Server } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PrimumError } from '../../errors.ts';
import { LOGIN_CHARS_MAX } from '../../protocol/auth-policy.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import {
  LATER,
  newReference,
  problemOf,
  ProblemError,
  PROBLEM_TYPE,
  sendProblem,
  USUAL_RETRY_SECONDS,
} from './problem.ts';

const BAD_URL =
  'The path is not percent-encoded as it should be. Write % and two hexadecimal digits, and % itself as %25.';
const LONG_PATH = `A name in the path is too long. A login has at most ${LOGIN_CHARS_MAX} characters.`;

/** Mistakes that fastify finds before anybody here is asked, by its code. */
const SENTENCES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'This takes no body of this type. Send JSON, with "content-type: application/json".',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too long for this request. Send less at once.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty, and its type says JSON. Send an object.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not JSON. Look for a bracket or quote too many.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH:
    'The body is not as long as its content-length says. Send it again whole.',
};

/**
 * Bodies as fastify reads JSON, but for the words where it is JSON and holds what would change every
 * object of the program.
 */
export function addJsonParser(app: FastifyInstance): void {
  // Another site may send it without being asked (Fetch, CORS-safelisted request-header).
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      void parse(request, body, (error, value) => {
        done(error !== null && isJson(body) ? new ProblemError(400, FORBIDDEN_KEY) : error, value);
      });
    },
  );
}

const FORBIDDEN_KEY =
  'The body has a key that is not taken: `__proto__`, or `constructor` with `prototype` in it. Leave it out.';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A path that fastify could not take apart. */
export function answerFrameworkError(error: FastifyError, reply: FastifyReply): void {
  const isBadUrl = error.code === 'FST_ERR_BAD_URL';
  void sendProblem(reply, isBadUrl ? 400 : 414, isBadUrl ? BAD_URL : LONG_PATH);
}

/** What is to be answered: the status, a sentence, and the reference that the log has. */
export interface Mistake {
  readonly status: number;
  readonly detail: string;
  readonly reference: string;
  readonly retryAfterSeconds: number | undefined;
}

/** Notes the error where it is ours, counts it where it is the client's. */
export function mistakeOf(
  error: FastifyError,
  request: FastifyRequest,
  telemetry: Telemetry,
): Mistake {
  const reference = newReference();
  if (error instanceof ProblemError) {
    const { statusCode: status, message: detail, retryAfterSeconds } = error;
    return { status, detail, reference, retryAfterSeconds };
  }
  const plain = { reference, retryAfterSeconds: undefined };
  const { statusCode: status = 500 } = error;
  if (status < 500) {
    telemetry.clientFault('api', error.code);
    return { ...plain, status, detail: SENTENCES[error.code] ?? error.message };
  }
  const what = `${request.method} ${request.routeOptions.url ?? 'an unknown path'}`;
  telemetry.warn(`The API could not do ${what}: ${error.message} (reference ${reference})`);
  // What was asked for is in force or safe; the store's own sentence says what to do.
  if (error instanceof PrimumError && error.code === 'STORE_UNAVAILABLE') {
    return { ...plain, status: 503, detail: error.message };
  }
  const detail = `This could not be done. The log of the daemon says why; look for the reference ${reference}.`;
  return { ...plain, status: 500, detail };
}

export function answerMistake(reply: FastifyReply, mistake: Mistake): FastifyReply {
  const { status, detail, reference } = mistake;
  return sendProblem(withRetryAfter(reply, mistake), status, detail, reference);
}

export function withRetryAfter(
  reply: FastifyReply,
  { retryAfterSeconds }: Pick<Mistake, 'retryAfterSeconds'>,
): FastifyReply {
  return retryAfterSeconds === undefined ? reply : reply.header('retry-after', retryAfterSeconds);
}

/** Whoever is told to come later is told when, by whatever answers him. */
export function addRetryAfter(app: FastifyInstance): void {
  app.addHook('onSend', (_, reply, payload, done) => {
    if (LATER.has(reply.statusCode) && !reply.hasHeader('retry-after')) {
      void reply.header('retry-after', USUAL_RETRY_SECONDS);
    }
    done(null, payload);
  });
}

/** What node:http could not read, as it is answered. */
const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time. Send it again whole.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too long together. Send fewer or shorter ones.'],
};
const NO_HTTP = [400, 'This is not a request of HTTP/1.1. Use a client that speaks it.'] as const;
/** How long whoever was told may take to read it and to go. */
const LINGER_MS = 1_000;

/** Answers what is no whole request, and ends its connection whether the client goes or not. */
export function answerClientErrors(server: Server, telemetry: Telemetry): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // A client that went away, or one that is already told, is no news.
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    telemetry.clientFault('api', error.code ?? error.message);
    const problem = problemOf(...(CLIENT_ERRORS[error.code ?? ''] ?? NO_HTTP));
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 ${problem.status} ${problem.title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    // One that never closes its side would keep the place of somebody else (half open, TCP).
    const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(cut));
  });
}
