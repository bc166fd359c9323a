/** What a request says of its client: the address, seen through a proxy on this host, and cookies. */
import type { FastifyReply, FastifyRequest } from 'fastify';

const COOKIE = 'primum_session';
const MAX_COOKIES = 8_192;
/** Longer than any session; the server knows better when one ends. */
const COOKIE_SECONDS = 7 * 86_400;

/**
 * A proxy is believed only where it connects from this host: anybody else could name any address.
 * Empty for a unix socket without a proxy in front.
 */
export function clientAddressOf(request: FastifyRequest): string {
  const peer = (request.raw.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const isLocal = peer === '' || peer === '::1' || peer.startsWith('127.');
  const told = request.headers['x-forwarded-for'];
  if (!isLocal || typeof told !== 'string') return peer;
  const last = told.split(',').at(-1)?.trim() ?? '';
  return /^[0-9a-fA-F.:]{2,45}$/.test(last) ? last : peer;
}

export function sessionCookieOf(request: FastifyRequest): string {
  const header = (request.headers.cookie ?? '').slice(0, MAX_COOKIES);
  for (const part of header.split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === COOKIE) return value;
  }
  return '';
}

/** RFC 6265bis: not for scripts, never sent from another site, over TLS only where TLS is. */
export function writeSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): void {
  const isSecure = request.headers['x-forwarded-proto'] === 'https';
  const age = token === '' ? 0 : COOKIE_SECONDS;
  const parts = [`${COOKIE}=${token}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${age}`];
  void reply.header('set-cookie', [...parts, ...(isSecure ? ['Secure'] : [])].join('; '));
}
