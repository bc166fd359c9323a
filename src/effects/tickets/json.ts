/** JSON over HTTP with a token, as the ticket systems want it. */
import type { Delivery } from '../contract.ts';
import { sendRequest } from '../http-request.ts';
import { readSecret } from '../secret.ts';

export interface ApiOptions {
  readonly name: string;
  /** Where the system is, without a slash at the end. */
  readonly url: string;
  readonly tokenFile: string;
  readonly timeoutMs: number;
}

/** Bytes of an answer that are read: all comments of a long ticket. */
export const MAX_TICKET_ANSWER = 4 * 1024 * 1024;

/** @param scheme What stands before the token in `Authorization`. */
export function jsonApi(options: ApiOptions, scheme: string) {
  return async (
    ask: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown },
    { signal }: Delivery,
  ): Promise<string> =>
    sendRequest({
      method: ask.method,
      url: `${options.url}${ask.path}`,
      headers: {
        accept: 'application/json',
        authorization: `${scheme}${await readSecret(options.tokenFile)}`,
        ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      timeoutMs: options.timeoutMs,
      maxAnswerBytes: MAX_TICKET_ANSWER,
      signal,
    });
}

/** @throws a sentence, where the answer is no JSON object or list. */
export function readJson(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new Error(
    `${name} did not answer with JSON. Check that its address is the one of the API.`,
  );
}

/** @throws where an answer names no ticket. */
export function ticketIdOf(name: string, answer: Readonly<Record<string, unknown>>): string {
  const { id } = answer;
  if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return String(id);
  throw new Error(`${name} did not say which ticket it made.`);
}
