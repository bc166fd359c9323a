/** Judges one submission. Pure: reads the subject, changes nothing. */
import {
  baseVerdict,
  intentsOf,
  isLess,
  isNotLookedAt,
  reasonsOf,
  rungOf,
  rungReason,
  verdictOf,
} from './decide.ts';
import { assess, type Assessment } from './detection/assess.ts';
import { holdIntentsOf } from './hold-intent.ts';
import { inForce, isInForce, isMixed, SCORE_PRACTICE } from './in-force.ts';
import type { Intent } from './intent.ts';
import { higherRung, stepLadder, type LadderState } from './ladder.ts';
import type { Finding, SubmissionSubject } from './rules/finding.ts';
import { limits } from './rules/limits.ts';
import { CONTENT_RULES, SUBMISSION_RULES } from './rules/registry.ts';
import { sharedPlace } from './rules/shared-place.ts';
import { SLOW_STRANGERS, slowStrangers } from './rules/slow-strangers.ts';
import { refusedRecipients } from './rules/suppressed.ts';
import { accountOf } from './detection/account.ts';
import { rungOfScore } from './score.ts';
import type { Reason, Rung, RungChange, Verdict } from './verdict.ts';

export interface SubmissionDecision {
  readonly verdict: Verdict;
  readonly rungChange: RungChange | undefined;
  readonly intents: readonly Intent[];
  /** Ladder of the whole account, driven by the operator's rules. */
  readonly accountLadder: LadderState;
  /** Ladder of the identity, driven by the score. */
  readonly ladder: LadderState;
  readonly assessment: Assessment;
  /** Counts towards limits and what is usual: passed or held, and really sent. */
  readonly accepted: boolean;
}

/** When a deferred client should come again. */
const RETRY_SECONDS = 300;

/** What people are told of: what was found, and the place where it is several accounts'. */
function mattersOf(
  subject: SubmissionSubject,
  findings: readonly Finding[],
  of: Parameters<typeof sharedPlace>[1],
): readonly Finding[] {
  const place = sharedPlace(subject, of);
  return place === undefined ? findings : [...findings, place];
}

export function decideSubmission(subject: SubmissionSubject): SubmissionDecision {
  const { nowMs, world, profile, account, facts } = subject;
  const assessment = assess(subject);
  const findings = collect(subject);
  addContent(subject, findings);
  const { evidence } = assessment;

  const quiet = world.policy.quietSeconds;
  const asked = rungOfScore(assessment, world.policy.thresholds, facts.class);
  const ladder = stepLadder(profile.ladder, asked, nowMs, quiet);
  const climbing = climbingOf(subject, findings);
  const accountLadder = stepLadder(account.ladder, rungOf(climbing), nowMs, quiet);
  // A hold by score is for the suspect contexts, a lock for the whole account: the owner's own
  // clean context goes on while a thief's is held.
  // While networks are loading nobody can say which context this is: a start must not let a held
  // one through.
  const isSuspect =
    ladder.rung === 'lock' ||
    subject.network.isLoading ||
    assessment.score >= world.policy.thresholds.throttle;
  const rungs = {
    score: isSuspect ? suspectRung(subject, { assessment, asked, rung: ladder.rung }) : 'observe',
    account: accountLadder.rung,
  } as const;
  const rung = higherRung(rungs.score, rungs.account);

  const strangers = asked === 'observe' ? undefined : slowStrangers(subject);
  if (strangers !== undefined && rung !== 'observe') findings.push(strangers);
  const acting = rungInForce(subject, rungs);
  const limit = limits(subject, (isInForce(subject.rules, 'SND-1') ? acting : rung) === 'throttle');
  if (limit !== undefined) findings.push(limit);
  const answer = answerOf(subject, findings, { rung, acting });
  const { kind, perRecipient } = answer;
  const told = answer.isPart
    ? reasonsInForce(subject, findings, assessment)
    : reasonsOf(findings, evidence, assessment.sums.outcomes);
  // No rule asked for as much: the score did, and what weighed most in it is the cause.
  const isByRung = isLess(verdictOf(findings, 'observe'), kind) && perRecipient === undefined;
  const reasons = isByRung ? weighedFirst(told) : told;
  // Where the message itself asks for less, it is stopped for what the account did before it.
  const decidedBefore = isByRung && isLess(verdictOf([], asked), kind);
  if (kind !== 'pass' && (decidedBefore || reasons.length === 0)) {
    const by = answer.isPart ? acting : rung;
    const since = accountLadder.rung === by ? accountLadder.sinceMs : ladder.sinceMs;
    reasons.unshift(rungReason(by, since));
  }
  // One literal: a verdict copied from another object costs as much as a rule.
  const verdict: Verdict = {
    ...baseVerdict(subject),
    verdict: kind,
    enforced: answer.enforced,
    rung: subject.lock !== undefined ? 'lock' : answer.isPart ? acting : rung,
    score: Math.round(assessment.score * 100) / 100,
    ...accountOf(assessment, world.policy.thresholds),
    reasons,
    ...strangersOf(subject),
    ...(perRecipient && { perRecipient }),
    ...(kind === 'defer' && comingAgain(findings, answer)),
  };
  const matters = mattersOf(subject, findings, { evidence, asked, kind });
  const holds = holdIntentsOf(subject, verdict, matters);
  const intents = intentsOf(subject, verdict, matters);
  return {
    verdict,
    rungChange: rungChangeOf(
      subject,
      higherRung(ladder.rung, accountLadder.rung),
      higherRung(rungOf(climbing), asked) === rungOf(climbing) ? reasons : weighedFirst(reasons),
    ),
    intents: holds.length === 0 ? intents : [...intents, ...holds],
    accountLadder,
    ladder,
    assessment,
    accepted: isAccepted(verdict, { event: subject.event, findings, holds }),
  };
}

