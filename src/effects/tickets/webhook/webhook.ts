/**
 * Tickets by signed HTTP POST, for whatever else there is. The receiver drops a repetition by its
 * `Idempotency-Key`, which is equal on every attempt.
 */
import { checkUrl, sendRequest } from '../../http-request.ts';
import { readSecret } from '../../secret.ts';
import { signBody } from '../../webhook.ts';
import type { Delivery } from '../../contract.ts';
import type { TicketSystem } from '../contract.ts';

export interface TicketHookOptions {
  readonly name: string;
  readonly url: string;
  readonly secretFile: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export function createTicketHook(options: TicketHookOptions): TicketSystem {
  checkUrl(options.url, `Ticket webhook ${options.name}`);
  const post = async (key: string, value: object, { signal }: Delivery): Promise<void> => {
    const body = JSON.stringify({ sentAt: new Date().toISOString(), ...value });
    await sendRequest({
      method: 'POST',
      url: options.url,
      headers: {
        ...options.headers,
        'content-type': 'application/json',
        'idempotency-key': key,
        'x-primum-signature': signBody(await readSecret(options.secretFile), body),
      },
      body,
      timeoutMs: options.timeoutMs,
      signal,
    });
  };
  return {
    name: options.name,
    settleMs: 0,
    find: () => Promise.resolve(undefined),
    async open({ id, title, text }, delivery) {
      await post(`open-${id}`, { what: 'open', ticket: id, title, text }, delivery);
      return id;
    },
    hasComment: () => Promise.resolve(false),
    comment: (ticket, { key, title, text }, delivery) =>
      post(key, { what: 'comment', ticket, key, title, text }, delivery),
  };
}
