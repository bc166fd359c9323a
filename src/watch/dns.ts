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
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** What the server said in place of an answer; absent where it said nothing that is one. */
      readonly refusal?: 'REFUSED' | 'SERVFAIL' | 'NOTIMP' | 'FORMERR';
    };

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
/** A datagram may be lost: each question is asked twice within the time-out, of the next server where there is one. */
const TRIES = 2;

/** Aliases of aliases that are followed, as resolvers do. */
const MAX_ALIASES = 8;

const NONSENSE = 'EBADRESP';
/** Said of a server, not of the question: another may answer. */
const AWAY: ReadonlySet<string> = new Set(['ETIMEOUT', 'ECONNREFUSED']);
const NO_NAME = 'ENOTFOUND';
const NO_DATA = 'ENODATA';
const IN_A_CIRCLE = 'its aliases go in a circle';

/** Servers that are asked in turn, one resolver each: every question that leaves is one that we count. */
interface Servers {
  readonly each: readonly Resolver[];
  /** Which one answered last. */
  at: number;
}

export function createDns(
  options: DnsOptions,
  pace: Pace = createPace(options.queriesPerSecond),
): Dns {
  const sender = createSender(options, pace);
  const resolvers = serversAt(options, options.servers);
  const remembered = new Map<string, Promise<DnsAnswer>>();
  const authorities = new Map<string, Servers>();

  function once(key: string, ask: () => Promise<DnsAnswer>): Promise<DnsAnswer> {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const answer = ask();
    remembered.set(key, answer);
    return answer;
  }

  /** One for all questions to a server: to set one up costs more than to ask. */
  function authority(server: string): Servers {
    const known = authorities.get(server);
    if (known !== undefined) return known;
    if (authorities.size >= MAX_AUTHORITIES) authorities.clear();
    const address = isIP(server) === 6 ? `[${server}]` : server;
    const made = serversAt(options, [`${address}:${options.authorityPort}`]);
    authorities.set(server, made);
    return made;
  }

  /** An alias in a circle looks as if nothing were there, so the aliases are looked at before that is said. */
  async function askBehind(name: string, type: RecordType): Promise<DnsAnswer> {
    let at = type === 'PTR' ? reverseZoneName(name) : name.toLowerCase();
    const seen = new Set([at]);
    let answer = await sender.send(resolvers, name, type);
    while (type !== 'CNAME' && answer.kind === 'none' && answer.isNameThere === true) {
      const alias = await dns.ask(at, 'CNAME');
      if (alias.kind !== 'found') return alias;
      at = alias.records[0] ?? '';
      if (seen.has(at) || seen.size > MAX_ALIASES) return { kind: 'failed', why: IN_A_CIRCLE };
      seen.add(at);
      answer = await sender.send(resolvers, at, type);
    }
    return answer.kind === 'none' ? { kind: 'none' } : answer;
  }

  const dns: Dns = {
    ask: (name, type) => once(`${name.toLowerCase()} ${type}`, () => askBehind(name, type)),
    // An alias is an answer of its own where its end is another's.
    askAt: (server, name, type) =>
      once(`${server} ${name.toLowerCase()} ${type}`, async () => {
        const answer = await sender.send(authority(server), name, type);
        return answer.kind === 'none' ? { kind: 'none' } : answer;
      }),
    get asked() {
      return sender.asked;
    },
  };
  return dns;
}

interface Sender {
  send(servers: Servers, name: string, type: RecordType): Promise<Sent>;
  readonly asked: number;
}

function createSender(options: DnsOptions, pace: Pace): Sender {
  let asked = 0;

  /** c-ares asks once: what is asked again is counted and waits for its turn, as all questions do. */
  async function askTwice(servers: Servers, name: string, type: RecordType) {
    let own: Resolver | undefined;
    for (let tried = 1; ; tried += 1) {
      const { at } = servers;
      const resolver = own ?? servers.each[at];
      if (resolver === undefined) throw new Error('no name server');
      try {
        await pace.turn();
        asked += 1;
        return await query(resolver, name, type);
      } catch (error) {
        const code = codeOf(error);
        if (tried === TRIES || (code !== NONSENSE && !AWAY.has(code))) throw error;
        // One answer of nonsense ends all questions on its socket: each is asked again on one of its own.
        if (code === NONSENSE) own = newResolver(options, resolver.getServers());
        else if (servers.at === at) servers.at = (at + 1) % servers.each.length;
      }
    }
  }

  return {
    async send(servers, name, type) {
      try {
        const records = normalise(await askTwice(servers, name, type));
        // Of some types c-ares gives an empty answer where it gives ENODATA of others.
        return records.length === 0
          ? { kind: 'none', isNameThere: true }
          : { kind: 'found', records };
      } catch (error) {
        const code = codeOf(error);
        if (code === NO_DATA) return { kind: 'none', isNameThere: true };
        if (code === NO_NAME) return { kind: 'none' };
        const refusal = REFUSALS[code];
        return { kind: 'failed', why: reasonOf(code), ...(refusal !== undefined && { refusal }) };
      }
    },
    get asked() {
      return asked;
    },
  };
}

type Sent = Exclude<DnsAnswer, { kind: 'none' }> | { kind: 'none'; isNameThere?: boolean };

function serversAt(options: DnsOptions, servers: readonly string[]): Servers {
  const all = servers.length > 0 ? servers : new Resolver().getServers();
  return { each: all.map((server) => newResolver(options, [server])), at: 0 };
}

function newResolver({ timeoutMs }: DnsOptions, servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / TRIES), tries: 1 });
  resolver.setServers(servers);
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
      return (await from.resolvePtr(isIP(name) > 0 ? reverseZoneName(name) : name)).map(hostName);
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

const REFUSALS: Readonly<Record<string, 'REFUSED' | 'SERVFAIL' | 'NOTIMP' | 'FORMERR'>> = {
  EREFUSED: 'REFUSED',
  ESERVFAIL: 'SERVFAIL',
  ENOTIMP: 'NOTIMP',
  EFORMERR: 'FORMERR',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reasonOf(code: string): string {
  return REASONS[code] ?? `the question failed (${code})`;
}