/** What is only slowed leaves, where nothing is enforced or a short hold lets it go by itself. */
function isAccepted(
  { verdict, enforced }: Verdict,
  {
    event,
    findings,
    holds,
  }: Pick<SubmissionSubject, 'event'> & {
    readonly findings: readonly Finding[];
    readonly holds: readonly Intent[];
  },
): boolean {
  if (event.abandoned === true) return false;
  if (verdict === 'hold') return !enforced || event.comesAgain !== 'all';
  if (verdict === 'pass') return true;
  if (verdict !== 'defer' || (enforced && holds.length === 0)) return false;
  return findings.every(({ action, rule }) => action !== 'throttle' || rule === SLOW_STRANGERS);
}

/** A form that was there for days is no thief's who came elsewhere: what he climbed is not held against it. */
function suspectRung(
  { network }: SubmissionSubject,
  {
    assessment,
    asked,
    rung,
  }: { readonly assessment: Assessment; readonly asked: Rung; readonly rung: Rung },
): Rung {
  return assessment.isSettled && rung === 'hold' && !network.isLoading ? asked : rung;
}

/** For whoever looks back at the message: it is not known again later. */
function strangersOf({ outcomes, event }: SubmissionSubject): Pick<Verdict, 'strangers'> {
  const isKnown = outcomes !== undefined && event.envelopeRecipients.length > 0;
  return isKnown ? { strangers: outcomes.strangers } : {};
}

/** When it should come again, and whether it is looked at only then. */
function comingAgain(
  findings: readonly Finding[],
  { isNotLookedAt: isUnseen }: Answer,
): Pick<Verdict, 'retryAfterSeconds' | 'notLookedAt'> {
  return {
    retryAfterSeconds: retryAfter(findings),
    ...(isUnseen && { notLookedAt: true as const }),
  };
}

function retryAfter(findings: readonly Finding[]): number {
  let seconds = 0;
  for (const finding of findings) {
    if (finding.action === 'throttle') {
      seconds = Math.max(seconds, finding.retryAfterSeconds ?? RETRY_SECONDS);
    }
  }
  return seconds === 0 ? RETRY_SECONDS : seconds;
}

