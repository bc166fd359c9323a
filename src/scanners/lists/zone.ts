/**
 * One DNS list of names (RFC 5782), asked with care: a list that is away, refuses us, or says yes to
 * everything lists nothing, and is left alone for a while.
 */
import type { BoundedCache } from './bounded-cache.ts';
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
  /** Whether the host is listed. Never rejects. */
  isListed(names: HostNames): Promise<boolean>;
}

/** What refuses us now will hardly change within a minute. */
export const REFUSED_PAUSE_MS = 600_000;
/** A listing is kept at least and at most for this long, whatever its TTL. */
const MIN_TTL_MS = 60_000;
const MAX_TTL_MS = 86_400_000;
/** How long the proof that a list does not say yes to everything holds. */
const PROOF_TTL_MS = 300_000;
/** RFC 5782 section 5: a list of names has no entry for this one. */
const NEVER_LISTED = 'invalid';

/** What a list said of one name, and how long that may be remembered. */
interface Word {
  readonly said: 'listed' | 'not-listed' | 'unknown';
  readonly ttlMs: number;
}

const UNKNOWN: Word = { said: 'unknown', ttlMs: 0 };

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
    if (resolved.kind === 'unasked') pass.withdrawn();
    if (resolved.kind === 'failed') pass.failed(resolved.error, 'maybe');
    if (resolved.kind === 'unasked' || resolved.kind === 'failed') return UNKNOWN;
    const verdict: ZoneVerdict =
      resolved.kind === 'none' ? { kind: 'not-listed' } : readAnswer(resolved.addresses, counted);
    if (verdict.kind === 'refused') return giveUp(pass, verdict.why);
    if (verdict.kind === 'listed' && question === NEVER_LISTED) {
      return giveUp(pass, `it lists everything, even ${NEVER_LISTED}.${zone}. Remove or mend it`);
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
  const { cache, listener } = room;
  const ask = createAsk(options, room);

  /** Whether a listing may be believed. */
  async function isSelective(): Promise<boolean> {
    const key = `${NEVER_LISTED} ${zone}`;
    if (cache.get(key) === false) return true;
    const { said } = await ask(NEVER_LISTED);
    if (said === 'not-listed') cache.set(key, false, PROOF_TTL_MS);
    return said === 'not-listed';
  }

  async function isNameListed(question: string): Promise<boolean> {
    const key = `${question} ${zone}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const { said, ttlMs } = await ask(question);
    const isBelieved = said !== 'listed' || (await isSelective());
    const outcome = isBelieved ? said : 'unknown';
    listener.listAsked(zone, outcome);
    if (outcome === 'unknown') return false;
    cache.set(key, outcome === 'listed', Math.min(Math.max(ttlMs, MIN_TTL_MS), MAX_TTL_MS));
    return outcome === 'listed';
  }

  return {
    name: zone,
    async isListed(names) {
      const questions = questionsOf(names, withAddresses);
      const answers = await Promise.all(questions.map(isNameListed));
      return answers.includes(true);
    },
  };
}
