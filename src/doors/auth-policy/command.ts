/** What a command of the door is, and the replies they share. */
import type { Maybe } from '../../core/maybe.ts';
import { formatJson } from '../../protocol/auth-policy.ts';
import type { JsonObject } from '../../protocol/auth-policy.ts';
import type { Scope } from './access.ts';

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** The connection ends after it. */
  readonly close?: boolean;
  readonly headers?: readonly string[];
}

export interface Call {
  /** Empty for GET. */
  readonly body: JsonObject;
  readonly query: URLSearchParams;
  /** Name of the credential. */
  readonly by: string;
}

export interface Command {
  readonly name: string;
  readonly verb: 'GET' | 'POST';
  /** `known`: any caller that proved who he is. `open`: no password, the source network decides. */
  readonly scope: Scope | 'known' | 'open';
  readonly run: (call: Call) => Maybe<Reply>;
  /** Answers when `run` failed or is not tried because too much waits; default 500 or 503. */
  readonly instead?: () => Reply;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export const OK: Reply = { status: 200, body: '{"status":"ok"}', contentType: JSON_TYPE };

export function jsonReply(status: number, body: string): Reply {
  return { status, body, contentType: JSON_TYPE };
}

export function textReply(status: number, body: string): Reply {
  return { status, body, contentType: 'text/plain; charset=utf-8' };
}

export function failure(status: number, reason: string): Reply {
  return jsonReply(status, formatJson({ reason, status: 'failure' }));
}
