/**
 * Keeps mail from waiting for a service that is away: after failures in a row it is left alone for
 * a while, then asked once, and by all again when it answered.
 */

/** Failures in a row, without an answer between, after which the service is taken to be away. */
export const FAILURES_UNTIL_AWAY = 3;

export interface BreakerOptions {
  /** How long the service is left alone. */
  readonly retryAfterMs: number;
  /** Milliseconds that never go backwards. */
  readonly now: () => number;
  /** Called once when the service is given up, and once when it answers again. */
  readonly onAway: (error: Error) => void;
  readonly onWorks: () => void;
}

/** Leave to ask once. Exactly one of its methods counts, the first. */
export interface Pass {
  succeeded(): void;
  /** `now`: nothing else need be tried; `maybe`: it counts towards the failures in a row. */
  failed(error: Error, isAway: 'now' | 'maybe', pauseMs?: number): void;
  /** The question was given up; it says nothing about the service. */
  withdrawn(): void;
}

export interface Breaker {
  /** `undefined` while the service is left alone. */
  admit(): Pass | undefined;
  readonly isAway: boolean;
}

export function createBreaker(options: BreakerOptions): Breaker {
  const { retryAfterMs, now, onAway, onWorks } = options;
  let failures = 0;
  let awayUntil: number | undefined;
  let trial: Pass | undefined;
  let isKnownToWork = false;
  /** Given up for what it said, not for silence: other answers do not unsay it. */
  let isGivenUpAtOnce = false;

  function works(): void {
    failures = 0;
    isGivenUpAtOnce = false;
    const isNews = awayUntil !== undefined || !isKnownToWork;
    awayUntil = undefined;
    isKnownToWork = true;
    if (isNews) onWorks();
  }

  function fails(error: Error, isAtOnce: boolean, pauseMs: number): void {
    failures += 1;
    if (!isAtOnce && failures < FAILURES_UNTIL_AWAY) return;
    isGivenUpAtOnce ||= isAtOnce;
    const isNews = awayUntil === undefined;
    awayUntil = now() + pauseMs;
    if (isNews) onAway(error);
  }

  function createPass(): Pass {
    let isUsed = false;
    const once = (act: (wasTrial: boolean) => void) => {
      if (isUsed) return;
      isUsed = true;
      const wasTrial = trial === pass;
      if (wasTrial) trial = undefined;
      act(wasTrial);
    };
    const pass: Pass = {
      succeeded: () =>
        once((wasTrial) => {
          // An answer that was under way when the service was given up for what it said.
          if (isGivenUpAtOnce && !wasTrial) return;
          works();
        }),
      failed: (error, isAway, pauseMs = retryAfterMs) =>
        once((wasTrial) => {
          // Questions that were under way when the service was given up do not prolong the pause.
          if (awayUntil !== undefined && !wasTrial) return;
          fails(error, isAway === 'now' || wasTrial, pauseMs);
        }),
      withdrawn: () => once(() => undefined),
    };
    return pass;
  }

  return {
    admit() {
      if (awayUntil === undefined) return createPass();
      if (trial !== undefined || now() < awayUntil) return undefined;
      trial = createPass();
      return trial;
    },
    get isAway() {
      return awayUntil !== undefined && (trial !== undefined || now() < awayUntil);
    },
  };
}
