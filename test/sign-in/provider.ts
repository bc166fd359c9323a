/**
 * A small OpenID provider on loopback: signs real ID tokens (RS256), gives each code once, checks PKCE,
 * the redirect address and the client's secret. What it claims can be bent by a test.
 */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const CLIENT = { id: 'primum', secret: 'secret of the client' };

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER_KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });

export interface Claims {
  [name: string]: unknown;
}

/** What goes otherwise than it should. */
export interface Bent {
  readonly claims?: (claims: Claims) => Claims;
  readonly signature?: 'none' | 'other key' | 'hmac';
  readonly token?: (response: ServerResponse) => unknown;
  readonly discovery?: (issuer: string) => unknown;
  readonly refuse?: string;
  readonly state?: string;
}

interface Pending {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirect: string;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function idToken(claims: Claims, how: Bent['signature']): string {
  const header = {
    typ: 'JWT',
    kid: 'k1',
    alg: how === 'none' ? 'none' : how === 'hmac' ? 'HS256' : 'RS256',
  };
  const body = `${base64(header)}.${base64(claims)}`;
  if (how === 'none') return `${body}.`;
  const key = how === 'other key' ? OTHER_KEYS.privateKey : KEYS.privateKey;
  return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
}

export async function startProvider() {
  const codes = new Map<string, Pending>();
  const asked: URLSearchParams[] = [];
  let bent: Bent = {};
  let person: Claims = { sub: '1', preferred_username: 'olga', groups: ['abuse-desk'] };
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const send = (response: ServerResponse, value: unknown, status = 200): ServerResponse => {
    response.writeHead(status, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(value));
  };

  const authorize = (query: URLSearchParams, response: ServerResponse): ServerResponse => {
    asked.push(query);
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', bent.state ?? query.get('state') ?? '');
    if (bent.refuse !== undefined) back.searchParams.set('error', bent.refuse);
    else {
      const code = randomUUID();
      codes.set(code, {
        challenge: query.get('code_challenge') ?? '',
        nonce: query.get('nonce') ?? '',
        redirect: query.get('redirect_uri') ?? '',
      });
      back.searchParams.set('code', code);
    }
    return response.writeHead(302, { location: back.href }).end();
  };

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const form = new URLSearchParams(await text(request));
    const basic = Buffer.from(
      request.headers.authorization?.slice('Basic '.length) ?? '',
      'base64',
    );
    const [id, secret = ''] = basic.toString().split(':');
    const isClient =
      id === CLIENT.id && decodeURIComponent(secret.replaceAll('+', ' ')) === CLIENT.secret;
    if (!isClient) return send(response, { error: 'invalid_client' }, 401);
    const code = form.get('code') ?? '';
    const pending = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      pending?.challenge === challenge && pending.redirect === form.get('redirect_uri');
    if (!isRight) return send(response, { error: 'invalid_grant' }, 400);
    if (bent.token !== undefined) return bent.token(response);
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      aud: CLIENT.id,
      iat: now,
      exp: now + 300,
      nonce: pending.nonce,
      ...person,
    };
    const signed = idToken(bent.claims?.(claims) ?? claims, bent.signature);
    return send(response, { access_token: 'at', token_type: 'Bearer', id_token: signed });
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return send(
          response,
          bent.discovery?.(issuer) ?? {
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/jwks`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
          },
        );
      case '/jwks': {
        const key = KEYS.publicKey.export({ format: 'jwk' });
        return send(response, { keys: [{ ...key, kid: 'k1', use: 'sig', alg: 'RS256' }] });
      }
      case '/authorize':
        return authorize(searchParams, response);
      case '/token':
        return token(request, response);
      default:
        return send(response, {}, 404);
    }
  }

  return {
    issuer,
    /** What each authorization request asked for. */
    asked,
    bend: (next: Bent) => void (bent = next),
    /** Who sits in front of the browser. */
    is: (claims: Claims) => void (person = claims),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
