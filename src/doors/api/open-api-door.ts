/**
 * The API door: REST below /api/v1 for people's tools, and health and metrics. Everything but
 * those asks for the bearer token, which is compared before anything else is looked at.
 */
import type { Server } from 'node:http';
import fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { parseListenAddress } from '../listen-address.ts';
import { bind } from '../listen.ts';
import type { ListenOptions } from '../listen.ts';
import { createAccess } from './access.ts';
import {
  addJsonParser,
  addRetryAfter,
  answerClientErrors,
  answerFrameworkError,
  answerMistake,
  mistakeOf,
} from './answer-errors.ts';
import { addAttachmentDownload } from './attachment-download.ts';
import { addChangeStream } from './change-stream.ts';
import { isFromHere } from './client-facts.ts';
import { COMPILERS } from './compilers.ts';
import type { ApiDoor, ApiDoorOptions, ApiParts } from './contract.ts';
import { describeApi } from './describe-api.ts';
import { allEndpoints } from './endpoints.ts';
import { AGENT_PATH } from './endpoints/agent.ts';
import { NDJSON } from './endpoints/events.ts';
import { LOGIN_CHARS_MAX } from '../../protocol/auth-policy.ts';
import { addConsole } from './console.ts';
import { addExports } from './exports.ts';
import { addIdempotency } from './idempotency.ts';
import { Pace } from './pace.ts';
import { ProblemError, sendProblem } from './problem.ts';
import { addPublicPages, isStray, sendMissing } from './public/pages.ts';
import { addSignIn } from './sign-in.ts';
import { createAgentCheck } from './token.ts';
import { tellingAccounts } from './tell-accounts.ts';

// An import of node:http reads all it exports, undici with it, which takes 50 ms of every start.
const { createServer } = process.getBuiltinModule('node:http');

export const DEFAULT_API_ADDRESS = '127.0.0.1:10044';
export const DEFAULT_MAX_CONNECTIONS = 500;
export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const DEFAULT_REQUEST_TIMEOUT_SECONDS = 30;
const MAX_HEADERS_TIMEOUT_MS = 10_000;
/** How long closing waits for requests in flight. */
const CLOSE_GRACE_MS = 5_000;
/** The longest login with each character percent-encoded, at most three bytes of UTF-8 each. */
const MAX_PARAM_LENGTH = LOGIN_CHARS_MAX * 9;

const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
const METRICS_PATH = '/metrics';

/** @throws PrimumError PORT_TAKEN or LISTEN_FAILED; then no address stays open. */
export async function openApiDoor(options: ApiDoorOptions, parts: ApiParts): Promise<ApiDoor> {
  const places = options.listen ?? [{ address: DEFAULT_API_ADDRESS }];
  const closing = new AbortController();
  const app = await buildApi(
    { ...options, listen: places },
    { ...parts, publicPages: options.publicPages, closing: closing.signal },
  );
  const servers: Server[] = [];
  const addresses: string[] = [];
  try {
    for (const place of places) {
      const server = serve(app, options, parts);
      addresses.push(await bind(server, place));
      servers.push(server);
    }
  } catch (error) {
    await Promise.all(servers.map(closeServer));
    await app.close();
    throw error;
  }
  for (const address of addresses) parts.telemetry.doorOpen('api', address);
  return {
    address: addresses.join(', '),
    addresses,
    openApi: () => describeApi(parts),
    async close() {
      closing.abort();
      await Promise.all(servers.map(closeServer));
      await app.close();
    },
  };
}

function serve(app: FastifyInstance, options: ApiDoorOptions, { telemetry }: ApiParts): Server {
  const timeoutMs = (options.requestTimeoutSeconds ?? DEFAULT_REQUEST_TIMEOUT_SECONDS) * 1000;
  const server = createServer(
    {
      requestTimeout: timeoutMs,
      headersTimeout: Math.min(timeoutMs, MAX_HEADERS_TIMEOUT_MS),
      connectionsCheckingInterval: Math.min(timeoutMs, MAX_HEADERS_TIMEOUT_MS) / 2,
    },
    (request, reply) => app.routing(request, reply),
  );
  server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  server.on('drop', () => telemetry.shed('api', 'connection'));
  answerClientErrors(server, telemetry);
  return server;
}

