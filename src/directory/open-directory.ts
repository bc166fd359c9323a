/**
 * The directory as the gate sees it: an engine with a memory in front. An answer that is known is
 * given at once; an engine that is away, slow or lying costs at most one time-out and never an
 * answer that was known.
 */
import type { AccountFacts } from '../core/account.ts';
import { defaultAccountFacts } from '../core/account.ts';
import type { Maybe } from '../core/maybe.ts';
import { MAX_LOGIN_LENGTH } from './account-record.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Answer } from './asking.ts';
import { createAsker } from './asking.ts';
import type { CoarseClock } from './coarse-clock.ts';
import { startCoarseClock } from './coarse-clock.ts';
import type { Directory, DirectoryEngine } from './contract.ts';
import type { EngineOptions } from './engines.ts';
import { SELF_REPORTING, openEngine } from './engines.ts';
import { closestNames } from './closest-names.ts';
import { NO_DOMAINS, createOwnDomains } from './own-domains.ts';

export interface DirectoryOptions {
  /** Absent: everybody gets the defaults. */
  readonly engine?: EngineOptions;
  /** Domains of the configuration, lower case. */
  readonly domains: readonly string[];
  /** Longest wait for an answer. */
  readonly timeoutMs: number;
  readonly cache: {
    readonly entries: number;
    readonly ttlMs: number;
    readonly negativeTtlMs: number;
    /** How long an engine that fails, or an account it fails at, is left alone. */
    readonly retryAfterMs: number;
  };
}

/** Part of `Telemetry`. */
export interface DirectoryListener {
  directoryFailed(engine: string, error: unknown): void;
  directoryWorks(engine: string): void;
}

export interface OpenDirectory extends Directory {
  /** Takes over the domains of a reloaded configuration. */
  useDomains(domains: readonly string[]): void;
  /** Accounts remembered and questions under way. */
  stats(): { readonly entries: number; readonly asking: number };
}

/** @param clock Milliseconds that never go backwards; a clock of its own unless given. */
export async function openDirectory(
  options: DirectoryOptions,
  listener: DirectoryListener,
  clock?: () => number,
): Promise<OpenDirectory> {
  if (options.engine === undefined) return withoutEngine(options);
  const own = clock === undefined ? startCoarseClock() : { now: clock, close: () => undefined };
  const { kind } = options.engine;
  const health = createHealth(listener, kind);
  // The engine may say that it changed only after it is open.
  let changed: () => void = () => undefined;
  const engine = await openEngine(options.engine, { ...health, changed: () => changed() });
  const lookups = SELF_REPORTING.has(kind) ? SILENT : health;
  const directory = withEngine(options, engine, { health: lookups, clock: own });
  changed = directory.forget;
  return directory;
}

function withoutEngine(options: DirectoryOptions): OpenDirectory {
  const own = createOwnDomains(options.domains, () => NO_DOMAINS);
  return {
    find: defaultAccountFacts,
    isOwnDomain: own.has,
    useDomains: own.configure,
    stats: () => ({ entries: 0, asking: 0 }),
    close: () => Promise.resolve(),
  };
}

interface Health {
  readonly failed: (error: unknown) => void;
  readonly works: () => void;
}

const SILENT: Health = { failed: () => undefined, works: () => undefined };

function createHealth(listener: DirectoryListener, engine: string): Health {
  let isWell: boolean | undefined;
  return {
    failed(error) {
      isWell = false;
      listener.directoryFailed(engine, error);
    },
    works() {
      if (isWell !== true) listener.directoryWorks(engine);
      isWell = true;
    },
  };
}

interface Surroundings {
  readonly health: Health;
  readonly clock: CoarseClock;
}

function withEngine(
  options: DirectoryOptions,
  engine: DirectoryEngine,
  { health, clock }: Surroundings,
): OpenDirectory & { readonly forget: () => void } {
  const { now } = clock;
  const { ttlMs, negativeTtlMs, retryAfterMs } = options.cache;
  const cache = new AnswerCache(options.cache.entries);
  const own = createOwnDomains(options.domains, () => engine.domains());

  function answered(login: string, answer: Answer): void {
    const at = now();
    if (answer.kind === 'known') {
      own.learn(answer.facts);
      const freshUntil = at + ttlMs;
      cache.set(login, { facts: answer.facts, freshUntil, usableUntil: freshUntil + ttlMs });
      return;
    }
    const isFailed = answer.kind === 'failed';
    const old = isFailed ? cache.find(login)?.facts : undefined;
    const freshUntil = at + (isFailed ? retryAfterMs : negativeTtlMs);
    const facts = old ?? defaultAccountFacts(login);
    cache.set(login, { facts, freshUntil, usableUntil: freshUntil });
  }

  const asker = createAsker({
    engine,
    timeoutMs: options.timeoutMs,
    retryAfterMs,
    now,
    works: health.works,
    failed: health.failed,
    answered,
  });

  function findSlowly(login: string): Maybe<AccountFacts> {
    const key = login.toLowerCase();
    const known = cache.find(key);
    const at = now();
    if (known !== undefined && at < known.freshUntil) return known.facts;
    const question = isAskable(key) ? asker.ask(key) : undefined;
    if (question === undefined) return known?.facts ?? defaultAccountFacts(login);
    if (known !== undefined && at < known.usableUntil) return known.facts;
    return question.then((answer) => {
      if (answer.kind === 'known') return answer.facts;
      const holds = answer.kind === 'failed' ? known?.facts : undefined;
      return holds ?? defaultAccountFacts(login);
    });
  }

  return {
    find(login) {
      const known = cache.find(login);
      return known !== undefined && now() < known.freshUntil ? known.facts : findSlowly(login);
    },
    isOwnDomain: own.has,
    missing: (login) => missing(engine, login, options.timeoutMs),
    groups: () => engine.groups?.(),
    useDomains: own.configure,
    forget: () => {
      cache.clear();
      own.forget();
      asker.reset();
    },
    stats: () => ({ entries: cache.size, asking: asker.asking }),
    async close() {
      await asker.close();
      await engine.close();
      clock.close();
    },
  };
}

async function missing(
  engine: DirectoryEngine,
  login: string,
  timeoutMs: number,
): Promise<readonly string[] | undefined> {
  if (!isAskable(login)) return undefined;
  const isKnown = await engine.lookup(login, AbortSignal.timeout(timeoutMs)).then(
    (facts) => facts !== undefined,
    () => undefined,
  );
  return isKnown === false ? closestNames(login, engine.names?.() ?? []) : undefined;
}

/** Whether a login may be handed to a program or service at all. */
function isAskable(login: string): boolean {
  const isText = login !== '' && login.length <= MAX_LOGIN_LENGTH && login.isWellFormed();
  return isText && !/\p{Cc}/u.test(login);
}
