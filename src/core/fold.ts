/** What a judged event teaches: the records after it. Alters the records it is given. */
import { recipientCount } from './event.ts';
import type { LoginDecision } from './decide-login.ts';
import type { SubmissionDecision } from './decide-submission.ts';
import { localTime } from './local-time.ts';
import { learnDetection } from './detection/learn.ts';
import { addressKey } from './profile/address-key.ts';
import { addTo } from './profile/counters.ts';
import { sessionStrangeness } from './signals/session.ts';
import type { LoginSubject, SubmissionSubject } from './rules/finding.ts';
import { sourceShutOut } from './rules/guessing.ts';
import { ceilingsNow } from './rules/limits.ts';
import { isAuthenticated } from './rules/senders.ts';
import { guessingNetwork, isOldPassword, isRepeated } from './rules/shut-out.ts';

/** The counters after the submission; as they were when it was not accepted. */
export function foldSubmission(
  subject: SubmissionSubject,
  decision: SubmissionDecision,
): readonly (Uint8Array | undefined)[] {
  const { nowMs, profile, account, network, world, facts, context, event } = subject;
  profile.ladder = decision.ladder;
  account.ladder = decision.accountLadder;
  // A context made of half the facts would stand in the profile for ever.
  if (!network.isLoading) {
    const { accepted, assessment, verdict } = decision;
    const index = profile.learnContext(context.key, { nowMs, accepted, network });
    const passed = accepted && verdict.verdict === 'pass';
    learnDetection(subject, { assessment, index, passed });
  }
  if (!decision.accepted) return subject.counters;
  const recipients = Math.max(1, recipientCount(event));
  const { hourOfWeek } = localTime(nowMs, facts.timeZone ?? world.policy.timeZone);
  profile.learnMessage({ nowMs, recipients, hourOfWeek });
  learnProvider(subject);
  // What is held thins no share of what failed: a pause would end itself. What is slowed has left.
  if (decision.verdict.verdict !== 'hold') account.learnSent(recipients, nowMs);
  if (isAuthenticated(subject)) account.touch(addressKey(network, world.hash), nowMs, 'submission');

  const counters = [...subject.counters];
  const ceilingFor = ceilingsNow(subject, decision.verdict.rung === 'throttle');
  for (const { limit, counter } of subject.slots) {
    const amounts = { nowMs, messages: 1, recipients, ceiling: ceilingFor(limit) };
    counters[counter] = addTo(counters[counter], limit, amounts);
  }
  return counters;
}

const LONG_MS = 7 * 86_400_000;

/** Of places that have been usual for long, whichever of them it is today. */
function learnProvider({ account, profile, network, nowMs }: SubmissionSubject): void {
  if (network.class === 'hosting' || nowMs - account.createdMs < LONG_MS) return;
  if (account.usual.usesProvider(network.asn)) return;
  const { detection } = profile;
  const isUsual = profile
    .contexts()
    .some(
      ({ asn, firstMs }, i) =>
        asn === network.asn && nowMs - firstMs >= LONG_MS && detection.isTrusted(i),
    );
  if (isUsual) account.usual.learnProvider(network.asn);
}

/** Services by which mail is read. */
const READING: readonly string[] = ['imap', 'pop3', 'webmail'];

export function foldLogin(subject: LoginSubject, decision: LoginDecision): void {
  const { nowMs, account, network, world, password, guess } = subject;
  account.ladder = decision.accountLadder;
  const key = addressKey(network, world.hash);
  if (decision.outcome === 'ok') {
    // Who may have guessed the password does not make his place one of the account's.
    if (sourceShutOut(subject)?.action !== 'reject') {
      if (subject.event.service === 'webmail') learnSession(subject);
      account.touch(key, nowMs, 'login');
      if (READING.includes(subject.event.service)) account.learnRead(key.place, nowMs);
    }
    forgiveMistypes(subject);
    if (password !== undefined) account.learnPassword(password, nowMs);
    return;
  }
  if (decision.outcome !== 'wrong-password') return;
  if (password !== undefined) account.learnFailed(password);
  if (isOldPassword(subject)) return;
  const repeated = isRepeated(subject);
  account.touch(key, nowMs, 'failure');
  account.learnWrong(guess, guessingNetwork(subject), nowMs);
  if (repeated) return;
  subject.address.learnFailure(guess, nowMs);
  subject.networkSource.learnFailure(guess, nowMs);
  if (decision.shutOut.address !== undefined) subject.address.shutOut(decision.shutOut.address);
  if (decision.shutOut.network !== undefined)
    subject.networkSource.shutOut(decision.shutOut.network);
}

/** How strange it was that somebody read here, before it was learnt. */
function learnSession({ account, network, world, nowMs }: LoginSubject): void {
  const strangeness = sessionStrangeness({ account, network, world, nowMs });
  const { place } = addressKey(network, world.hash);
  account.usual.learnSession({ place, atMs: nowMs, strangeness });
}

/** A person mistypes a password so often before getting it right; who needs more may be guessing. */
const MISTYPES = 3;

/**
 * ACC-6: a success after few wrong passwords of the same account from the same network takes them
 * back from the source, so that a school behind one address is not shut out by its first Monday.
 */
function forgiveMistypes(subject: LoginSubject): void {
  const { account, world, nowMs } = subject;
  const sinceMs = nowMs - world.policy.failures.windowSeconds * 1000;
  const lately = account.wrongSince(sinceMs);
  // Most people mistype nothing, and a hash costs more than all the rest here.
  if (lately.length === 0) return;
  const here = guessingNetwork(subject);
  const wrong = lately.filter((guess) => guess.network === here);
  if (wrong.length > MISTYPES) return;
  for (const { hash } of wrong) {
    subject.address.forgive(hash);
    subject.networkSource.forgive(hash);
  }
}
