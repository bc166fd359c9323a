/**
 * `allow` and `report`. Dovecot asks allow, allow, report for a good login and allow, report for
 * a failed one; only a report is an event, `allow` counts nothing. Operator's lists come first,
 * allow before deny; then the gate. A lock is not opened by an allow entry (ACC-11).
 */
import type { AccessLists, ListEntry, ListQuery } from '../../core/access-list.ts';
import { clientText } from '../../core/client-text.ts';
import type { LoginAttempt, LoginEvent } from '../../core/event.ts';
import { andThen } from '../../core/maybe.ts';
import type { Maybe } from '../../core/maybe.ts';
import { passwordInClear } from '../../core/sasl.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gate } from '../../gate-contract.ts';
import {
  formatAllowReply,
  formatTime,
  loginService,
  parseLoginTuple,
  withShortHash,
} from '../../protocol/auth-policy.ts';
import type { AllowReply, JsonObject, LoginTuple } from '../../protocol/auth-policy.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { failure, jsonReply, OK } from './command.ts';
import type { Command, Reply } from './command.ts';
import type { Counters } from './counters.ts';
import { listKind } from './list-key.ts';
import type { ListKind } from './list-key.ts';
import type { OwnPasswordEar } from './options.ts';
import type { Refusals } from './refusals.ts';
import type { Webhooks } from './webhooks.ts';

/** All the door needs of the lock book. */
export interface LockLookup {
  find(account: string): unknown;
}

export interface LoginParts {
  readonly gate: Gate;
  readonly lists: AccessLists;
  readonly locks: LockLookup;
  readonly telemetry: Telemetry;
  readonly webhooks: Webhooks;
  readonly counters: Counters;
  readonly onFailure: 'pass' | 'defer';
  readonly denyMessages: Partial<Readonly<Record<ListKind, string>>>;
  readonly refusals: Refusals;
  /** Mail address where a person who was refused can turn to; empty when none is set. */
  readonly contact: () => string;
  readonly ownPassword: OwnPasswordEar | undefined;
}

/** Postfix drops its authentication connection after 10 s; 8 was seen to work, 12 not. */
const TARPIT_SECONDS_MAX = 8;
/** Where the verdict names no time. */
const TARPIT_SECONDS = 5;

const SUBJECTS: Readonly<Record<ListKind, string>> = {
  ip: 'IP Address',
  login: 'Login Name',
  iplogin: 'IP/Login Tuple',
  ja3: 'JA3 Hash',
  ipja3: 'IP/JA3 Hash',
};

const PASS: AllowReply = { status: 0, message: '', attributes: {} };

export function createLoginCommands(parts: LoginParts): readonly Command[] {
  const allow: Command = {
    name: 'allow',
    verb: 'POST',
    scope: 'allow',
    run: (call) => {
      const body = parts.ownPassword ? withShortHash(call.body) : call.body;
      const tuple = parseLoginTuple(body);
      if (!tuple.ok) return failure(400, tuple.reason);
      parts.counters.allows++;
      return andThen(decide(parts, tuple.value), (reply) => answer(parts, body, reply));
    },
    instead: () =>
      jsonReply(
        200,
        formatAllowReply(parts.onFailure === 'pass' ? PASS : { ...PASS, status: TARPIT_SECONDS }),
      ),
  };
  const report: Command = {
    name: 'report',
    verb: 'POST',
    scope: 'report',
    run: (call) => {
      const body = parts.ownPassword ? withShortHash(call.body) : call.body;
      const tuple = parseLoginTuple(body);
      if (!tuple.ok) return failure(400, tuple.reason);
      if (tuple.value.success === undefined) {
        return failure(400, 'The field success is missing. Send true or false.');
      }
      parts.counters.reports++;
      tellOwnPassword(parts, tuple.value, call.body);
      if (parts.webhooks.wants('report')) parts.webhooks.send('report', body);
      return andThen(record(parts, tuple.value, tuple.value.success), () => OK);
    },
    // A report asks for nothing; its sender must not try again for ever.
    instead: () => OK,
  };
  return [allow, report];
}

/** CON-8: a password that just worked; the only place that sees its whole digest. */
function tellOwnPassword(parts: LoginParts, tuple: LoginTuple, body: JsonObject): void {
  const { login, pwhash } = body;
  if (tuple.success !== true || tuple.policyReject || tuple.login === '') return;
  if (typeof login !== 'string' || typeof pwhash !== 'string' || pwhash === '') return;
  if (passwordInClear(tuple.mechanism) === 'no') return;
  parts.ownPassword?.remember(tuple.login, pwhash, login);
}

function answer(parts: LoginParts, request: JsonObject, reply: AllowReply): Reply {
  if (reply.status < 0) parts.counters.denieds++;
  if (parts.webhooks.wants('allow')) {
    const { status, message, attributes } = reply;
    parts.webhooks.send(
      'allow',
      { request, response: { status, msg: message, r_attrs: attributes } },
      status < 0 ? 'reject' : status > 0 ? 'tarpit' : 'allow',
    );
  }
  return jsonReply(200, formatAllowReply(reply));
}

