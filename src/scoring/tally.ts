/**
 * Counts while the verdicts go by. Leak: recipients of attack submissions whose verdict was `pass`,
 * from the takeover until the first `hold`, `reject` or lock on that identity; a deferred recipient
 * is not leaked, and counted apart. In a replay nothing is enforced: the verdict itself counts.
 */
import type { VerdictKind } from '../core/verdict.ts';
import type { Climb, Decision } from './outcome.ts';
import type { Takeover, Truth } from './truth.ts';

export const DAY_MS = 86_400_000;
/** One false hold that goes on counts once in this time. */
const EPISODE_MS = DAY_MS;
/** The consequences of a takeover are no false alarms for a while after it. */
const AFTERMATH_MS = 3 * DAY_MS;
/** Delays remembered for their median. */
const MAX_DELAYS = 1_000_000;

/** What one takeover cost. */
export interface Case {
  readonly takeover: Takeover;
  leaked: number;
  leakedMessages: number;
  /** Recipients that were only asked to wait before the first action: not leaked, not yet stopped. */
  deferred: number;
  /** Recipients held or refused, whenever. */
  held: number;
  /** All recipients passed, those after the first action too. */
  passed: number;
  messages: number;
  firstMessageMs: number | undefined;
  /** First hold, reject or lock on an identity that sent or was used in the attack. */
  actedMs: number | undefined;
  lockedMs: number | undefined;
  readonly acted: Set<string>;
}

export interface Standing {
  class: string;
  firstMs: number;
  lastActiveDay: number;
  /** Days with a submission, those of a takeover left out. */
  activeDays: number;
  /** When it was last wronged. */
  heldMs: number;
  lockedMs: number;
}

export interface Counts {
  submissions: number;
  benign: number;
  /** Benign submissions that did not pass at once, wholly or in part. */
  delayed: number;
  /** Of these, owner's mail in and after a takeover. */
  ownersDelayed: number;
  falseHolds: number;
  falseLocks: number;
  refusedLogins: number;
  neverLockLocked: number;
}

export class Tally {
  readonly counts: Counts = {
    submissions: 0,
    benign: 0,
    delayed: 0,
    ownersDelayed: 0,
    falseHolds: 0,
    falseLocks: 0,
    refusedLogins: 0,
    neverLockLocked: 0,
  };
  readonly cases = new Map<Takeover, Case>();
  readonly identities = new Map<string, Standing & { readonly account: string }>();
  readonly delaysSeconds: number[] = [];
  readonly falseHoldsByClass = new Map<string, number>();
  lastMs = 0;
  readonly #truth: Truth;
  readonly #isSubmission: (id: string) => boolean;
  readonly #recipients: ReadonlyMap<string, number>;
  readonly #classes: ReadonlyMap<string, string>;
  readonly #lockedNeverLock = new Set<Takeover>();

  constructor(parts: {
    readonly truth: Truth;
    /** Recipients of attack submissions that the truth does not count. */
    readonly recipients?: ReadonlyMap<string, number>;
    readonly classes?: ReadonlyMap<string, string>;
    /** A verdict line does not say whether a message or a login was judged. */
    readonly isSubmission?: (id: string) => boolean;
  }) {
    this.#truth = parts.truth;
    this.#recipients = parts.recipients ?? new Map();
    this.#classes = parts.classes ?? new Map();
    this.#isSubmission = parts.isSubmission ?? (() => true);
    for (const takeover of [...parts.truth.takeovers.values()].flat()) this.#caseOf(takeover);
  }

  take(line: Decision | Climb): void {
    this.lastMs = Math.max(this.lastMs, line.atMs);
    const takeover = this.#takeoverAt(line);
    if (line.kind === 'rung') {
      if (line.to === 'lock') this.#lock(line, takeover);
      return;
    }
    const message = this.#truth.messages.get(line.for);
    const isSubmission = message !== undefined || this.#isSubmission(line.for);
    this.#seen(line, isSubmission, takeover !== undefined && !takeover.neverLock);
    if (line.rung === 'lock') this.#lock(line, takeover);
    if (message !== undefined)
      this.#attack(line, takeover ?? this.#loose(line, message.attack), message.recipients);
    else if (isSubmission) this.#benign(line, takeover);
    else this.#login(line, takeover);
  }

