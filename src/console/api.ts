/** The API as the console uses it: the session's cookie, and its csrf with every change. */
import type { SessionView } from '../doors/api/schemas/types.ts';
import { setClock } from './format.ts';

/** The daemon said no; the message is its sentence. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

let csrf = '';
let onLoggedOut = (): void => undefined;

export function useSession(session: SessionView | undefined, loggedOut: () => void): void {
  csrf = session?.csrf ?? '';
  onLoggedOut = loggedOut;
}

export function get<T>(path: string): Promise<T> {
  return ask<T>('GET', path);
}

/** Sent twice by a double click or a bad line, it is done once. */
export function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object): Promise<T> {
  return ask<T>(method, path, body);
}

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body && {
        'content-type': 'application/json',
        'x-primum-csrf': csrf,
        'idempotency-key': crypto.randomUUID(),
      }),
    },
    ...(body && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refused(0, 'The daemon does not answer. Check that it runs and try again.');
  });
  setClock(response.headers.get('date'));
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  if (response.status === 401 && !path.startsWith('/session')) onLoggedOut();
  throw new Refused(response.status, detailOf(answer));
}

function detailOf(answer: unknown): string {
  const detail = (answer as { detail?: unknown } | undefined)?.detail;
  if (typeof detail !== 'string') return 'This could not be done. Try again.';
  // Nobody who fills a form knows what a body or a query is.
  return detail.replace(/^The (?:body|query) is not right: /, '');
}

export function part(text: string): string {
  return encodeURIComponent(text);
}