function decide(parts: LoginParts, tuple: LoginTuple): Maybe<AllowReply> {
  const now = parts.gate.now();
  const query = listQuery(tuple);
  const allowed = parts.lists.match('allow', query, now);
  if (allowed) {
    const reply = listReply(allowed, `Whitelisted ${SUBJECTS[listKind(allowed.key)]}`);
    if (tuple.login === '' || parts.locks.find(tuple.login) === undefined) return reply;
    return andThen(check(parts, tuple, now), (verdict) =>
      verdict.reasons[0]?.signal === 'account-locked' ? verdictReply(parts, verdict) : reply,
    );
  }
  const denied = parts.lists.match('deny', query, now);
  if (denied) return listReply(denied, denyMessage(parts, denied, query));
  if (tuple.login === '') {
    // Nobody to judge: weakforced accepts such a request too.
    parts.telemetry.clientFault('auth-policy', 'allow without login');
    return PASS;
  }
  return andThen(check(parts, tuple, now), (verdict) => verdictReply(parts, verdict));
}

function listQuery(tuple: LoginTuple): ListQuery {
  const ja3 = tuple.attributes['ja3'];
  return ja3 === undefined
    ? { clientAddress: tuple.remote, login: tuple.login }
    : { clientAddress: tuple.remote, login: tuple.login, ja3 };
}

function listReply(entry: ListEntry, message: string): AllowReply {
  const denied = entry.list === 'deny';
  return {
    status: denied ? -1 : 0,
    message,
    attributes: {
      expiration: formatTime(entry.expiresAt),
      key: listKind(entry.key),
      reason: entry.reason,
      [denied ? 'blacklisted' : 'whitelisted']: '1',
    },
  };
}

function denyMessage(parts: LoginParts, entry: ListEntry, query: ListQuery): string {
  const kind = listKind(entry.key);
  const subject = kind === 'ipja3' ? 'IP/JA3 Hash Tuple' : SUBJECTS[kind];
  const own = parts.denyMessages[kind];
  if (own === undefined) return `Temporarily blacklisted ${subject} - try again later`;
  return own
    .replaceAll('{ip}', () => query.clientAddress)
    .replaceAll('{login}', () => query.login)
    .replaceAll('{ja3}', () => query.ja3 ?? '');
}

/** A refusal is recorded at once, so that the reference the client is told can be explained. */
function check(parts: LoginParts, tuple: LoginTuple, now: number): Maybe<Verdict> {
  const { gate, refusals } = parts;
  const attempt = loginAttempt(gate, tuple, now);
  return andThen(gate.check(attempt), (verdict) => {
    if (!verdict.enforced || verdict.verdict !== 'reject') return verdict;
    refusals.remember(tuple, attempt.id);
    const recorded = gate.judge({ ...attempt, ok: false, policyReject: true });
    return andThen(recorded, () => verdict);
  });
}

function verdictReply(parts: LoginParts, verdict: Verdict): AllowReply {
  const attributes = { reference: verdict.reference };
  if (!verdict.enforced) return { status: 0, message: '', attributes };
  switch (verdict.verdict) {
    case 'pass':
    case 'hold':
      return { status: 0, message: '', attributes };
    case 'defer': {
      const seconds = Math.ceil(verdict.retryAfterSeconds ?? TARPIT_SECONDS);
      const status = Math.min(Math.max(seconds, 1), TARPIT_SECONDS_MAX);
      return { status, message: clientText(verdict, parts.contact()), attributes };
    }
    case 'reject':
      return { status: -1, message: clientText(verdict, parts.contact()), attributes };
  }
}

function record(parts: LoginParts, tuple: LoginTuple, success: boolean): Maybe<void> {
  if (tuple.login === '') {
    parts.telemetry.clientFault('auth-policy', 'report without login');
    return;
  }
  // The backend was down: nobody's password was wrong.
  if (!success && tuple.failType === 'internal') return;
  const { gate, refusals } = parts;
  const event = loginAttempt(gate, tuple, gate.now()) as Writable<LoginEvent>;
  event.ok = success;
  if (tuple.policyReject || tuple.failType === 'policy') {
    event.policyReject = true;
    event.id = refusals.take(tuple) ?? event.id;
  }
  return andThen(gate.judge(event), () => undefined);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Filled field by field: this runs for every request, and spreading costs more than the rest. */
function loginAttempt(gate: Gate, tuple: LoginTuple, now: number): Writable<LoginAttempt> {
  const attempt: Writable<LoginAttempt> = {
    v: 1,
    id: gate.newId(),
    at: timeText(now),
    kind: 'login',
    account: tuple.login,
    service: loginService(tuple.protocol),
    clientAddress: tuple.remote,
  };
  // Asked for Postfix, Dovecot says tls=false even under STARTTLS (seen with 2.3 and 3.7).
  if (tuple.tls !== undefined && tuple.protocol !== 'smtp') attempt.tls = tuple.tls;
  if (tuple.passwordHash !== '') attempt.passwordHash = tuple.passwordHash;
  if (tuple.mechanism !== '') attempt.mechanism = tuple.mechanism;
  if (tuple.deviceId !== '') {
    if (isHttp(tuple.protocol)) attempt.agent = tuple.deviceId;
    else attempt.deviceId = tuple.deviceId;
  }
  return attempt;
}

/** Where device_id is the User-Agent of a browser or app. */
function isHttp(protocol: string): boolean {
  return protocol === 'http' || protocol === 'webmail' || protocol === 'mobileapi';
}

let timeMs = -1;
let timeIso = '';

/** Many requests share a millisecond. */
function timeText(ms: number): string {
  if (ms !== timeMs) {
    timeMs = ms;
    timeIso = new Date(ms).toISOString();
  }
  return timeIso;
}
