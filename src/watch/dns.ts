/**
 * Questions to DNS for the checks: so many a second, each name and type once a run, and every answer
 * bounded. A server that lies, hangs or loops costs one time-out and gives `failed`, never a finding.
 */
import { randomInt } from 'node:crypto';
import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import { backwards } from './backwards.ts';
import { MAX_ALIASES, MAX_UDP_BYTES } from './dns-bounds.ts';
import { nameServerAt, overTcp, overUdp, ExchangeError, type NameServer } from './dns-exchange.ts';
import type { Question, RecordType, Said } from './dns-message.ts';
import { createPace, type Pace } from './pace.ts';

export type { RecordType } from './dns-message.ts';

export type DnsAnswer =
  /** Texts in a normal form, sorted: `10 mx1.example.org`, lower case but for TXT. */
  | { readonly kind: 'found'; readonly records: readonly string[] }
  | { readonly kind: 'none' }
  /** Nobody knows: time-out, SERVFAIL, refusal, nonsense. */
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** What the server said in place of an answer; absent where it said nothing that is one. */
      readonly refusal?: Refusal;
    };

type Refusal = 'REFUSED' | 'SERVFAIL' | 'NOTIMP' | 'FORMERR';

export interface Dns {
  ask(name: string, type: RecordType): Promise<DnsAnswer>;
  /** Asks one name server itself, at an address. */
  askAt(server: string, name: string, type: RecordType): Promise<DnsAnswer>;
  /** Packets that were sent. */
  readonly asked: number;
}

export interface DnsOptions {
  readonly servers: readonly string[];
  readonly timeoutMs: number;
  readonly queriesPerSecond: number;
  readonly authorityPort: number;
}

/** Characters of one record; a DKIM key has 800. */
export const MAX_RECORD_CHARS = 4_096;
const MAX_REMEMBERED = 200_000;
/** Questions under way at once, at most two sockets each. */
const MAX_OPEN = 256;
/**
 * A datagram may be lost: after this part of the time-out a question is asked again, of the next server where
 * there is one. The first is heard until the time is over.
 */
const AGAIN_AFTER = 0.5;

const IN_A_CIRCLE = 'its aliases go in a circle';
const NO_SERVER = 'no name server is set';

/** Servers that are asked in turn. */
interface Servers {
  readonly each: readonly NameServer[];
  /** Which one answered last. */
  at: number;
}

export function createDns(
  options: DnsOptions,
  pace: Pace = createPace(options.queriesPerSecond),
): Dns {
  const sender = createSender(options, pace);
  const texts = options.servers.length > 0 ? options.servers : new Resolver().getServers();
  const resolvers: Servers = { each: texts.map(nameServerAt), at: 0 };
  const remembered = new Map<string, Promise<DnsAnswer>>();

  function once(key: string, ask: () => Promise<DnsAnswer>): Promise<DnsAnswer> {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const answer = ask();
    remembered.set(key, answer);
    return answer;
  }

  /** Where an answer ends at an alias, its end is asked for: not every resolver does. */
  async function askBehind(name: string, type: RecordType): Promise<DnsAnswer> {
    const seen = new Set<string>();
    for (let at = name.toLowerCase(); ;) {
      if (seen.has(at) || seen.size > MAX_ALIASES) return { kind: 'failed', why: IN_A_CIRCLE };
      seen.add(at);
      const said = await sender.send(resolvers, at, type);
      if (said.kind !== 'none' || said.alias === undefined) return said;
      at = said.alias;
    }
  }

  return {
    ask: (name, type) =>
      once(`${name.toLowerCase()} ${type}`, () => askBehind(dnsName(name), type)),
    // An alias is an answer of its own where its end is another's.
    askAt: (server, name, type) =>
      once(`${server} ${name.toLowerCase()} ${type}`, async () => {
        const authority = { address: server, port: options.authorityPort };
        const said = await sender.send({ each: [authority], at: 0 }, dnsName(name), type);
        return said.kind === 'none' ? { kind: 'none' } : said;
      }),
    get asked() {
      return sender.asked;
    },
  };
}