/** Requests in flight are finished, within bounds; idle connections are closed at once. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A closing server of node:http no longer enforces its time-outs.
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** The API without a socket: for the door, and for making its documents. */
export async function buildApi(
  options: ApiDoorOptions,
  silent: ApiParts,
): Promise<FastifyInstance> {
  const parts = tellingAccounts(silent);
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    routerOptions: {
      maxParamLength: MAX_PARAM_LENGTH,
    },
    frameworkErrors: (error, _request, reply) => answerFrameworkError(error, reply),
    schemaController: { compilersFactory: COMPILERS },
  });
  const isLocal = listensHereOnly(options.listen ?? []);
  const mayPass = createAccess(options.token, parts.desk.users, new Pace(options, parts));
  const agentOf = createAgentCheck(options.agentTokens ?? new Map());
  app.decorateRequest('mta', '');
  app.decorateRequest('person', undefined);
  app.decorateRequest('mayStill', () => Promise.resolve(false));
  app.addHook('onRequest', async (request, reply) => {
    const path = request.routeOptions.url ?? '';
    if (options.publicPages !== undefined && isStray(request)) return;
    if (OPEN_PATHS.has(path) || request.routeOptions.config.role === 'open') return;
    if (path === METRICS_PATH && isLocal && isFromHere(request)) return;
    if (path.startsWith(AGENT_PATH)) {
      request.mta = agentOf(request.headers.authorization) ?? '';
      if (request.mta !== '') return;
      await refuseAgent(reply);
      return;
    }
    if (agentOf(request.headers.authorization) !== undefined) {
      throw new ProblemError(
        403,
        'This token is for an agent only. People and programs use the API token or one of their own.',
      );
    }
    await mayPass(request, reply);
  });
  addJsonParser(app);
  addRetryAfter(app);
  addIdempotency(app, parts);
  app.setNotFoundHandler((request, reply) =>
    options.publicPages !== undefined && isStray(request)
      ? sendMissing(reply, options.publicPages, request)
      : sendProblem(reply, 404, `There is nothing at ${request.method} of this path.`),
  );
  app.setErrorHandler((error: FastifyError, request, reply) =>
    answerMistake(reply, mistakeOf(error, request, parts.telemetry)),
  );
  app.addContentTypeParser(NDJSON, { parseAs: 'string' }, (_, body, done) => done(null, body));
  addHealth(app, parts);
  addConsole(app, options.consoleFolder);
  addPublicPages(app, parts, options.publicPages);
  addSignIn(app, parts);
  await app.register(addApi(parts), { prefix: '/api/v1' });
  await app.ready();
  return app;
}

async function refuseAgent(reply: FastifyReply): Promise<void> {
  // RFC 6750 §3.
  void reply.header('www-authenticate', 'Bearer realm="primum-agent"');
  await sendProblem(
    reply,
    401,
    "This needs an agent's token: the file agent-token in the state folder for the mail host beside this daemon, else the one named under agent.hosts.",
  );
}

/** Metrics name no person, but beyond this host they are nobody's business. */
function listensHereOnly(listen: readonly ListenOptions[]): boolean {
  return listen.every(({ address }) => {
    const place = parseListenAddress(address);
    if (!place.ok || place.value.kind === 'unix') return place.ok;
    const { host } = place.value;
    return host === 'localhost' || host === '::1' || host.startsWith('127.');
  });
}

function addHealth(app: FastifyInstance, parts: ApiParts): void {
  const hidden = { schema: { hide: true } };
  app.get('/healthz', hidden, () => ({ status: 'alive' }));
  app.get('/readyz', hidden, (_, reply) =>
    parts.ready() ? { status: 'ready' } : reply.code(503).send({ status: 'not ready' }),
  );
  app.get(METRICS_PATH, hidden, async (_, reply) => {
    void reply.type(parts.telemetry.metricsType);
    return parts.telemetry.metrics();
  });
}

function addApi(parts: ApiParts) {
  return (app: FastifyInstance, _: unknown, done: () => void): void => {
    const now = parts.now ?? Date.now;
    // Ages are counted by the clock that has dated what is told (RFC 9110 §6.6.1).
    app.addHook('onSend', (_request, reply, payload, sent) => {
      void reply.header('date', new Date(now()).toUTCString());
      sent(null, payload);
    });
    for (const add of allEndpoints(parts)) add(app);
    addChangeStream(app, parts);
    addExports(app, parts);
    addAttachmentDownload(app, parts);
    // What somebody may do he may read, whatever that is.
    const described = { config: { role: 'reader' as const, anyScope: true } };
    app.get('/openapi.json', { ...described, schema: { hide: true } }, () => describeApi(parts));
    done();
  };
}
