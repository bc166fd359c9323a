/**
 * Questions to DNS for the checks: so many a second, each name and type once a run, and every answer
 * bounded. A server that lies, hangs or loops costs one time-out and gives `failed`, never a finding.
 */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { backwards } from './backwards.ts';
import { createPace, type Pace } from './pace.ts';

export type RecordType = 'A' | 'AAAA' | 'MX' | 'TXT' | 'NS' | 'CNAME' | 'PTR' | 'SOA' | 'TLSA';

export type DnsAnswer =
  /** Texts in a normal form, sorted: `10 mx1.example.org`, lower case but for TXT. */
  | { readonly kind: 'found'; readonly records: readonly string[] }
  | { readonly kind: 'none' }
  /** Nobody knows: time-out, SERVFAIL, refusal, nonsense. */
  | { readonly kind: 'failed'; readonly why: string };

export interface Dns {
  ask(name: string, type: RecordType): Promise<DnsAnswer>;
  /** Asks one name server itself, at an address. */
  askAt(server: string, name: string, type: RecordType): Promise<DnsAnswer>;
  /** Questions that were asked. */
  readonly asked: number;
}

export interface DnsOptions {
  readonly servers: readonly string[];
  readonly timeoutMs: number;
  readonly queriesPerSecond: number;
  readonly authorityPort: number;
}

/** Records of one answer that are looked at; a name with more is wrong in itself. */
export const MAX_RECORDS = 100;
/** Characters of one record; a DKIM key has 800. */
export const MAX_RECORD_CHARS = 4_096;
const MAX_REMEMBERED = 200_000;
/** Name servers that are kept ready; a socket each while they are asked. */
const MAX_AUTHORITIES = 500;
/** A datagram may be lost: each question is asked twice within the time-out. */
const TRIES = 2;

const NONSENSE = 'EBADRESP';
const NONE: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

export function createDns(
  options: DnsOptions,
  pace: Pace = createPace(options.queriesPerSecond),
): Dns {
  const resolver = newResolver(options, options.servers);
  const remembered = new Map<string, Promise<DnsAnswer>>();
  const authorities = new Map<string, Resolver>();
  let asked = 0;

  async function send(from: Resolver, name: string, type: RecordType): Promise<DnsAnswer> {
    try {
      const records = normalise(await askTwice(from, name, type));
      return records.length === 0 ? { kind: 'none' } : { kind: 'found', records };
    } catch (error) {
      const code = codeOf(error);
      return NONE.has(code) ? { kind: 'none' } : { kind: 'failed', why: reasonOf(code) };
    }
  }

  /** One answer of nonsense ends all questions on its socket: each is asked again on one of its own. */
  async function askTwice(from: Resolver, name: string, type: RecordType) {
    try {
      await pace.turn();
      asked += 1;
      return await query(from, name, type);
    } catch (error) {
      if (codeOf(error) !== NONSENSE) throw error;
      await pace.turn();
      asked += 1;
      return query(newResolver(options, from.getServers()), name, type);
    }
  }

  function once(key: string, ask: () => Promise<DnsAnswer>): Promise<DnsAnswer> {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const answer = ask();
    remembered.set(key, answer);
    return answer;
  }

  /** One for all questions to a server: to set one up costs more than to ask. */
  function authority(server: string): Resolver {
    const known = authorities.get(server);
    if (known !== undefined) return known;
    if (authorities.size >= MAX_AUTHORITIES) authorities.clear();
    const address = isIP(server) === 6 ? `[${server}]` : server;
    const made = newResolver(options, [`${address}:${options.authorityPort}`]);
    authorities.set(server, made);
    return made;
  }

  return {
    ask: (name, type) => once(`${name.toLowerCase()} ${type}`, () => send(resolver, name, type)),
    askAt: (server, name, type) =>
      once(`${server} ${name.toLowerCase()} ${type}`, () => send(authority(server), name, type)),
    get asked() {
      return asked;
    },
  };
}

function newResolver({ timeoutMs }: DnsOptions, servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / TRIES), tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return resolver;
}

async function query(from: Resolver, name: string, type: RecordType): Promise<readonly string[]> {
  switch (type) {
    case 'A':
      return from.resolve4(name);
    case 'AAAA':
      return from.resolve6(name);
    case 'MX': {
      const records = await from.resolveMx(name);
      return records.map(({ priority, exchange }) => `${priority} ${hostName(exchange)}`);
    }
    case 'TXT': {
      const records = await from.resolveTxt(name);
      return records.map((parts) => parts.join(''));
    }
    case 'NS':
      return (await from.resolveNs(name)).map(hostName);
    case 'CNAME':
      return (await from.resolveCname(name)).map(hostName);
    case 'PTR':
      // Not `reverse`: that looks into /etc/hosts, and others do not see what stands there.
      return (await from.resolvePtr(reverseZoneName(name))).map(hostName);
    case 'TLSA': {
      const records = await from.resolveTlsa(name);
      return records.map(({ certUsage, selector, match, data }) =>
        [certUsage, selector, match, Buffer.from(data).toString('hex')].join(' '),
      );
    }
    case 'SOA': {
      const { nsname, serial } = await from.resolveSoa(name);
      return [`${hostName(nsname)} ${serial}`];
    }
  }
}

/** RFC 1035 section 3.5, RFC 3596 section 2.5. */
function reverseZoneName(address: string): string {
  const turned = backwards(address) ?? address;
  return `${turned}.${address.includes(':') ? 'ip6' : 'in-addr'}.arpa`;
}

/** Null MX is `.` in a zone and empty in Node's answer. */
function hostName(name: string): string {
  return name.toLowerCase().replace(/(?<=.)\.$/, '') || '.';
}

function normalise(records: readonly string[]): readonly string[] {
  return records
    .slice(0, MAX_RECORDS)
    .map((record) => record.slice(0, MAX_RECORD_CHARS))
    .sort();
}

const REASONS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no answer in time',
  ECONNREFUSED: 'the name server cannot be reached',
  ESERVFAIL: 'the name server could not find it out (SERVFAIL)',
  EREFUSED: 'the name server refuses the question (REFUSED)',
  EBADRESP: 'the answer is nonsense',
  EBADNAME: 'this is no name',
  EFORMERR: 'the name server does not understand the question',
  ENOTIMP: 'the name server cannot do this',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reasonOf(code: string): string {
  return REASONS[code] ?? `the question failed (${code})`;
}
