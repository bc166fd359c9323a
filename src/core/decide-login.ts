/** Judges one login, or an attempt whose outcome is not known yet. Pure. */
import { baseVerdict, intentsOf, reasonsOf, rungOf, rungReason, verdictOf } from './decide.ts';
import { inForce, isMixed } from './in-force.ts';
import type { Intent } from './intent.ts';
import { stepLadder, type LadderState } from './ladder.ts';
import { isNewPassword } from './rules/account-locked.ts';
import type { Finding, LoginSubject } from './rules/finding.ts';
import { ATTEMPT_RULES, LOGIN_RULES, type LoginLook } from './rules/registry.ts';
import { isRenewedAtHome } from './rules/renewed-password.ts';
import { alertOfShutOut, shutOutOf, type ShutOut } from './rules/shut-out.ts';
import type { Rung, RungChange, Verdict } from './verdict.ts';

export interface LoginDecision {
  readonly verdict: Verdict;
  readonly rungChange: RungChange | undefined;
  readonly intents: readonly Intent[];
  readonly accountLadder: LadderState;
  /** What the login teaches: `undefined` for an attempt and for what we refused ourselves. */
  readonly outcome: 'ok' | 'wrong-password' | undefined;
  /** ACC-6: until when the source is shut out from now on. */
  readonly shutOut: ShutOut;
  /** The owner has a new password, and what was held against the old one ends. */
  readonly isRenewed: boolean;
}

const SUCCESS_RULES: readonly LoginLook[] = [...ATTEMPT_RULES, ...LOGIN_RULES];

export function decideLogin(subject: LoginSubject): LoginDecision {
  const outcome = outcomeOf(subject);
  // A changed password ends what was: the owner is not judged by where the thief has been.
  const isChanged = outcome === 'ok' && isNewPassword(subject);
  const looks = outcome === 'ok' && !isChanged ? SUCCESS_RULES : ATTEMPT_RULES;
  const findings: Finding[] = [];
  for (const look of looks) {
    const finding = look(subject);
    if (finding !== undefined) findings.push(finding);
  }
  const shutOut = outcome === 'wrong-password' ? shutOutOf(subject) : {};
  const shutOutAlert = alertOfShutOut(subject, shutOut);
  if (shutOutAlert !== undefined) findings.push(shutOutAlert);

  const quiet = subject.world.policy.quietSeconds;
  const { rules } = subject;
  const acting = isMixed(rules) ? inForce(rules, findings) : findings;
  const climbing = rules.mode === 'enforce' ? acting : findings;
  const accountLadder = stepLadder(subject.account.ladder, rungOf(climbing), subject.nowMs, quiet);
  // With a lock in force the lock's own rule has spoken, and lets a changed password pass.
  const isLockedByRung = subject.lock === undefined && accountLadder.rung === 'lock';
  const answer = answerOf(subject, { findings, acting, isLockedByRung });
  const { kind } = answer;
  const others = answer.isPart ? findings.filter((finding) => !acting.includes(finding)) : [];
  const reasons = [...reasonsOf(answer.isPart ? acting : findings, []), ...reasonsOf(others, [])];
  if (isLockedByRung && rungOf(findings) !== 'lock') {
    reasons.unshift(rungReason('lock', accountLadder.sinceMs));
  }
  const verdict: Verdict = {
    ...baseVerdict(subject),
    verdict: kind,
    enforced: answer.enforced,
    rung: subject.lock !== undefined ? 'lock' : answer.rung(accountLadder.rung),
    score: 0,
    reasons,
    ...(kind === 'defer' ? { retryAfterSeconds: subject.world.policy.failures.tarpitSeconds } : {}),
  };
  return {
    verdict,
    rungChange: rungChangeOf(subject, accountLadder, verdict),
    intents: intentsOfLogin(subject, { outcome, verdict, findings }),
    accountLadder,
    outcome,
    shutOut,
    isRenewed: outcome === 'ok' && isRenewedAtHome(subject),
  };
}

/** As for submissions: what is in force decides where it stops anything. */
function answerOf(
  { rules, lock }: LoginSubject,
  {
    findings,
    acting,
    isLockedByRung,
  }: {
    readonly findings: readonly Finding[];
    readonly acting: readonly Finding[];
    readonly isLockedByRung: boolean;
  },
) {
  const asIs = (rung: Rung): Rung => rung;
  if (isMixed(rules) && lock === undefined) {
    const isRung = isLockedByRung && rules.mode === 'enforce';
    const kind = verdictOf(acting, isRung ? 'lock' : 'observe');
    const rung = (own: Rung): Rung => (rules.mode === 'enforce' ? own : 'observe');
    if (kind !== 'pass') return { kind, enforced: true, isPart: true, rung };
  }
  const kind = verdictOf(findings, isLockedByRung ? 'lock' : 'observe');
  const isEnforcing = rules.mode === 'enforce' && !isMixed(rules);
  const enforced = kind !== 'pass' && (isEnforcing || lock !== undefined);
  return { kind, enforced, isPart: false, rung: asIs };
}

function outcomeOf({ event }: LoginSubject): LoginDecision['outcome'] {
  if (!('ok' in event) || event.policyReject === true) return undefined;
  return event.ok ? 'ok' : 'wrong-password';
}

const NO_INTENTS: readonly Intent[] = [];

function intentsOfLogin(
  subject: LoginSubject,
  decided: Pick<LoginDecision, 'outcome' | 'verdict'> & { readonly findings: readonly Finding[] },
): readonly Intent[] {
  const { outcome, verdict, findings } = decided;
  const intents = intentsOf(subject, verdict, findings);
  const changed = passwordIntent(subject, outcome, verdict);
  return intents.length + changed.length === 0 ? NO_INTENTS : [...intents, ...changed];
}

/**
 * ACC-12: only a successful login with a password never seen before says that it was changed. A
 * wrong guess never does.
 */
function passwordIntent(
  subject: LoginSubject,
  outcome: LoginDecision['outcome'],
  verdict: Verdict,
): Intent[] {
  if (outcome !== 'ok' || !isNewPassword(subject)) return [];
  return [
    {
      kind: 'password-changed',
      account: subject.who.account,
      at: verdict.at,
      by: 'owner login',
      evidence: 'A successful login with a password not seen before.',
      reference: verdict.reference,
    },
  ];
}

function rungChangeOf(
  subject: LoginSubject,
  to: LadderState,
  verdict: Verdict,
): RungChange | undefined {
  const from = subject.account.ladder.rung;
  if (from === to.rung) return undefined;
  const { event, who, context } = subject;
  return {
    kind: 'rung',
    at: event.at,
    account: who.account,
    identity: who.identity,
    context: context.text,
    from,
    to: to.rung,
    because: verdict.reasons,
  };
}
