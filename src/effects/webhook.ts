/**
 * Alerts as signed JSON. The signature covers the body, and the body has the time of sending and
 * the delivery key, so that a copy sent again later can be told from the original.
 */
import { createHmac } from 'node:crypto';
import type { AlertChannel } from './contract.ts';
import { checkUrl, sendRequest } from './http-request.ts';
import { readSecret } from './secret.ts';

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  readonly secretFile: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Value of `X-Primum-Signature` for a body. */
export function signBody(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** @throws PrimumError CONFIG_INVALID for a URL that is none. */
export function createWebhook(options: WebhookOptions): AlertChannel {
  checkUrl(options.url, `Webhook ${options.name}`);
  return {
    name: options.name,
    async send(message, { key, attempt, signal }) {
      const secret = await readSecret(options.secretFile);
      const sentAt = new Date().toISOString();
      const { subject, text, data } = message;
      const body = JSON.stringify({ delivery: key, sentAt, attempt, subject, text, ...data });
      await sendRequest({
        method: 'POST',
        url: options.url,
        headers: {
          ...options.headers,
          'content-type': 'application/json',
          'idempotency-key': key,
          'x-primum-delivery': key,
          'x-primum-timestamp': sentAt,
          'x-primum-signature': signBody(secret, body),
        },
        body,
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        signal,
      });
    },
  };
}