type Sent = Exclude<DnsAnswer, { kind: 'none' }> | Extract<Said, { kind: 'none' }>;

interface Sender {
  send(servers: Servers, name: string, type: RecordType): Promise<Sent>;
  readonly asked: number;
}

/** One of two tries of a question. */
interface Try {
  /** Waits that it has left. */
  leftMs: number;
  /** The other has the answer. */
  readonly signal: AbortSignal;
  /** Told of each packet. */
  readonly hasLeft: () => void;
}

function createSender(options: DnsOptions, pace: Pace): Sender {
  let asked = 0;
  const doors = createDoors(MAX_OPEN);

  /** Every packet waits for its turn, also one that repeats another, and only then the clock runs. */
  async function exchange(
    over: typeof overUdp,
    server: NameServer,
    question: Omit<Question, 'id'> & { readonly withEdns: boolean },
    own: Try,
  ): Promise<Said> {
    const asking = { name: question.name, type: question.type, id: randomInt(0x1_0000) };
    // With its library only when something is asked: a start has half a second.
    const { encodeQuestion, readAnswer } = await import('./dns-message.ts');
    const packet = encodeQuestion(asking, question.withEdns);
    if (packet === undefined) throw new ExchangeError('EBADNAME');
    await pace.turn();
    if (own.signal.aborted) throw new ExchangeError('ETIMEOUT');
    asked += 1;
    own.hasLeft();
    const start = performance.now();
    try {
      return await over({
        server,
        packet,
        waitMs: own.leftMs,
        signal: own.signal,
        read: (bytes) => fitting(readAnswer(bytes, asking), bytes.length, over),
      });
    } finally {
      own.leftMs -= performance.now() - start;
    }
  }

  async function askOne(
    server: NameServer,
    question: { readonly name: string; readonly type: RecordType },
    own: Try,
  ): Promise<Said> {
    let asking = { ...question, withEdns: true };
    let said = await exchange(overUdp, server, asking, own);
    // RFC 6891 section 7: a server of before 1999 says so.
    if (said.kind === 'refused' && (said.code === 'FORMERR' || said.code === 'NOTIMP')) {
      asking = { ...question, withEdns: false };
      said = await exchange(overUdp, server, asking, own);
    }
    if (said.kind === 'truncated') said = await exchange(overTcp, server, asking, own);
    return said;
  }

  return {
    async send(servers, name, type) {
      await doors.enter();
      try {
        const ask: AskOne = (server, own) =>
          askOne(server, { name, type }, own).catch(whyNot).then(sentOf);
        return await askTwice(ask, servers, options.timeoutMs);
      } finally {
        doors.leave();
      }
    },
    get asked() {
      return asked;
    },
  };
}

type AskOne = (server: NameServer, own: Try) => Promise<Sent>;

