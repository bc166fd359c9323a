/** Fetches a page of our own web site, from an address that is ours, in bounded time and size. */
import type { IncomingMessage } from 'node:http';
import type { request as Request } from 'node:https';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { errorText } from './error-text.ts';
import type { Tools } from './contract.ts';

/** RFC 8461 section 3.3 proposes 64 KB for a policy of MTA-STS. */
const MAX_POLICY_CHARS = 65_536;
/** What is longer is no page for people: its server does not end. */
export const MAX_PAGE_CHARS = 1_048_576;
/** With all its redirects. */
const TIMEOUT_MS = 15_000;
/** From http to https, to the host with or without www, to a language: more is a loop or a maze. */
export const MAX_REDIRECTS = 3;

export type Page =
  | {
      readonly kind: 'page';
      readonly status: number;
      readonly text: string;
      /** Lower case, without parameters. */
      readonly type?: string;
    }
  /** It was asked, and what came is no page. */
  | { readonly kind: 'failed'; readonly why: string }
  /** Nobody knows: it was not reached. */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'out-of-scope'; readonly address: string };

type Answer = Page & { readonly location?: string };

export interface PageOptions {
  /** RFC 8461 section 3.3: redirects are not followed for a policy of MTA-STS, so none is the default. */
  readonly redirects?: number;
  readonly timeoutMs?: number;
  /** Longer is a failure: the bound of a policy is the default. */
  readonly maxChars?: number;
}

type PageTools = Pick<Tools, 'dns' | 'scope'>;

export async function fetchPage(
  url: string,
  tools: PageTools,
  { redirects = 0, timeoutMs = TIMEOUT_MS, maxChars = MAX_POLICY_CHARS }: PageOptions = {},
): Promise<Page> {
  const bounds = { maxChars, signal: AbortSignal.timeout(timeoutMs) };
  let from = url;
  for (let followed = 0; ; followed += 1) {
    const { location, ...page } = await fetchOnce(from, tools, bounds);
    if (redirects === 0 || page.kind !== 'page' || location === undefined) return page;
    if (followed === redirects)
      return { kind: 'failed', why: `it redirects more than ${redirects} times` };
    const next = redirectTarget(from, location);
    if (!next.ok) return { kind: 'failed', why: next.why };
    from = next.url;
  }
}

/** Where a redirect leads; never from https back to http, and never out of the web. */
export function redirectTarget(
  from: string,
  location: string,
): { readonly ok: true; readonly url: string } | { readonly ok: false; readonly why: string } {
  if (!URL.canParse(location, from))
    return { ok: false, why: 'it redirects to what is no address of a page' };
  const [before, to] = [new URL(from), new URL(location, from)];
  if (to.protocol === 'https:') return { ok: true, url: to.href };
  if (to.protocol !== 'http:')
    return { ok: false, why: `it redirects to ${to.protocol}, which is no page` };
  if (before.protocol === 'https:') return { ok: false, why: 'it redirects from https to http' };
  return { ok: true, url: to.href };
}

/** Each step asks the scope anew: a redirect may lead anywhere. */
async function fetchOnce(url: string, tools: PageTools, bounds: Bounds): Promise<Answer> {
  const { hostname, protocol } = new URL(url);
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const found =
    isIP(bare) > 0
      ? ({ kind: 'found', records: [bare] } as const)
      : await firstAddress(bare, tools);
  if (found.kind === 'failed') return { kind: 'unknown', why: `its address: ${found.why}` };
  if (found.kind === 'none') return { kind: 'failed', why: `${hostname} has no address` };
  const [address = ''] = found.records;
  if (!tools.scope.isOurs(address)) return { kind: 'out-of-scope', address };
  // An import would read undici with it, which takes 50 ms of every start.
  const { request } = process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http');
  return get(url, { request, address, ...bounds });
}

async function firstAddress(name: string, { dns }: Pick<Tools, 'dns'>) {
  const v4 = await dns.ask(name, 'A');
  return v4.kind === 'none' ? dns.ask(name, 'AAAA') : v4;
}

interface Bounds {
  readonly maxChars: number;
  readonly signal: AbortSignal;
}

interface Way extends Bounds {
  readonly request: typeof Request;
  readonly address: string;
}

function get(url: string, { request, address, signal, maxChars }: Way): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve(failure(error, signal));
    const asked = request(
      url,
      // The address was checked; nothing else may be connected to, whatever DNS says now.
      {
        lookup: (_, options, done) => {
          const family = isIP(address);
          if (options.all === true) done(null, [{ address, family }]);
          else done(null, address, family);
        },
        signal,
        headers: { 'user-agent': 'primum-audit', 'accept-encoding': 'identity' },
      },
      (response) => void readPage(response, maxChars).then(resolve, fail),
    );
    asked.on('error', fail);
    asked.end();
  });
}

function readPage(response: IncomingMessage, maxChars: number): Promise<Answer> {
  return new Promise((resolve, fail) => {
    const status = response.statusCode ?? 0;
    const { location, 'content-type': given, 'content-encoding': coding = '' } = response.headers;
    const type = given?.split(';')[0]?.trim().toLowerCase();
    const body = decoded(response, REDIRECTS.has(status) ? '' : coding.trim().toLowerCase());
    if (body === undefined) {
      resolve({ kind: 'failed', why: `it comes in "${coding}", which was not asked for` });
      response.destroy();
      return;
    }
    let text = '';
    body.setEncoding('utf8');
    body.on('data', (piece: string) => {
      text += piece;
      if (text.length <= maxChars) return;
      const most = maxChars.toLocaleString('en');
      resolve({ kind: 'failed', why: `it goes on after ${most} characters` });
      response.destroy();
      body.destroy();
    });
    response.on('error', (error) => {
      fail(error);
      body.destroy();
    });
    body.on('error', (error) => {
      fail(error);
      response.destroy();
    });
    body.on('close', () =>
      resolve({
        ...{ kind: 'page', status, text },
        ...(type !== undefined && { type }),
        ...(REDIRECTS.has(status) && location !== undefined && { location }),
      }),
    );
  });
}

/** Some servers compress for whoever comes (RFC 9110 section 12.5.3 lets them); what comes out has the bound. */
function decoded(response: IncomingMessage, coding: string): Readable | undefined {
  if (coding === '' || coding === 'identity') return response;
  if (['gzip', 'x-gzip', 'deflate'].includes(coding)) return response.pipe(createUnzip());
  return coding === 'br' ? response.pipe(createBrotliDecompress()) : undefined;
}

/** RFC 9110 section 15.4: those that name another address for the same page. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What says of the network between, and nothing of the page. */
const UNREACHED = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EPIPE'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'],
]);

function failure(error: Error & { readonly code?: string }, signal: AbortSignal): Page {
  if (signal.aborted) return { kind: 'unknown', why: 'it does not answer in time' };
  const kind = UNREACHED.has(error.code ?? '') ? 'unknown' : 'failed';
  return { kind, why: errorText(error) };
}
