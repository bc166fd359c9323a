/**
 * Ends the live sessions of an account in Dovecot: `doveadm kick`, or the same over doveadm's HTTP
 * API. Observed with Dovecot 2.3.19: exit code 68 means nobody was logged in, and the HTTP form
 * takes the account as `mask` (it refuses `user` as an invalid request).
 */
import { isIP } from 'node:net';
import { createCommandConnector } from './command-connector.ts';
import { PermanentFailure } from './contract.ts';
import type { AccountConnector } from './contract.ts';
import { checkUrl, sendRequest } from './http-request.ts';
import { readSecret } from './secret.ts';
import { checkAccount } from './template.ts';

export interface DoveadmCommandOptions {
  readonly name: string;
  /** Default `doveadm kick {account}`. */
  readonly argv?: readonly string[];
  readonly timeoutMs?: number;
}

export interface DoveadmHttpOptions {
  readonly name: string;
  /** Such as `http://127.0.0.1:8080/doveadm/v1`. */
  readonly url: string;
  /** `key`: doveadm_api_key; `password`: doveadm_password, sent as user `doveadm`. */
  readonly authentication: 'key' | 'password';
  readonly secretFile: string;
  readonly timeoutMs?: number;
}

/** Exit code 68 of doveadm, EX_NOHOST: nobody to kick, which is what we want. */
const NOBODY_LOGGED_IN = 68;
const DEFAULT_TIMEOUT_MS = 10_000;

export function createDoveadmCommand(options: DoveadmCommandOptions): AccountConnector {
  const connector = createCommandConnector({
    name: options.name,
    on: ['lock'],
    argv: options.argv ?? ['doveadm', 'kick', '{account}'],
    doneCodes: [0, NOBODY_LOGGED_IN],
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  });
  return {
    ...connector,
    endsSessions: true,
    async run(change, delivery) {
      checkMask(change.account);
      await connector.run(change, delivery);
    },
  };
}

/** @throws PrimumError CONFIG_INVALID for a URL that is none. */
export function createDoveadmHttp(options: DoveadmHttpOptions): AccountConnector {
  checkUrl(options.url, `Session end ${options.name}`);
  return {
    name: options.name,
    on: ['lock'],
    endsSessions: true,
    async run(change, { key, signal }) {
      checkAccount(change.account);
      checkMask(change.account);
      const secret = await readSecret(options.secretFile);
      const answer = await sendRequest({
        method: 'POST',
        url: options.url,
        headers: {
          'content-type': 'application/json',
          authorization:
            options.authentication === 'key'
              ? `X-Dovecot-API ${base64(secret)}`
              : `Basic ${base64(`doveadm:${secret}`)}`,
        },
        body: JSON.stringify([['kick', { mask: [change.account] }, key]]),
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        signal,
      });
      checkAnswer(answer);
    },
  };
}

/** doveadm kick takes wildcards and networks: such a name would end other people's sessions. */
function checkMask(account: string): void {
  const [address = ''] = account.split('/');
  if (/[*?\\]/.test(account) || isIP(address) !== 0) {
    throw new PermanentFailure(
      'doveadm would read this account as a pattern or a network; end its sessions by hand.',
    );
  }
}

/** `[["doveadmResponse",[…],tag]]`, or `[["error",{"type":"exitCode","exitCode":68},tag]]`. */
function checkAnswer(answer: string): void {
  let reply: unknown;
  try {
    reply = JSON.parse(answer);
  } catch {
    throw new Error('doveadm answered something that is not JSON.');
  }
  const [kind, detail] = (
    Array.isArray(reply) && Array.isArray(reply[0]) ? reply[0] : []
  ) as unknown[];
  if (kind === 'doveadmResponse') return;
  const { type = 'unknown', exitCode = 0 } = (detail ?? {}) as { type?: string; exitCode?: number };
  if (kind === 'error' && exitCode === NOBODY_LOGGED_IN) return;
  throw new Error(`doveadm could not end the sessions: ${type}, exit code ${exitCode}.`);
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
