/** Asks a web service of the operator about each account with GET. */
import type { DirectoryEngine } from '../contract.ts';
import { UnusableAnswer, fill, messageOf, readAnswer } from '../engine.ts';
import { createLanes } from '../lanes.ts';

export interface HttpEngineOptions {
  readonly kind: 'http';
  /** `{account}` becomes the login, percent-encoded. */
  readonly url: string;
  /** Secrets among them are read by the configuration. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxAnswerBytes: number;
  /** Questions at once. */
  readonly concurrency: number;
}

export function openHttpEngine(options: HttpEngineOptions): DirectoryEngine {
  const lanes = createLanes(options.concurrency);
  return {
    name: 'http',
    async lookup(login, signal) {
      // WHATWG URL: "." and ".." are path segments of their own, percent-encoded too.
      if (login === '.' || login === '..') return undefined;
      const url = fill(options.url, encodeURIComponent(login));
      const text = await lanes.run(() => ask(url, options, signal), signal);
      return text === undefined ? undefined : readAnswer(text, login);
    },
    domains: () => new Set(),
    close: () => Promise.resolve(),
  };
}

/** The body, or nothing for 404. */
async function ask(
  url: string,
  options: HttpEngineOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const response = await reach(url, options, signal);
  if (response.status === 200) return readBody(response, options.maxAnswerBytes);
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  throw new Error(`The service answered ${response.status}. It must answer 200 or 404.`);
}

async function reach(
  url: string,
  { headers }: HttpEngineOptions,
  signal: AbortSignal,
): Promise<Response> {
  try {
    const accept = { accept: 'application/json' };
    // A redirect would carry the secret to another place.
    return await fetch(url, { headers: { ...accept, ...headers }, signal, redirect: 'manual' });
  } catch (error) {
    if (signal.aborted) throw new Error('The service did not answer in time.', { cause: error });
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(error);
    throw new Error(`The service cannot be reached (${code}). Check its address.`, {
      cause: error,
    });
  }
}

async function readBody(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new UnusableAnswer(`The answer is longer than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