async function askTwice(askOne: AskOne, servers: Servers, timeoutMs: number): Promise<Sent> {
  const ending = new AbortController();
  const { signal } = ending;
  const late = Promise.withResolvers<undefined>();
  let timer: NodeJS.Timeout | undefined;
  const hasLeft = (): void => {
    timer ??= setTimeout(() => late.resolve(undefined), timeoutMs * AGAIN_AFTER);
  };
  const ask = (own: Try): Promise<Sent> => {
    const server = servers.each[servers.at];
    if (server === undefined) return Promise.resolve({ kind: 'failed', why: NO_SERVER });
    return askOne(server, own);
  };
  const { at } = servers;
  try {
    const own: Try = { leftMs: timeoutMs, signal, hasLeft };
    const first = ask(own);
    const sent = await Promise.race([first, late.promise]);
    if (sent !== undefined && (isLast(sent, servers) || own.leftMs <= 0)) return sent;
    if (servers.at === at) servers.at = (at + 1) % servers.each.length;
    // Until an exchange is over, what it has waited is not taken off.
    const leftMs = sent === undefined ? timeoutMs * (1 - AGAIN_AFTER) : own.leftMs;
    return await firstAnswer(first, ask({ leftMs, signal, hasLeft: () => undefined }));
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
}

/** What a server says of the question, only another one may know better. */
function isLast(sent: Sent, { each }: Servers): boolean {
  return (
    sent.kind !== 'failed' || each.length === 0 || (sent.refusal !== undefined && each.length === 1)
  );
}

/** Where both fail, what the second says, unless only the first says anything. */
async function firstAnswer(first: Promise<Sent>, second: Promise<Sent>): Promise<Sent> {
  const sooner = await Promise.race([first, second]);
  if (sooner.kind !== 'failed') return sooner;
  const [one, two] = await Promise.all([first, second]);
  if (one.kind !== 'failed') return one;
  return two.kind === 'failed' && two.refusal === undefined && one.refusal !== undefined
    ? one
    : two;
}

function fitting(said: Said | undefined, bytes: number, over: typeof overUdp): Said | undefined {
  if (over === overTcp) return said?.kind === 'truncated' ? { kind: 'nonsense' } : said;
  // Longer than was offered: TCP has room for it.
  return said !== undefined && bytes > MAX_UDP_BYTES ? { kind: 'truncated' } : said;
}

/** @param said Or the code of why nothing was said. */
function sentOf(said: Said | string): Sent {
  if (typeof said === 'string') return { kind: 'failed', why: reasonOf(said) };
  switch (said.kind) {
    case 'found':
      return { kind: 'found', records: normalise(said.records) };
    case 'none':
      return said;
    case 'circle':
      return { kind: 'failed', why: IN_A_CIRCLE };
    case 'refused': {
      const refusal = REFUSALS.find((code) => code === said.code);
      const why = reasonOf(said.code);
      return { kind: 'failed', why, ...(refusal !== undefined && { refusal }) };
    }
    default:
      return { kind: 'failed', why: reasonOf('EBADRESP') };
  }
}

interface Doors {
  enter(): Promise<void>;
  leave(): void;
}

function createDoors(count: number): Doors {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return {
    async enter() {
      if (inside < count) {
        inside += 1;
        return;
      }
      const turn = Promise.withResolvers<undefined>();
      waiting.push(() => turn.resolve(undefined));
      await turn.promise;
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) inside -= 1;
      else next();
    },
  };
}

/** Not by the system: that looks into /etc/hosts, and others do not see what stands there. */
function dnsName(name: string): string {
  return isIP(name) > 0 ? reverseZoneName(name) : name;
}

/** RFC 1035 section 3.5, RFC 3596 section 2.5. */
function reverseZoneName(address: string): string {
  const turned = backwards(address) ?? address;
  return `${turned}.${address.includes(':') ? 'ip6' : 'in-addr'}.arpa`;
}

function normalise(records: readonly string[]): readonly string[] {
  return records.map((record) => record.slice(0, MAX_RECORD_CHARS)).sort();
}

const REFUSALS: readonly Refusal[] = ['REFUSED', 'SERVFAIL', 'NOTIMP', 'FORMERR'];

const REASONS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no answer in time',
  ECONNREFUSED: 'the name server cannot be reached',
  ECONNRESET: 'the name server ends the connection',
  EBADRESP: 'the answer is nonsense',
  EBADNAME: 'this is no name',
  SERVFAIL: 'the name server could not find it out (SERVFAIL)',
  REFUSED: 'the name server refuses the question (REFUSED)',
  FORMERR: 'the name server does not understand the question',
  NOTIMP: 'the name server cannot do this',
};

function whyNot(error: unknown): string {
  if (error instanceof ExchangeError) return error.code;
  throw error;
}

function reasonOf(code: string): string {
  return REASONS[code] ?? `the question failed (${code})`;
}
