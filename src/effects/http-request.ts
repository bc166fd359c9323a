/** One HTTP request of ours: with a time-out, no redirects, and a bounded answer. */
import { PrimumError } from '../errors.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Bytes of the answer that are read. Default `MAX_ANSWER_BYTES`. */
  readonly maxAnswerBytes?: number;
  readonly signal: AbortSignal;
}

/** Bytes of an answer that are read, where nothing else is said. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The body of a 2xx answer, cut at its bound. Redirects are failures: they would carry
 * secrets to where nobody configured them. @throws for anything but 2xx.
 */
export async function sendRequest(request: HttpRequest): Promise<string> {
  const { method, url, headers, body, timeoutMs, signal } = request;
  const { maxAnswerBytes = MAX_ANSWER_BYTES } = request;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { 'user-agent': 'primum', ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (error) {
    throw unreachable(url, error);
  }
  const answer = await readBounded(response, url, maxAnswerBytes);
  if (response.ok) return answer;
  throw new Error(`${hostOf(url)} answered ${response.status} ${response.statusText}`.trimEnd());
}

async function readBounded(response: Response, url: string, most: number): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    // Leaving the loop cancels the stream, and with it the rest of the answer.
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      const rest = chunk.subarray(0, most - bytes);
      text += decoder.decode(rest, { stream: true });
      bytes += rest.length;
      if (bytes >= most) break;
    }
  } catch (error) {
    throw unreachable(url, error);
  }
  return text;
}

/** fetch() says only "fetch failed"; the reason is in its cause. Never shows path or query. */
function unreachable(url: string, error: unknown): Error {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = causeOf(inner);
  return new Error(`${hostOf(url)} does not answer: ${why}`, { cause: error });
}

/** A host with several addresses fails with one error each, and no message of its own. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(causeOf).join(', ');
  }
  return error instanceof Error ? error.message || error.name : String(error);
}

function hostOf(url: string): string {
  return new URL(url).host;
}

/** @throws PrimumError CONFIG_INVALID unless it is an http or https URL without a password. */
export function checkUrl(url: string, what: string): URL {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new PrimumError('CONFIG_INVALID', `${what}: "${url}" is not an http or https URL.`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new PrimumError(
      'CONFIG_INVALID',
      `${what}: put the password into a file, not into the URL.`,
    );
  }
  return parsed;
}
