/**
 * From a connection to a reply. A request is asked, in this order: source network, path,
 * credential, scope, verb, body; then its command runs.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PrimumError } from '../../errors.ts';
import { formatJson, parseBody } from '../../protocol/auth-policy.ts';
import type { PlainPost } from '../../protocol/plain-post.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import type { Caller, Keyring } from './access.ts';
import { failure, jsonReply } from './command.ts';
import type { Call, Command, Reply } from './command.ts';
import type { Counters } from './counters.ts';
import type { Bounds } from './options.ts';
import { PlainConnection } from './plain-connection.ts';
import { headerOf, readBody, refuseBody, refuseConnection, send } from './requests.ts';
import type { BodyRoom } from './requests.ts';
import type { Router } from './router.ts';

// An import of node:http reads all it exports, undici with it, which takes 50 ms of every start.
const { createServer } = process.getBuiltinModule('node:http');

/** What is remembered of one connection. */
export interface Peer {
  readonly address: string | undefined;
  readonly isAdmitted: boolean;
  /** Headers that already proved who asks, so that a kept connection is compared once. */
  authorization: string | undefined;
  apiKey: string | undefined;
  caller: Caller | undefined;
}

/** What answering needs, and what it keeps. */
export interface Answering {
  readonly router: Router;
  readonly keyring: Keyring;
  readonly anonymous: Caller | undefined;
  readonly isAdmitted: (address: string | undefined) => boolean;
  readonly peers: WeakMap<Socket, Peer>;
  /** Connections that are not node:http's. */
  readonly plain: Set<PlainConnection>;
  readonly counters: Counters;
  readonly telemetry: Telemetry;
  readonly onFailure: 'pass' | 'defer';
  readonly bounds: Bounds;
  readonly room: BodyRoom;
  inWork: number;
  closing: boolean;
}

export function createHttpServer(door: Answering): Server {
  const { bounds, telemetry } = door;
  const server = createServer(
    {
      requestTimeout: bounds.requestTimeoutMs,
      headersTimeout: bounds.requestTimeoutMs,
      keepAliveTimeout: bounds.keepAliveMs,
      connectionsCheckingInterval: Math.max(50, Math.min(1_000, bounds.requestTimeoutMs / 4)),
    },
    (request, response) => handle(door, request, response),
  );
  server.maxConnections = bounds.connectionsMax;
  // node:http serves a connection when it hears of it: that is when it has to.
  const [serve] = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const handOver = (socket: Socket): void => serve?.call(server, socket);
  const failed = (error: NodeJS.ErrnoException, socket: Duplex): void =>
    telemetry.clientFault('auth-policy', refuseConnection(error, socket));
  let open = 0;
  server.on('connection', (socket: Socket) => {
    telemetry.connections('auth-policy', ++open);
    const address = socket.remoteAddress;
    const peer: Peer = {
      address,
      isAdmitted: door.isAdmitted(address),
      authorization: undefined,
      apiKey: undefined,
      caller: undefined,
    };
    door.peers.set(socket, peer);
    const plain = new PlainConnection(socket, {
      firstMs: bounds.requestTimeoutMs,
      keepAliveMs: bounds.keepAliveMs,
      answer: (post, body, finish) => answerPlain(door, peer, { post, body, finish }),
      isClosing: () => door.closing,
      handOver: () => {
        door.plain.delete(plain);
        handOver(socket);
      },
      failed,
    });
    door.plain.add(plain);
    socket.once('close', () => {
      door.plain.delete(plain);
      telemetry.connections('auth-policy', --open);
    });
  });
  server.on('drop', () => telemetry.shed('auth-policy', 'connection'));
  server.on('clientError', failed);
  return server;
}

interface PlainAsk {
  readonly post: PlainPost;
  readonly body: () => string;
  readonly finish: (reply: Reply) => void;
}

/** What may be asked and by whom is answered here, every refusal by node:http in `handle`. */
function answerPlain(door: Answering, peer: Peer, { post, body, finish }: PlainAsk): boolean {
  const started = performance.now();
  if (!peer.isAdmitted || post.bodyBytes > door.bounds.bodyBytesMax) return false;
  const { command, query } = door.router.find(post.target);
  if (command?.verb !== 'POST') return false;
  const caller = callerWith(door, peer, post.authorization, post.apiKey);
  if (!caller || !isGranted(command, caller)) return false;
  const counted = finishOf(door, command, started, finish);
  runBody(door, command, { text: body(), query, by: caller.name }, counted);
  return true;
}

