/**
 * The console: a handful of built files, read once and served from memory, so that no path of a
 * request ever touches the disk. Nothing from elsewhere, no inline script or style (CSP).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Everything from here, nothing from anywhere else, in no frame of anybody. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CSP,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

const NOT_BUILT =
  'The console is not built in this checkout. Run "npm run build", then start again.\n';

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
  readonly tag: string;
}

export function withSafeHeaders(reply: FastifyReply): FastifyReply {
  return reply.headers(SAFE_HEADERS);
}

export function addConsole(app: FastifyInstance, folder: string | undefined): void {
  let assets: ReadonlyMap<string, Asset> | undefined;
  const open = { config: { role: 'open' as const }, schema: { hide: true } };
  app.get('/', open, (_, reply) => reply.redirect('/console/'));
  app.get('/console', open, (_, reply) => reply.redirect('/console/'));
  app.get<{ Params: { '*': string } }>('/console/*', open, (request, reply) => {
    // Read when somebody first looks: a start of the doors does not wait for it.
    assets ??= folder === undefined ? new Map() : readAssets(folder);
    void withSafeHeaders(reply);
    if (assets.size === 0) return reply.code(503).type('text/plain').send(NOT_BUILT);
    const name = request.params['*'];
    const asset = assets.get(name === '' ? 'index.html' : name);
    if (asset === undefined) return reply.code(404).type('text/plain').send('Not here.\n');
    return sendAsset(reply, asset, request.headers);
  });
}

function sendAsset(
  reply: FastifyReply,
  { type, body, zipped, tag }: Asset,
  headers: IncomingHttpHeaders,
): FastifyReply {
  void reply.headers({ etag: tag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
  if (headers['if-none-match'] === tag) return reply.code(304).send();
  const takesGzip = (headers['accept-encoding'] ?? '').includes('gzip');
  if (takesGzip) void reply.header('content-encoding', 'gzip');
  return reply.type(type).send(takesGzip ? zipped : body);
}

function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of namesIn(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(join(folder, name));
    const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    assets.set(name, { type, body, zipped: gzipSync(body, { level: 9 }), tag });
  }
  return assets;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