function collect(subject: SubmissionSubject): Finding[] {
  const findings: Finding[] = [];
  for (const look of SUBMISSION_RULES) {
    const finding = look(subject);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

/** What the message itself shows, where it was seen. */
function addContent(subject: SubmissionSubject, findings: Finding[]): void {
  const { content } = subject;
  if (content === undefined) return;
  const looked = { subject, content, rules: subject.world.policy.content };
  for (const look of CONTENT_RULES) {
    const finding = look(looked);
    if (finding !== undefined) findings.push(finding);
  }
}

interface Rungs {
  readonly score: Rung;
  readonly account: Rung;
}

/** What only watches does not move an account that is held or locked for real. */
function climbingOf({ rules }: SubmissionSubject, findings: Finding[]): readonly Finding[] {
  return isMixed(rules) && rules.mode === 'enforce' ? inForce(rules, findings) : findings;
}

/**
 * The rung as far as it is in force. The account's own was climbed by any rule, so it counts once
 * everything does.
 */
function rungInForce({ rules }: SubmissionSubject, { score, account }: Rungs): Rung {
  if (!isMixed(rules)) return higherRung(score, account);
  return higherRung(
    isInForce(rules, SCORE_PRACTICE) ? score : 'observe',
    rules.mode === 'enforce' ? account : 'observe',
  );
}

interface Answer {
  readonly kind: Verdict['verdict'];
  readonly enforced: boolean;
  readonly perRecipient: Verdict['perRecipient'];
  /** Only a part of the findings made it: those whose practice is in force. */
  readonly isPart: boolean;
  readonly isNotLookedAt: boolean;
}

/** What is in force decides, where it stops anything; else the verdict says what all would have done. */
function answerOf(
  subject: SubmissionSubject,
  findings: readonly Finding[],
  { rung, acting }: { readonly rung: Rung; readonly acting: Rung },
): Answer {
  const { rules, lock, event } = subject;
  const refused = refusedRecipients(subject);
  if (isMixed(rules) && lock === undefined) {
    const made = inForce(rules, findings);
    const worst = verdictOf(made, acting);
    const isUnseen = isNotLookedAt(worst, made);
    const kind = isUnseen ? 'defer' : worst;
    const some = kind !== 'reject' && isInForce(rules, 'SND-13') ? refused : undefined;
    if (kind !== 'pass' || some !== undefined) {
      const enforced = event.afterwards !== true;
      return { kind, enforced, perRecipient: some, isPart: true, isNotLookedAt: isUnseen };
    }
  }
  const worst = verdictOf(findings, lock === undefined ? rung : 'observe');
  const isUnseen = isNotLookedAt(worst, findings);
  const kind = isUnseen ? 'defer' : worst;
  const perRecipient = kind === 'reject' ? undefined : refused;
  const asked = perRecipient === undefined ? kind : 'reject';
  const enforced = isEnforced(subject, asked) && (lock !== undefined || !isMixed(rules));
  return { kind, enforced, perRecipient, isPart: false, isNotLookedAt: isUnseen };
}

/** The sentence that the client is told comes from what stopped it. */
function reasonsInForce(
  { rules }: SubmissionSubject,
  findings: readonly Finding[],
  { evidence, sums }: Assessment,
): ReturnType<typeof reasonsOf> {
  const acting = inForce(rules, findings);
  const others = findings.filter((finding) => !acting.includes(finding));
  return [...reasonsOf(acting, []), ...reasonsOf(others, evidence, sums.outcomes)];
}

/** What came back adds up to weights of their own, whatever its sentence adds. */
function weighedFirst(reasons: readonly Reason[]): Reason[] {
  const isWeighed = ({ weight, signal }: Reason): boolean => weight > 0 || signal === 'outcomes';
  return [...reasons.filter(isWeighed), ...reasons.filter((reason) => !isWeighed(reason))];
}

/** A lock is a person's or the ladder's enforced word: it holds in observe mode too. */
function isEnforced(subject: SubmissionSubject, kind: Verdict['verdict']): boolean {
  if (kind === 'pass' || subject.event.afterwards === true) return false;
  return subject.rules.mode === 'enforce' || subject.lock !== undefined;
}

function rungChangeOf(
  subject: SubmissionSubject,
  to: Rung,
  because: Verdict['reasons'],
): RungChange | undefined {
  const from = higherRung(subject.profile.ladder.rung, subject.account.ladder.rung);
  if (from === to) return undefined;
  const { event, who, context } = subject;
  return {
    kind: 'rung',
    at: event.at,
    account: who.account,
    identity: who.identity,
    context: context.text,
    from,
    to,
    because,
  };
}
