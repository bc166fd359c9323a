/**
 * Whether a report comes from whom it says (FBK-8): the DKIM signature (RFC 6376) of the domain in its
 * From. No answer of DNS means no proof and is no error. The library is loaded for the first report.
 */
import { Resolver } from 'node:dns/promises';
import { getDomain } from 'tldts';

export interface SignatureCheckOptions {
  /** `192.0.2.53` or `192.0.2.53:5353`; empty: those of the host. */
  readonly dnsServers: readonly string[];
  /** For all questions of one message. */
  readonly timeoutMs: number;
  /** Milliseconds that only rise. */
  readonly now: () => number;
}

export interface SignatureCheck {
  /** The registered domain whose signature holds for From, else `undefined`. Never rejects. */
  signerOf(message: Buffer): Promise<string | undefined>;
}

/** A larger report is not verified: every signature hashes its whole body. */
export const MAX_SIGNED_BYTES = 4 * 1024 * 1024;
export const MAX_SIGNED_HEADER_BYTES = 128 * 1024;
/** Signatures of one message: each is a question to the DNS of a stranger. */
export const MAX_SIGNATURES = 8;
const MAX_QUESTIONS = MAX_SIGNATURES + 2;

/** After so many in a row without an answer nobody is asked for a while. */
const FAILURES_BEFORE_REST = 3;
const REST_MS = 60_000;

export function createSignatureCheck(options: SignatureCheckOptions): SignatureCheck {
  let failures = 0;
  let restsUntilMs = 0;
  const hear = (isAnswered: boolean): void => {
    failures = isAnswered ? 0 : failures + 1;
    if (failures < FAILURES_BEFORE_REST) return;
    failures = 0;
    restsUntilMs = options.now() + REST_MS;
  };
  return {
    signerOf: async (message) => {
      if (!isCheckable(message) || options.now() < restsUntilMs) return undefined;
      try {
        return await verify(message, createQuestions(options, hear));
      } catch {
        return undefined;
      }
    },
  };
}

/** Has signatures, and not more than are worth it. */
function isCheckable(message: Buffer): boolean {
  if (message.length > MAX_SIGNED_BYTES) return false;
  const start = message.subarray(0, MAX_SIGNED_HEADER_BYTES).toString('latin1');
  const end = /\r?\n\r?\n/.exec(start)?.index;
  if (end === undefined) return false;
  const count = start.slice(0, end).match(/^DKIM-Signature[ \t]*:/gim)?.length ?? 0;
  return count > 0 && count <= MAX_SIGNATURES;
}

type Ask = (name: string, type: string) => Promise<string[][]>;

function createQuestions(
  { dnsServers, timeoutMs, now }: SignatureCheckOptions,
  hear: (isAnswered: boolean) => void,
): Ask {
  const endMs = now() + timeoutMs;
  let count = 0;
  return async (name, type) => {
    count += 1;
    const leftMs = endMs - now();
    if (type !== 'TXT' || count > MAX_QUESTIONS || leftMs < 1) throw new Error('It is not asked.');
    const resolver = new Resolver({ timeout: Math.ceil(leftMs / 2), tries: 2 });
    if (dnsServers.length > 0) resolver.setServers(dnsServers);
    const timer = setTimeout(() => resolver.cancel(), leftMs);
    try {
      const records = await resolver.resolveTxt(name);
      hear(true);
      return records;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      hear(code === 'ENOTFOUND' || code === 'ENODATA' || code === 'ENODOMAIN');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

async function verify(message: Buffer, resolver: Ask): Promise<string | undefined> {
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  const { headerFrom, fromFields, results } = await dkimVerify(message, {
    resolver,
    strict: true,
    minBitLength: 1024,
  });
  // With two authors nobody knows which one was meant.
  const [from] = headerFrom;
  if (fromFields !== 1 || headerFrom.length !== 1 || from === undefined) return undefined;
  const author = registered(from.slice(from.lastIndexOf('@') + 1));
  if (author === undefined) return undefined;
  const isProof = results.some(
    ({ status, signingDomain, canonBodyLengthLimited }) =>
      status.result === 'pass' &&
      // RFC 6376 section 8.2: with l= anybody can add a body of his own.
      canonBodyLengthLimited !== true &&
      registered(signingDomain ?? '') === author,
  );
  return isProof ? author : undefined;
}

/** The domain that somebody registered; a name without one stands for itself. */
function registered(domain: string): string | undefined {
  const lower = domain.toLowerCase();
  const found = getDomain(lower, { allowPrivateDomains: true }) ?? lower;
  return found === '' ? undefined : found;
}
