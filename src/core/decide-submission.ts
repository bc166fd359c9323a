/** Judges one submission. Pure: reads the subject, changes nothing. */
import { baseVerdict, intentsOf, reasonsOf, rungOf, rungReason, verdictOf } from './decide.ts';
import { assess, type Assessment } from './detection/assess.ts';
import { holdIntentsOf } from './hold-intent.ts';
import type { Intent } from './intent.ts';
import { higherRung, stepLadder, type LadderState } from './ladder.ts';
import type { Finding, SubmissionSubject } from './rules/finding.ts';
import { limits } from './rules/limits.ts';
import { CONTENT_RULES, SUBMISSION_RULES } from './rules/registry.ts';
import { slowStrangers } from './rules/slow-strangers.ts';
import { refusedRecipients } from './rules/suppressed.ts';
import { accountOf } from './detection/account.ts';
import { rungOfScore } from './score.ts';
import type { Rung, RungChange, Verdict } from './verdict.ts';

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

export function decideSubmission(subject: SubmissionSubject): SubmissionDecision {
  const { nowMs, world, profile, account, facts } = subject;
  const assessment = assess(subject);
  const findings = collect(subject);
  addContent(subject, findings);
  const { evidence } = assessment;

  const quiet = world.policy.quietSeconds;
  const asked = rungOfScore(assessment, world.policy.thresholds, facts.class);
  const ladder = stepLadder(profile.ladder, asked, nowMs, quiet);
  const accountLadder = stepLadder(account.ladder, rungOf(findings), nowMs, quiet);
  // A hold by score is for the suspect contexts, a lock for the whole account: the owner's own
  // clean context goes on while a thief's is held.
  // While networks are loading nobody can say which context this is: a start must not let a held
  // one through.
  const isSuspect =
    ladder.rung === 'lock' ||
    subject.network.isLoading ||
    assessment.score >= world.policy.thresholds.throttle;
  const rung = higherRung(isSuspect ? ladder.rung : 'observe', accountLadder.rung);

  const strangers = asked === 'observe' ? undefined : slowStrangers(subject);
  if (strangers !== undefined && rung !== 'observe') findings.push(strangers);
  const limit = limits(subject, rung === 'throttle');
  if (limit !== undefined) findings.push(limit);
  const kind = verdictOf(findings, subject.lock === undefined ? rung : 'observe');
  const reasons = reasonsOf(findings, evidence);
  if (kind !== 'pass' && reasons.length === 0) {
    const since = accountLadder.rung === rung ? accountLadder.sinceMs : ladder.sinceMs;
    reasons.push(rungReason(rung, since));
  }
  const perRecipient = kind === 'reject' ? undefined : refusedRecipients(subject);
  const decided = {
    verdict: kind,
    enforced: isEnforced(subject, perRecipient === undefined ? kind : 'reject'),
    rung: subject.lock === undefined ? rung : 'lock',
    score: Math.round(assessment.score * 100) / 100,
    ...accountOf(assessment, world.policy.thresholds),
    reasons,
    ...(perRecipient && { perRecipient }),
  } as const;
  const base = baseVerdict(subject);
  const verdict: Verdict =
    kind === 'defer'
      ? { ...base, ...decided, retryAfterSeconds: retryAfter(findings) }
      : { ...base, ...decided };
  const holds = holdIntentsOf(subject, verdict, findings);
  const intents = intentsOf(subject, verdict, findings);
  return {
    verdict,
    rungChange: rungChangeOf(subject, higherRung(ladder.rung, accountLadder.rung), reasons),
    intents: holds.length === 0 ? intents : [...intents, ...holds],
    accountLadder,
    ladder,
    assessment,
    accepted: (kind === 'pass' || kind === 'hold') && subject.event.abandoned !== true,
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