function handle(door: Answering, request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now();
  const peer = door.peers.get(request.socket);
  if (!peer?.isAdmitted) {
    refuseSource(door, response, peer?.address ?? '');
    return;
  }
  const route = door.router.find(request.url ?? '');
  const command = route.command;
  let caller: Caller | undefined;
  if (command?.scope !== 'open') {
    caller = callerOfRequest(door, peer, request);
    const refusal = refusalOf(door, command, caller);
    if (refusal) {
      send(response, refusal, door.closing);
      return;
    }
  }
  if (!command) return;
  if (request.method !== command.verb && !(request.method === 'HEAD' && command.verb === 'GET')) {
    const refusal = failure(405, `The command ${command.name} is asked with ${command.verb}.`);
    send(response, { ...refusal, headers: ['allow', command.verb] }, door.closing);
    return;
  }
  const by = caller?.name ?? 'anonymous';
  const finish = finishOf(door, command, started, (reply) => send(response, reply, door.closing));
  if (command.verb === 'GET') {
    run(door, command, { body: {}, query: route.query, by }, finish);
    return;
  }
  readBody(request, door.room, {
    read: (text) => runBody(door, command, { text, query: route.query, by }, finish),
    refuse: (reply) => {
      if (reply.status === 413) door.telemetry.clientFault('auth-policy', 'body too long');
      else door.telemetry.shed('auth-policy', 'body');
      refuseBody(request, response, reply);
    },
  });
}

/** Counts an answer beside giving it. */
function finishOf(
  door: Answering,
  command: Command,
  started: number,
  give: (reply: Reply) => void,
): (reply: Reply) => void {
  return (reply) => {
    give(reply);
    door.counters.answered(command.name, started, performance.now());
  };
}

type Told = Omit<Call, 'body'> & { readonly text: string };

function runBody(
  door: Answering,
  command: Command,
  { text, query, by }: Told,
  finish: (reply: Reply) => void,
): void {
  const body = parseBody(text);
  if (body.ok) run(door, command, { body: body.value, query, by }, finish);
  else finish(failure(400, body.reason));
}

/** Why this caller gets no answer to this command, or `undefined` when he does. */
function refusalOf(
  door: Answering,
  command: Command | undefined,
  caller: Caller | undefined,
): Reply | undefined {
  if (!caller) {
    door.telemetry.clientFault('auth-policy', 'wrong or missing credential');
    door.telemetry.turnedAway('auth-policy', 'credential');
    return {
      ...jsonReply(401, '{"status":"failure", "reason":"Unauthorized"}'),
      headers: ['www-authenticate', 'Basic realm="primum"'],
    };
  }
  if (!command) return jsonReply(404, '{"status":"failure", "reason":"Not found"}');
  if (isGranted(command, caller)) return undefined;
  door.telemetry.clientFault('auth-policy', 'scope missing');
  door.telemetry.turnedAway('auth-policy', 'scope');
  return failure(403, `The credential ${caller.name} lacks the scope ${command.scope}.`);
}

function isGranted({ scope }: Command, caller: Caller): boolean {
  return scope === 'known' || scope === 'open' || caller.may(scope);
}

function refuseSource(door: Answering, response: ServerResponse, ip: string): void {
  door.telemetry.clientFault('auth-policy', 'source network not allowed');
  door.telemetry.turnedAway('auth-policy', 'network');
  const reason = 'Source IP Address not in ACL';
  const body = formatJson({ ip, reason, status: 'failure' });
  send(response, jsonReply(401, body), true);
}

function callerOfRequest(
  door: Answering,
  peer: Peer,
  request: IncomingMessage,
): Caller | undefined {
  if (door.anonymous) return door.anonymous;
  const authorization = headerOf(request, 'authorization');
  return callerWith(door, peer, authorization, headerOf(request, 'x-api-key'));
}

/** An API key counts only where there is no authorization. */
function callerWith(
  door: Answering,
  peer: Peer,
  authorization: string | undefined,
  apiKeyGiven: string | undefined,
): Caller | undefined {
  if (door.anonymous) return door.anonymous;
  const apiKey = authorization === undefined ? apiKeyGiven : undefined;
  if (peer.caller && authorization === peer.authorization && apiKey === peer.apiKey) {
    return peer.caller;
  }
  const caller = door.keyring.find(authorization, apiKey);
  if (caller) Object.assign(peer, { authorization, apiKey, caller });
  return caller;
}

/** What the house says in words is for the caller too; a bug's message is not. */
function failureOf(error: unknown): Reply {
  if (!(error instanceof PrimumError)) return failure(500, 'This failed here. The log says why.');
  return failure(error.code === 'INPUT_UNREADABLE' ? 400 : 503, error.message);
}

function run(door: Answering, command: Command, call: Call, finish: (reply: Reply) => void): void {
  const failed = (error: unknown): void => {
    if (command.instead) {
      door.telemetry.judgingFailed('auth-policy', error, door.onFailure);
      finish(command.instead());
      return;
    }
    const why = error instanceof Error ? error.message : 'unknown cause';
    door.telemetry.warn(
      `The auth policy command ${command.name} failed: ${why}. Check the store and ask again.`,
    );
    finish(failureOf(error));
  };
  if (door.inWork >= door.bounds.inWorkMax) {
    door.telemetry.shed('auth-policy', 'request');
    finish(command.instead?.() ?? failure(503, 'Too many requests wait. Try again later.'));
    return;
  }
  let reply: Reply | Promise<Reply>;
  try {
    reply = command.run(call);
  } catch (error) {
    failed(error);
    return;
  }
  if (!(reply instanceof Promise)) {
    finish(reply);
    return;
  }
  door.inWork++;
  reply.then(finish, failed).finally(() => door.inWork--);
}
