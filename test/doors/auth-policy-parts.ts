/** What the tests of the auth policy door share: a scripted gate, lists in memory, a client. */
import { BlockList, connect } from 'node:net';
import type { Socket } from 'node:net';
import type { AccessLists, ListEntry, ListKey, ListQuery } from '../../src/core/access-list.ts';
import type { LoginAttempt, LoginEvent, SubmissionEvent } from '../../src/core/event.ts';
import type { Maybe } from '../../src/core/maybe.ts';
import type { Inspector } from '../../src/core/report.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { openAuthPolicyDoor } from '../../src/doors/auth-policy/door.ts';
import type { AuthPolicyDoor } from '../../src/doors/auth-policy/door.ts';
import type { AuthPolicyOptions } from '../../src/doors/auth-policy/options.ts';
import type { Gate } from '../../src/gate-contract.ts';
import type { Telemetry } from '../../src/telemetry/contract.ts';

export const NOW = Date.parse('2026-11-20T21:40:03.000Z');

type Judged = SubmissionEvent | LoginEvent | LoginAttempt;

export interface ScriptedGate extends Gate {
  readonly checked: LoginAttempt[];
  readonly judged: LoginEvent[];
  /** What the next decisions are; the default passes. */
  decide: (event: Judged) => Maybe<Partial<Verdict>>;
  nowMs: number;
}

export function verdictOf(event: Judged, changes: Partial<Verdict>): Verdict {
  return {
    kind: 'verdict',
    for: event.id,
    at: event.at,
    account: event.account ?? '',
    identity: `${event.account ?? ''}/main`,
    context: 'c0ffee',
    verdict: 'pass',
    enforced: true,
    rung: 'observe',
    score: 0,
    reasons: [],
    reference: '8F2K7QXA',
    ...changes,
  };
}

function scriptedGate(): ScriptedGate {
  let ids = 0;
  const answer = (event: Judged): Maybe<Verdict> => {
    const changes = gate.decide(event);
    return changes instanceof Promise
      ? changes.then((late) => verdictOf(event, late))
      : verdictOf(event, changes);
  };
  const gate: ScriptedGate = {
    checked: [],
    judged: [],
    decide: () => ({}),
    nowMs: NOW,
    judge(event) {
      if (event.kind === 'login') gate.judged.push(event);
      return answer(event);
    },
    check(event) {
      if (event.kind === 'login') gate.checked.push(event);
      return answer(event);
    },
    meet: () => {
      throw new Error('This script knows no mail from outside.');
    },
    note: () => undefined,
    newId: () => `id-${++ids}`,
    now: () => gate.nowMs,
  };
  return gate;
}

function sameKey(a: ListKey, b: ListKey): boolean {
  return a.network === b.network && a.login === b.login && a.ja3 === b.ja3;
}

function contains(network: string, address: string): boolean {
  if (address === '') return false;
  const family = (text: string): 'ipv4' | 'ipv6' => (text.includes(':') ? 'ipv6' : 'ipv4');
  const [base = '', bits] = network.split('/');
  const list = new BlockList();
  list.addSubnet(base, Number(bits ?? (base.includes(':') ? 128 : 32)), family(base));
  return list.check(address, family(address));
}

function matches({ key }: ListEntry, query: ListQuery): boolean {
  return (
    (key.network === undefined || contains(key.network, query.clientAddress)) &&
    (key.login === undefined || key.login === query.login) &&
    (key.ja3 === undefined || key.ja3 === query.ja3)
  );
}

export interface MemoryLists extends AccessLists {
  all: ListEntry[];
}

