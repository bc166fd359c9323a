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
  return readCookie(request, COOKIE);
}

/** Empty where it sent none of that name. */
export function readCookie(request: FastifyRequest, wanted: string): string {
  const header = (request.headers.cookie ?? '').slice(0, MAX_COOKIES);
  for (const part of header.split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === wanted) return value;
  }
  return '';
}

export interface Cookie {
  readonly name: string;
  /** Empty text ends it. */
  readonly value: string;
  readonly path: string;
  readonly seconds: number;
  readonly sameSite: 'Strict' | 'Lax';
}

/** RFC 6265bis: never sent from another site. */
export function writeSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): void {
  const seconds = token === '' ? 0 : COOKIE_SECONDS;
  const cookie: Cookie = { name: COOKIE, value: token, path: '/', seconds, sameSite: 'Strict' };
  writeCookie(request, reply, cookie);
}

/** RFC 6265bis: not for scripts, and over TLS only where TLS is. */
export function writeCookie(request: FastifyRequest, reply: FastifyReply, cookie: Cookie): void {
  const { name, value, path, sameSite, seconds } = cookie;
  const isSecure = request.headers['x-forwarded-proto'] === 'https';
  const parts = [`${name}=${value}`, `Path=${path}`, 'HttpOnly', `SameSite=${sameSite}`];
  const all = [...parts, `Max-Age=${seconds}`, ...(isSecure ? ['Secure'] : [])];
  // Fastify gathers several cookies of one answer.
  void reply.header('set-cookie', all.join('; '));
}
