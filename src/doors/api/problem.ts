/** Errors of the API as `application/problem+json` (RFC 9457), each with a reference for the log. */
import { randomInt } from 'node:crypto';
import type { FastifyReply } from 'fastify';

export const PROBLEM_TYPE = 'application/problem+json';

/** What an error reply holds. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** A plain sentence that says what to do. */
  readonly detail: string;
  readonly reference: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

// Crockford's alphabet (https://www.crockford.com/base32.html): nothing that is misread aloud.
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Eight letters and digits that find one failed request in the log. */
export function newReference(): string {
  return Array.from({ length: 8 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
}

/** A failed request that is answered with its own status and sentence. */
export class ProblemError extends Error {
  readonly statusCode: number;
  /** Of 429 and 503: when to come again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    statusCode: number,
    detail: string,
    { retryAfterSeconds }: { readonly retryAfterSeconds?: number } = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
    this.statusCode = statusCode;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Statuses that say "later" (RFC 9110 §10.2.3, RFC 6585 §4): each answer of theirs says when. */
export const LATER: ReadonlySet<number> = new Set([429, 503]);
/** Where nothing better is known. */
export const USUAL_RETRY_SECONDS = 10;

/** @param reference Default: a new one. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  reference = newReference(),
): FastifyReply {
  return reply
    .code(status)
    .type(PROBLEM_TYPE)
    .send(problemOf(status, detail, reference));
}

export function problemOf(status: number, detail: string, reference = newReference()): Problem {
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, reference };
}