function memoryLists(): MemoryLists {
  const lists: MemoryLists = {
    all: [],
    match: (list, query, nowMs) =>
      lists.all.find((e) => e.list === list && e.expiresAt > nowMs && matches(e, query)),
    add(entry) {
      lists.all = lists.all.filter((e) => e.list !== entry.list || !sameKey(e.key, entry.key));
      lists.all.push(entry);
      return Promise.resolve();
    },
    remove(list, key) {
      const before = lists.all.length;
      lists.all = lists.all.filter((e) => e.list !== list || !sameKey(e.key, key));
      return Promise.resolve(lists.all.length < before);
    },
    entries: (list, nowMs) => lists.all.filter((e) => e.list === list && e.expiresAt > nowMs),
  };
  return lists;
}

/** Telemetry that remembers one line a call: `shed auth-policy connection`. */
export interface HeardTelemetry extends Telemetry {
  readonly lines: string[];
}

function heardTelemetry(): HeardTelemetry {
  const lines: string[] = [];
  return new Proxy({ lines } as unknown as HeardTelemetry, {
    get: (target, name) =>
      name === 'lines'
        ? target.lines
        : (...words: unknown[]) => {
            const texts = words.filter((word) => typeof word !== 'object');
            lines.push([String(name), ...texts.map(String)].join(' '));
          },
  });
}

export interface TestDoor {
  readonly door: AuthPolicyDoor;
  readonly port: number;
  readonly gate: ScriptedGate;
  readonly lists: MemoryLists;
  readonly telemetry: HeardTelemetry;
  readonly locked: Set<string>;
  readonly resets: unknown[];
  /** Posts a JSON value, or text as it is. */
  readonly post: (
    command: string,
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly headers: Headers;
}

export const SECRET = 'super:secret';
export const BASIC = basic('wforce', SECRET);

export function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

const open: AuthPolicyDoor[] = [];

export async function openDoor(changes: Partial<AuthPolicyOptions> = {}): Promise<TestDoor> {
  const gate = scriptedGate();
  const lists = memoryLists();
  const telemetry = heardTelemetry();
  const locked = new Set<string>();
  const resets: unknown[] = [];
  const inspector = {
    counts: (query: unknown) =>
      Promise.resolve({
        failures: { address: 3 },
        asked: { keys: Object.keys(query as object).length },
      }),
    reset: (query: unknown) => Promise.resolve(void resets.push(query)),
  } as unknown as Inspector;
  const door = await openAuthPolicyDoor(
    {
      address: '127.0.0.1:0',
      credentials: [{ name: 'all', secret: SECRET, scopes: ['*'] }],
      ready: () => true,
      metrics: () => 'primum_up 1\n',
      ...changes,
    },
    {
      gate,
      lists,
      inspector,
      telemetry,
      locks: { find: (account) => (locked.has(account) ? { account } : undefined) },
    },
  );
  open.push(door);
  const port = Number(/:(\d+)$/.exec(door.address)?.[1]);
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, text, json, headers: response.headers };
  };
  return {
    door,
    port,
    gate,
    lists,
    telemetry,
    locked,
    resets,
    post: (command, body, headers = BASIC) =>
      ask(`/?command=${command}`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers,
      }),
    get: (path, headers = BASIC) => ask(path, { headers }),
  };
}

export async function closeDoors(): Promise<void> {
  await Promise.all(open.splice(0).map((door) => door.close()));
}

/** A raw connection that collects what is said; `closed` resolves with all of it. */
export interface RawClient {
  readonly socket: Socket;
  readonly closed: Promise<string>;
  /** Resolves when the text so far holds the pattern so many times. */
  heard(pattern: RegExp, times?: number): Promise<string>;
}

export function rawClient(port: number, firstBytes?: string): RawClient {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const waiting = new Set<() => void>();
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (const look of waiting) look();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  if (firstBytes !== undefined) socket.write(firstBytes);
  return {
    socket,
    closed,
    heard: (pattern, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if ([...text.matchAll(new RegExp(pattern, 'g'))].length < times) return;
          waiting.delete(look);
          resolve(text);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** One request as bytes. */
export function rawPost(command: string, body: string, extra = ''): string {
  return (
    `POST /?command=${command} HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC['authorization'] ?? ''}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n${extra}\r\n${body}`
  );
}