  #seen(line: Decision, isSubmission: boolean, isTaken: boolean): void {
    const known = this.identities.get(line.identity);
    const standing = known ?? {
      account: line.account,
      class: this.#classes.get(line.account) ?? 'unknown',
      firstMs: line.atMs,
      lastActiveDay: -1,
      activeDays: 0,
      heldMs: -Infinity,
      lockedMs: -Infinity,
    };
    if (known === undefined) this.identities.set(line.identity, standing);
    if (!isSubmission) return;
    this.counts.submissions += 1;
    if (isTaken) return;
    const day = Math.floor(line.atMs / DAY_MS);
    if (day !== standing.lastActiveDay) standing.activeDays += 1;
    standing.lastActiveDay = day;
  }

  #attack(line: Decision, takeover: Takeover, said: number | undefined): void {
    const found = this.#caseOf(takeover);
    found.firstMessageMs ??= line.atMs;
    found.messages += 1;
    const split = recipientsBy(line, said ?? this.#recipients.get(line.for) ?? 1);
    const { pass: passed } = split;
    found.passed += passed;
    found.held += split.hold + split.reject;
    // The message that is held is itself not out.
    if (isAction(line.verdict)) act(found, line);
    if (found.acted.has(line.identity) || found.lockedMs !== undefined) return;
    found.leaked += passed;
    found.deferred += split.defer;
    if (passed > 0) found.leakedMessages += 1;
  }

  #benign(line: Decision, takeover: Takeover | undefined): void {
    this.counts.benign += 1;
    const worst = worstOf(line);
    if (worst === 'pass') return;
    this.counts.delayed += 1;
    if (line.retryAfterSeconds !== undefined && this.delaysSeconds.length < MAX_DELAYS) {
      this.delaysSeconds.push(line.retryAfterSeconds);
    }
    if (takeover !== undefined && !takeover.neverLock) {
      this.counts.ownersDelayed += 1;
      if (isAction(line.verdict)) act(this.#caseOf(takeover), line);
    } else if (isAction(worst)) this.#falseHold(line);
  }

  #login(line: Decision, takeover: Takeover | undefined): void {
    if (!isAction(line.verdict)) return;
    if (takeover !== undefined && !takeover.neverLock) act(this.#caseOf(takeover), line);
    else this.counts.refusedLogins += 1;
  }

  #falseHold(line: Decision): void {
    const standing = this.identities.get(line.identity);
    if (standing === undefined || line.atMs - standing.heldMs < EPISODE_MS) return;
    standing.heldMs = line.atMs;
    this.counts.falseHolds += 1;
    const { class: of } = standing;
    this.falseHoldsByClass.set(of, (this.falseHoldsByClass.get(of) ?? 0) + 1);
  }

  #lock(line: Decision | Climb, takeover: Takeover | undefined): void {
    if (takeover !== undefined && !takeover.neverLock) {
      const found = this.#caseOf(takeover);
      found.lockedMs ??= line.atMs;
      act(found, line);
      return;
    }
    if (takeover !== undefined && !this.#lockedNeverLock.has(takeover)) {
      this.#lockedNeverLock.add(takeover);
      this.counts.neverLockLocked += 1;
    }
    const standing = this.identities.get(line.identity);
    if (standing === undefined) return;
    const isNew = line.atMs - standing.lockedMs >= EPISODE_MS;
    // A lock lasts: it is one as long as it is seen at least once a day.
    standing.lockedMs = line.atMs;
    if (isNew) this.counts.falseLocks += 1;
  }

  #takeoverAt({ account, atMs }: Decision | Climb): Takeover | undefined {
    const list = this.#truth.takeovers.get(account);
    return list?.findLast(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs + AFTERMATH_MS);
  }

  /** Attack mail of an account whose takeover the truth does not date: it begins here. */
  #loose(line: Decision, attack: string): Takeover {
    for (const { takeover } of this.cases.values()) {
      if (takeover.account === line.account && takeover.attack === attack) return takeover;
    }
    return { account: line.account, attack, fromMs: line.atMs, toMs: Infinity, neverLock: false };
  }

  #caseOf(takeover: Takeover): Case {
    const known = this.cases.get(takeover);
    if (known !== undefined) return known;
    const made: Case = {
      takeover,
      leaked: 0,
      leakedMessages: 0,
      deferred: 0,
      held: 0,
      passed: 0,
      messages: 0,
      firstMessageMs: undefined,
      actedMs: undefined,
      lockedMs: undefined,
      acted: new Set(),
    };
    this.cases.set(takeover, made);
    return made;
  }
}

function act(found: Case, { identity, atMs }: Decision | Climb): void {
  found.acted.add(identity);
  found.actedMs ??= atMs;
}

function isAction(verdict: VerdictKind): boolean {
  return verdict === 'hold' || verdict === 'reject';
}

/** Recipients by verdict. Of those not named, the message's own verdict holds. */
function recipientsBy(line: Decision, recipients: number): Record<VerdictKind, number> {
  const split = { pass: 0, defer: 0, hold: 0, reject: 0 };
  const named = Object.values(line.perRecipient);
  for (const verdict of named) split[verdict] += 1;
  split[line.verdict] += Math.max(0, recipients - named.length);
  return split;
}

const ORDER: readonly VerdictKind[] = ['pass', 'defer', 'hold', 'reject'];

function worstOf(line: Decision): VerdictKind {
  const worst = Math.max(
    ORDER.indexOf(line.verdict),
    ...Object.values(line.perRecipient).map((verdict) => ORDER.indexOf(verdict)),
  );
  return ORDER[worst] ?? 'pass';
}
