/** Questions to the resolver: bounded in time and number, one a name at a time. */
import { Resolver } from 'node:dns/promises';
import { createPermits } from '../permits.ts';

export type Resolved =
  | { readonly kind: 'found'; readonly addresses: readonly string[]; readonly ttlMs: number }
  | { readonly kind: 'none' }
  /** Never asked: there is too much to ask, or nobody asks any more. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'failed'; readonly error: Error };

export interface ListResolver {
  /** IPv4 addresses of a name. Never rejects. */
  resolve(name: string): Promise<Resolved>;
  /** Questions under way, and those that wait. */
  stats(): { readonly asking: number; readonly waiting: number };
  close(): void;
}

export interface ResolverOptions {
  /** `192.0.2.53` or `192.0.2.53:5353`; empty: those of the host. */
  readonly servers: readonly string[];
  readonly timeoutMs: number;
  readonly maxQueries: number;
}

/** Questions that wait for each that may be under way; further ones are not asked. */
const WAITING_PER_QUERY = 50;
/** A datagram may be lost: each server is asked twice within the time-out. */
const TRIES = 2;

/** The name has no such record, or does not exist: it is not on the list. */
const NONE: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

export function createListResolver(options: ResolverOptions): ListResolver {
  const timeout = Math.ceil(options.timeoutMs / TRIES);
  const resolver = new Resolver({ timeout, tries: TRIES });
  if (options.servers.length > 0) resolver.setServers(options.servers);
  const permits = createPermits(options.maxQueries, options.maxQueries * WAITING_PER_QUERY);
  const flights = new Map<string, Promise<Resolved>>();
  const closing = new AbortController();
  const isClosed = (): boolean => closing.signal.aborted;

  async function ask(name: string): Promise<Resolved> {
    if (isClosed()) return { kind: 'unasked' };
    try {
      const records = await resolver.resolve4(name, { ttl: true });
      if (records.length === 0) return { kind: 'none' };
      const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1000;
      return { kind: 'found', addresses: records.map(({ address }) => address), ttlMs };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (NONE.has(code)) return { kind: 'none' };
      if (isClosed()) return { kind: 'unasked' };
      return { kind: 'failed', error: new Error(reasonOf(code), { cause: error }) };
    }
  }

  async function askInTurn(name: string): Promise<Resolved> {
    const turn = Promise.withResolvers<undefined>();
    const permit = permits.request(() => turn.resolve(undefined));
    if (permit === undefined) return { kind: 'unasked' };
    if (!permit.isHeld) await turn.promise;
    const resolved = await ask(name);
    permit.release();
    return resolved;
  }

  return {
    resolve(name) {
      const flight = flights.get(name);
      if (flight !== undefined) return flight;
      const started = askInTurn(name).finally(() => flights.delete(name));
      flights.set(name, started);
      return started;
    },
    stats: () => ({ asking: permits.held, waiting: permits.waiting }),
    close() {
      closing.abort();
      resolver.cancel();
    },
  };
}

/** Codes of node:dns in words. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ETIMEOUT', 'the resolver does not answer in time'],
  ['ECONNREFUSED', 'the resolver cannot be reached'],
  ['ESERVFAIL', 'the resolver could not find it out (SERVFAIL)'],
  ['EREFUSED', 'the resolver refuses the question (REFUSED)'],
  ['EBADRESP', 'the resolver answers nonsense'],
  ['EFORMERR', 'the resolver does not understand the question'],
  ['ENOTIMP', 'the resolver cannot do this'],
]);

function reasonOf(code: string): string {
  const reason = REASONS.get(code) ?? `the question failed (${code})`;
  return `${reason}. Check scanners.host_lists.dns_servers.`;
}
