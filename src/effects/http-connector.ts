/** Tells a web service of the operator about a lock or unlock. */
import { PrimumError } from '../errors.ts';
import type { AccountChange, AccountConnector } from './contract.ts';
import { checkUrl, sendRequest } from './http-request.ts';
import { readSecret } from './secret.ts';
import { checkAccount, fillJson, fillUrl, hasPlaceholder } from './template.ts';

export interface HttpConnectorOptions {
  readonly name: string;
  readonly on: readonly AccountChange['action'][];
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  /** Placeholders as in a command, in path and query; each is percent-encoded. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Any JSON; placeholders in its texts are filled in. */
  readonly body?: unknown;
  /** Its content is sent as `Authorization: Bearer …`. */
  readonly secretFile?: string;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** @throws PrimumError CONFIG_INVALID for a URL that is none, or whose host depends on the account. */
export function createHttpConnector(options: HttpConnectorOptions): AccountConnector {
  const what = `Connector ${options.name}`;
  const origin = /^https?:\/\/[^/?#]*/i.exec(options.url)?.[0] ?? '';
  checkUrl(options.url, what);
  if (hasPlaceholder(origin)) {
    throw new PrimumError('CONFIG_INVALID', `${what}: the host of the URL must be fixed.`);
  }
  return {
    name: options.name,
    on: options.on,
    endsSessions: false,
    async run(change, { key, signal }) {
      checkAccount(change.account);
      const authorization =
        options.secretFile === undefined
          ? {}
          : { authorization: `Bearer ${await readSecret(options.secretFile)}` };
      const body =
        options.body === undefined ? {} : { body: JSON.stringify(fillJson(options.body, change)) };
      await sendRequest({
        method: options.method,
        url: fillUrl(options.url, change),
        headers: {
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...authorization,
          ...options.headers,
          'idempotency-key': key,
        },
        ...body,
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        signal,
      });
    },
  };
}
