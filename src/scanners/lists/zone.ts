/**
 * One DNS list of names (RFC 5782), asked with care: a list that is away, refuses us, or says yes to
 * everything lists nothing, and is left alone for a while.
 */
import type { BoundedCache } from './bounded-cache.ts';
import { randomBytes } from 'node:crypto';
import { createBreaker, type Pass } from '../breaker.ts';
import type { ScannerListener } from '../listener.ts';
import type { HostNames } from './host-names.ts';
import { questionsOf } from './host-names.ts';
import type { ListResolver, Resolved } from './resolver.ts';
import { createNetworks, readAnswer, type ZoneVerdict } from './zone-answer.ts';

export interface ZoneOptions {
  /** Such as `dbl.example.net`. */
  readonly zone: string;
  /** Networks of answers that are listings. */
  readonly answers: readonly string[];
  /** Whether hosts that are IPv4 addresses are asked for too. */
  readonly withAddresses: boolean;
}

export interface ZoneRoom {
  readonly resolver: ListResolver;
  /** Shared by all zones; whether a name is listed. */
  readonly cache: BoundedCache<boolean>;
  readonly negativeTtlMs: number;
  readonly retryAfterMs: number;
  readonly listener: ScannerListener;
  readonly now: () => number;
}

export interface Zone {
  readonly name: string;
  /** Whether the host is listed; `undefined`: never asked, for there was too much to ask. Never rejects. */
  isListed(names: HostNames): Promise<boolean | undefined>;
  /** Whether it can be told without a question. */
  knows(names: HostNames): boolean;
}

/** What refuses us now will hardly change within a minute. */
export const REFUSED_PAUSE_MS = 600_000;
/** A listing is kept at least and at most for this long, whatever its TTL. */
const MIN_TTL_MS = 60_000;
const MAX_TTL_MS = 86_400_000;
/** How long the proof that a list does not say yes to everything holds: of many listings at once. */
const PROOF_TTL_MS = 10_000;
/** RFC 5782 section 5: a list of names has no entry for this one. */
const NEVER_LISTED = 'invalid';

/** What a list said of one name, and how long that may be remembered. */
interface Word {
  readonly said: 'listed' | 'not-listed' | 'unknown' | 'unasked' | 'lists-everything';
  readonly ttlMs: number;
}

const UNKNOWN: Word = { said: 'unknown', ttlMs: 0 };
const UNASKED: Word = { said: 'unasked', ttlMs: 0 };

type Ask = (question: string) => Promise<Word>;

/** Asks a zone unless it is left alone, and judges from the answer how the zone is. */
function createAsk({ zone, answers }: ZoneOptions, room: ZoneRoom): Ask {
  const { resolver, listener, now, retryAfterMs, negativeTtlMs } = room;
  const label = `list ${zone}`;
  const counted = createNetworks(answers);
  const notListed: Word = { said: 'not-listed', ttlMs: negativeTtlMs };
  const breaker = createBreaker({
    retryAfterMs,
    now,
    onAway: (error) => listener.scannerFailed(label, error),
    onWorks: () => listener.scannerWorks(label),
  });

  function judge(question: string, resolved: Resolved, pass: Pass): Word {
    if (resolved.kind === 'unasked') {
      pass.withdrawn();
      return UNASKED;
    }
    if (resolved.kind === 'failed') {
      pass.failed(resolved.error, 'maybe');
      return UNKNOWN;
    }
    const verdict: ZoneVerdict =
      resolved.kind === 'none' ? { kind: 'not-listed' } : readAnswer(resolved.addresses, counted);
    if (verdict.kind === 'refused') return giveUp(pass, verdict.why);
    // All hosts that are asked for have a dot.
    if (verdict.kind === 'listed' && !question.includes('.')) {
      giveUp(pass, `it lists everything, even ${question}.${zone}. Remove or mend it`);
      return { said: 'lists-everything', ttlMs: 0 };
    }
    pass.succeeded();
    if (resolved.kind === 'none' || verdict.kind === 'not-listed') return notListed;
    return { said: 'listed', ttlMs: resolved.ttlMs };
  }

  return async (question) => {
    const pass = breaker.admit();
    if (pass === undefined) return UNKNOWN;
    return judge(question, await resolver.resolve(`${question}.${zone}`), pass);
  };
}

function giveUp(pass: Pass, why: string): Word {
  pass.failed(new Error(`${why}.`), 'now', REFUSED_PAUSE_MS);
  return UNKNOWN;
}

export function createZone(options: ZoneOptions, room: ZoneRoom): Zone {
  const { zone, withAddresses } = options;
  const { cache, listener, now } = room;
  const ask = createAsk(options, room);
  /** Rises when the list was found to list everything: what it said before is not believed any more. */
  let era = 0;
  let proof: { readonly isGood: Promise<boolean>; readonly atMs: number } | undefined;
  const keyOf = (question: string): string => `${question} ${zone} ${era}`;

  async function prove(): Promise<boolean> {
    // A resolver may remember what the list said of the first before it went bad, never of the second.
    const names = [NEVER_LISTED, `${NEVER_LISTED}-${randomBytes(6).toString('hex')}`];
    const words = await Promise.all(names.map(ask));
    const isGood = words.every(({ said }) => said === 'not-listed');
    if (!isGood) proof = undefined;
    if (words.some(({ said }) => said === 'lists-everything')) era += 1;
    return isGood;
  }

  /** Whether a listing may be believed: the list is tested now, or was a moment ago. */
  function isSelective(): Promise<boolean> {
    if (proof === undefined || now() - proof.atMs >= PROOF_TTL_MS) {
      proof = { isGood: prove(), atMs: now() };
    }
    return proof.isGood;
  }

  async function isNameListed(question: string): Promise<boolean | undefined> {
    const known = cache.get(keyOf(question));
    if (known !== undefined) return known;
    const { said, ttlMs } = await ask(question);
    if (said === 'unasked') return undefined;
    const isBelieved = said === 'not-listed' || (said === 'listed' && (await isSelective()));
    const outcome = isBelieved ? said : 'unknown';
    listener.listAsked(zone, outcome);
    if (outcome === 'unknown') return false;
    const isListed = outcome === 'listed';
    cache.set(keyOf(question), isListed, Math.min(Math.max(ttlMs, MIN_TTL_MS), MAX_TTL_MS));
    return isListed;
  }

  return {
    name: zone,
    async isListed(names) {
      const questions = questionsOf(names, withAddresses);
      const answers = await Promise.all(questions.map(isNameListed));
      if (answers.includes(true)) return true;
      return answers.includes(undefined) ? undefined : false;
    },
    knows: (names) =>
      questionsOf(names, withAddresses).every((one) => cache.get(keyOf(one)) !== undefined),
  };
}
