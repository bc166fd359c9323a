/** One HTTP request to the API, over TCP or a unix socket, with bounds on time and size. */
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { PrimumError } from '../errors.ts';
import type { ProblemView } from '../doors/api/schemas/types.ts';

// An import of node:http reads all it exports, undici with it, which takes 50 ms of every command.
const { request: httpRequest } = process.getBuiltinModule('node:http');

/** Where a daemon answers, and the token that it asks for. */
export type Target = (
  | {
      /** `http://127.0.0.1:10044`, without a path. */
      readonly baseUrl: string;
    }
  | { readonly socketPath: string }
) & {
  readonly token: string;
  /** Where the token comes from, for whoever gave the wrong one. */
  readonly tokenFile?: string;
};

/** A page of 500 incidents has about 2 MiB. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** The daemon answered that it will not, and why. */
export class ApiRefusal extends PrimumError {
  readonly status: number;
  readonly reference: string;

  constructor(status: number, detail: string, reference: string) {
    super('API_REFUSED', detail);
    this.status = status;
    this.reference = reference;
  }
}

export interface Call {
  readonly method: string;
  /** From the root on, percent-encoded. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Gives up waiting for the answer. */
  readonly signal?: AbortSignal;
}

/** @throws PrimumError DAEMON_UNREACHABLE. @throws ApiRefusal for any answer but 2xx. */
export async function call(target: Target, what: Call): Promise<unknown> {
  const { status, text } = await exchange(target, what).catch((error: unknown) => {
    throw unreachable(target, error);
  });
  const answer = parseJson(text);
  if (status >= 200 && status < 300 && answer.ok) return answer.value;
  throw refusal(target, status, answer.ok ? answer.value : undefined);
}

function exchange(target: Target, what: Call): Promise<{ status: number; text: string }> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  const signal = what.signal === undefined ? late : AbortSignal.any([late, what.signal]);
  const body = what.body === undefined ? undefined : Buffer.from(what.body);
  const options = {
    method: what.method,
    signal,
    headers: {
      authorization: `Bearer ${target.token}`,
      accept: 'application/json',
      ...(body && {
        'content-type': what.contentType ?? 'application/json',
        'content-length': body.length,
      }),
    },
  };
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      readAll(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    };
    const sent =
      'socketPath' in target
        ? httpRequest({ ...options, socketPath: target.socketPath, path: what.path }, answered)
        : sender(target.baseUrl)(new URL(what.path, target.baseUrl), options, answered);
    sent.on('error', reject);
    sent.end(body);
  });
}

function sender(baseUrl: string): typeof httpRequest {
  return baseUrl.startsWith('https:') ? httpsRequest : httpRequest;
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function placeOf(target: Target): string {
  return 'socketPath' in target ? `unix:${target.socketPath}` : target.baseUrl;
}

function unreachable(target: Target, error: unknown): PrimumError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const causes: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOENT: 'there is no such socket',
    EACCES: 'this user may not use the socket',
    ABORT_ERR: `it did not answer in ${TIMEOUT_MS / 1000} s`,
    ENOTFOUND: 'the host is not known',
  };
  const cause = causes[code] ?? (error instanceof Error ? error.message : String(error));
  return new PrimumError(
    'DAEMON_UNREACHABLE',
    `No running primum answers at ${placeOf(target)}: ${cause}. Start it with "primum start", or name its address with --api or PRIMUM_API.`,
    { cause: error },
  );
}

function refusal(target: Target, status: number, answer: unknown): ApiRefusal {
  if (isProblem(answer)) {
    const detail = status === 401 ? wrongToken(target, answer.detail) : answer.detail;
    return new ApiRefusal(status, detail, answer.reference);
  }
  return new ApiRefusal(
    status,
    `What answers at ${placeOf(target)} is not primum (HTTP status ${status}). Check the address.`,
    '',
  );
}

/** Two daemons on one host have a state folder and a token each. */
function wrongToken(target: Target, detail: string): string {
  const { tokenFile } = target;
  if (tokenFile === undefined) return detail;
  return (
    `The token in ${tokenFile} is not that of the daemon at ${placeOf(target)}. Name the state folder ` +
    'of that daemon with --state or PRIMUM_STATE (it holds the file api-token), or its address with --api.'
  );
}

function isProblem(value: unknown): value is ProblemView {
  return (
    typeof value === 'object' &&
    value !== null &&
    'detail' in value &&
    typeof value.detail === 'string' &&
    'reference' in value &&
    typeof value.reference === 'string'
  );
}
