/** Judges one login, or an attempt whose outcome is not known yet. Pure. */
import { baseVerdict, intentsOf, reasonsOf, rungOf, rungReason, verdictOf } from './decide.ts';
import type { Intent } from './intent.ts';
import { stepLadder, type LadderState } from './ladder.ts';
import { isNewPassword } from './rules/account-locked.ts';
import type { Finding, LoginSubject } from './rules/finding.ts';
import { isUnderAttack } from './rules/guessing.ts';
import { ATTEMPT_RULES, LOGIN_RULES, type LoginLook } from './rules/registry.ts';
import { addressKey } from './profile/address-key.ts';
import type { SourceRecord } from './profile/source-record.ts';
import type { RungChange, Verdict } from './verdict.ts';

export interface LoginDecision {
  readonly verdict: Verdict;
  readonly rungChange: RungChange | undefined;
  readonly intents: readonly Intent[];
  readonly accountLadder: LadderState;
  /** What the login teaches: `undefined` for an attempt and for what we refused ourselves. */
  readonly outcome: 'ok' | 'wrong-password' | undefined;
  /** ACC-6: until when the source is shut out from now on. */
  readonly shutOut: { readonly address?: number; readonly network?: number };
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
  const accountLadder = stepLadder(subject.account.ladder, rungOf(findings), subject.nowMs, quiet);
  // With a lock in force the lock's own rule has spoken, and lets a changed password pass.
  const isLockedByRung = subject.lock === undefined && accountLadder.rung === 'lock';
  const kind = verdictOf(findings, isLockedByRung ? 'lock' : 'observe');
  const reasons = reasonsOf(findings, []);
  if (isLockedByRung && rungOf(findings) !== 'lock') {
    reasons.unshift(rungReason('lock', accountLadder.sinceMs));
  }
  const verdict: Verdict = {
    ...baseVerdict(subject),
    verdict: kind,
    enforced: kind !== 'pass' && (subject.rules.mode === 'enforce' || subject.lock !== undefined),
    rung: subject.lock === undefined ? accountLadder.rung : 'lock',
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
  };
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

/** ACC-6: the thresholds, this failure included. A password that worked before is no guess. */
function shutOutOf(subject: LoginSubject): LoginDecision['shutOut'] {
  if (isOldPassword(subject)) return {};
  const { failures } = subject.world.policy;
  const since = subject.nowMs - failures.windowSeconds * 1000;
  const until = subject.nowMs + failures.shutOutSeconds * 1000;
  if (isRepeated(subject)) return {};
  const { address, networkSource, guess } = subject;
  const more = (source: SourceRecord): number => (source.hasFailure(guess) ? 0 : 1);
  // A source that joins a distributed attack on an account it does not know has shown enough.
  const knows = subject.account.knowsAddress(addressKey(subject.network, subject.world.hash));
  const perAddress = isUnderAttack(subject) && !knows ? 2 : failures.perAddress;
  const shutOut: { address?: number; network?: number } = {};
  if (address.distinctSince(since) + more(address) >= perAddress) shutOut.address = until;
  // One carrier or relay network is many people.
  const shared = ['mobile', 'relay', 'fetcher'].includes(subject.network.class);
  if (!shared && networkSource.distinctSince(since) + more(networkSource) >= failures.perNetwork) {
    shutOut.network = until;
  }
  return shutOut;
}

export function isOldPassword(subject: LoginSubject): boolean {
  return subject.password !== undefined && subject.account.knowsPassword(subject.password);
}

/** The same wrong password again, such as a telephone with an old one. */
export function isRepeated(subject: LoginSubject): boolean {
  return subject.account.knowsWrong(subject.guess);
}

/** Somebody is told when a source becomes shut out, not at each further guess. */
function alertOfShutOut(
  subject: LoginSubject,
  shutOut: LoginDecision['shutOut'],
): Finding | undefined {
  const { nowMs, address, networkSource, network } = subject;
  const byAddress = shutOut.address !== undefined && address.shutOutUntilMs <= nowMs;
  const byNetwork = shutOut.network !== undefined && networkSource.shutOutUntilMs <= nowMs;
  if (!byAddress && !byNetwork) return undefined;
  const source = byNetwork ? network.prefix : network.address;
  return {
    rule: 'source-shut-out',
    practice: 'ACC-6',
    action: 'observe',
    cause: `source-shut-out:${source}`,
    text: `${source} guessed too many different passwords and is shut out; the accounts stay open for their owners.`,
    figures: [
      {
        name: 'Different wrong passwords from this source',
        observed: String(subject.address.failures + 1),
        usual: `fewer than ${subject.world.policy.failures.perAddress}`,
      },
    ],
  };
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
