/** Fetches a page of our own web site, from an address that is ours, in bounded time and size. */
import type { request as Request } from 'node:https';
import { isIP } from 'node:net';
import { errorText } from './error-text.ts';
import type { Tools } from './contract.ts';

/** RFC 8461 section 3.3 proposes 64 KB for a policy; a page needs no more to show that it is there. */
export const MAX_PAGE_BYTES = 65_536;
const TIMEOUT_MS = 15_000;

export type Page =
  | { readonly kind: 'page'; readonly status: number; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'out-of-scope'; readonly address: string };

export async function fetchPage(url: string, tools: Pick<Tools, 'dns' | 'scope'>): Promise<Page> {
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
  return get(url, request, address);
}

async function firstAddress(name: string, { dns }: Pick<Tools, 'dns'>) {
  const v4 = await dns.ask(name, 'A');
  return v4.kind === 'none' ? dns.ask(name, 'AAAA') : v4;
}

function get(url: string, request: typeof Request, address: string): Promise<Page> {
  return new Promise((resolve) => {
    const fail = (why: string): void => resolve({ kind: 'failed', why });
    const asked = request(
      url,
      // The address was checked; nothing else may be connected to, whatever DNS says now.
      {
        lookup: (_, options, done) => {
          const family = isIP(address);
          if (options.all === true) done(null, [{ address, family }]);
          else done(null, address, family);
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { 'user-agent': 'primum-audit' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text = (text + piece).slice(0, MAX_PAGE_BYTES);
          if (text.length >= MAX_PAGE_BYTES) response.destroy();
        });
        response.on('error', (error) => fail(errorText(error)));
        response.on('close', () =>
          resolve({ kind: 'page', status: response.statusCode ?? 0, text }),
        );
      },
    );
    asked.on('error', (error) => fail(errorText(error)));
    asked.end();
  });
}
