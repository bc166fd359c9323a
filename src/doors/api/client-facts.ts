/** What a request says of its client: the address, seen through a proxy on this host, and cookies. */
import type { FastifyReply, FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'primum_session';
export const HOST_PREFIX = '__Host-';
const MAX_COOKIES = 8_192;
/** Longer than any session; the server knows better when one ends. */
const COOKIE_SECONDS = 7 * 86_400;

/**
 * A proxy is believed only where it connects from this host: anybody else could name any address.
 * Empty for a unix socket without a proxy in front.
 */
export function clientAddressOf(request: FastifyRequest): string {
  const peer = peerOf(request);
  const told = toldOf(request);
  return isLoopback(peer) && /^[0-9a-fA-F.:]{2,45}$/.test(told ?? '') ? (told ?? peer) : peer;
}

/** Headers of proxies that need not say for whom they ask. */
const PROXY_HEADERS = ['x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'];

/** Whether somebody on this host asks, and not a proxy here for somebody elsewhere. */
export function isFromHere(request: FastifyRequest): boolean {
  if (!isLoopback(peerOf(request))) return false;
  const told = toldOf(request);
  if (told !== undefined) return told !== '' && isLoopback(told);
  return PROXY_HEADERS.every((name) => request.headers[name] === undefined);
}

function peerOf(request: FastifyRequest): string {
  return (request.raw.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** Each proxy adds the one that asked it at the end; the last was added on this host. */
function toldOf(request: FastifyRequest): string | undefined {
  const told = request.headers['x-forwarded-for'];
  return typeof told === 'string' ? (told.split(',').at(-1)?.trim() ?? '') : undefined;
}

/** Empty for a unix socket. */
function isLoopback(address: string): boolean {
  return address === '' || address === '::1' || address.startsWith('127.');
}

export function sessionCookieOf(request: FastifyRequest): string {
  return readCookie(request, SESSION_COOKIE);
}

/**
 * Of a cookie that we set, over TLS with the prefix that browsers take from this host alone (RFC 6265bis
 * §4.1.3.2): another host of the same domain could plant one without it, which may be sent first.
 */
function nameOver(request: FastifyRequest, name: string): string {
  return isSecure(request) ? `${HOST_PREFIX}${name}` : name;
}

function isSecure(request: FastifyRequest): boolean {
  return request.headers['x-forwarded-proto'] === 'https';
}

/** Empty where it sent none of that name. */
export function readCookie(request: FastifyRequest, plain: string): string {
  const wanted = nameOver(request, plain);
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
  const cookie: Cookie = {
    name: SESSION_COOKIE,
    value: token,
    path: '/',
    seconds,
    sameSite: 'Strict',
  };
  writeCookie(request, reply, cookie);
}

/** RFC 6265bis: not for scripts, and over TLS only where TLS is. */
export function writeCookie(request: FastifyRequest, reply: FastifyReply, cookie: Cookie): void {
  const { value, sameSite, seconds } = cookie;
  const name = nameOver(request, cookie.name);
  // What has the prefix is for the whole host.
  const path = isSecure(request) ? '/' : cookie.path;
  const parts = [`${name}=${value}`, `Path=${path}`, 'HttpOnly', `SameSite=${sameSite}`];
  const all = [...parts, `Max-Age=${seconds}`, ...(isSecure(request) ? ['Secure'] : [])];
  // Fastify gathers several cookies of one answer.
  void reply.header('set-cookie', all.join('; '));
}
