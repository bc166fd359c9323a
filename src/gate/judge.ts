/** Loads what is known round an event, decides, and keeps what it teaches. */
import { defaultAccountFacts } from '../core/account.ts';
import { decideLogin, type LoginDecision } from '../core/decide-login.ts';
import { decideSubmission, type SubmissionDecision } from '../core/decide-submission.ts';
import {
  recipientCount,
  type LoginAttempt,
  type LoginEvent,
  type SubmissionEvent,
} from '../core/event.ts';
import { millisecondsOf } from '../core/event-time.ts';
import { foldLogin, foldSubmission } from '../core/fold.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import type { NetworkFacts } from '../core/network.ts';
import type { ConnectionCounts } from '../core/profile/connection-counts.ts';
import { addUsage } from '../core/profile/usage-record.ts';
import type { SubmissionSubject, World } from '../core/rules/finding.ts';
import { isAuthenticated, senderKind } from '../core/rules/senders.ts';
import { isOnlyWatched, unaskedVerdict } from '../core/unasked.ts';
import type { Verdict } from '../core/verdict.ts';
import type { UnderWay } from '../gate-contract.ts';
import type { StandingRecord } from '../store/standing.ts';
import { loadAttachmentKinds } from './attachment-kinds.ts';
import { prepareContent } from './content.ts';
import { prepareOutcomes, type Asking } from './outcomes.ts';
import type { GateParts } from './parts.ts';
import { refusedName, relayKeys } from './relays.ts';
import type { SentMessages } from './sent-messages.ts';
import { renew } from './start-anew.ts';
import { factsWithoutAuth, planLogin, planSubmission, sourceKeys, type Known } from './subject.ts';
import { decideWithoutRecords } from './without-records.ts';

/** What comes with a submission. */
export interface Asked {
  readonly underWay?: UnderWay | undefined;
  /** Whoever gave it knows its id and may name it by that later. */
  readonly mayBeNamed: boolean;
}

export interface Judge {
  judgeSubmission(event: SubmissionEvent, asked: Asked): Maybe<SubmissionDecision>;
  judgeLogin(event: LoginEvent): Maybe<LoginDecision>;
  checkSubmission(event: SubmissionEvent, underWay: UnderWay): Maybe<Verdict>;
  checkLogin(event: LoginAttempt): Maybe<Verdict>;
  /**
   * What the rules that need no records stop, such as a locked account, a foreign sender or a virus,
   * while a store or the directory is away. Never waits and never throws.
   */
  withoutRecords(event: SubmissionEvent | LoginEvent | LoginAttempt): Verdict | undefined;
}

const NOTHING_UNDER_WAY: UnderWay = { messages: 0, recipients: 0 };

export function createJudge(parts: GateParts, sent: SentMessages, counts: ConnectionCounts): Judge {
  const worldOf = worldSource(parts);
  return {
    judgeSubmission: (event, asked) =>
      judgeSubmission({ parts, sent, world: worldOf() }, event, asked),

    judgeLogin: (event) =>
      andThen(knownOfLogin({ parts, counts, world: worldOf() }, event), (known) => {
        const plan = planLogin(event, known);
        countLogin({ parts, counts, world: known.world }, event, known.network);
        const judged = parts.standing.update(plan.keys, (records) => {
          const hadRecord = records[0] !== undefined;
          const subject = plan.subject(records);
          const decision = decideLogin(subject);
          foldLogin(subject, decision);
          // A failure alone makes no account, or guessed names would fill the store.
          const isReal =
            hadRecord || decision.outcome === 'ok' || known.facts.source === 'directory';
          keepLogin(records, subject, decision, isReal);
          return decision;
        });
        return andThen(judged, (decision) => {
          if (!decision.isRenewed) return decision;
          const { account } = decision.verdict;
          return andThen(renew(parts.standing, account, millisecondsOf(event.at)), () => decision);
        });
      }),

    checkSubmission: (event, underWay) =>
      checkSubmission({ parts, sent, world: worldOf() }, event, underWay),

    checkLogin: (event) =>
      andThen(knownOfLogin({ parts, counts, world: worldOf() }, event), (known) => {
        const plan = planLogin(event, known);
        return andThen(
          parts.standing.read(plan.keys),
          (records) => decideLogin(plan.subject(records)).verdict,
        );
      }),

    withoutRecords: (event) => {
      try {
        return decideWithoutRecords(parts, worldOf(), event);
      } catch {
        return undefined;
      }
    },
  };
}

interface Around {
  readonly parts: GateParts;
  readonly sent: SentMessages;
  readonly world: World;
}

function judgeSubmission(
  { parts, sent, world }: Around,
  event: SubmissionEvent,
  { underWay = NOTHING_UNDER_WAY, mayBeNamed }: Asked,
): Maybe<SubmissionDecision> {
  return andThen(knownOfSubmission(parts, world, event), (known) => {
    const plan = planSubmission(event, known);
    const about = mayBeNamed ? 'named-message' : 'message';
    const asking: Asking = { event, known, frame: plan.frame, sent, about };
    return andThen(prepareOutcomes(parts.standing, asking), (outcomes) =>
      andThen(prepareContent(parts.standing, asking, outcomes.met), (content) => {
        const extra = usageKeys(event, known);
        const first = plan.list.keys.length;
        const outcomesAt = first + extra.length;
        const contentAt = outcomesAt + outcomes.keys.length;
        const more = joined(extra, outcomes.keys, content?.keys);
        const change = (records: StandingRecord[]): SubmissionDecision => {
          const found = content?.known(records.slice(contentAt));
          const subject = plan.subject(records, underWay, {
            content: found,
            outcomes: outcomes.known,
            isWhole: event.abandoned !== true,
          });
          const decision = decideSubmission(subject);
          keepSubmission(subject, decision, { records, first, extra });
          if (!isKept(subject, decision)) return decision;
          outcomes.keep(records, outcomesAt, { subject, decision });
          if (content !== undefined) {
            const own = records.slice(contentAt);
            content.keep(own, decision);
            own.forEach((record, i) => (records[contentAt + i] = record));
          }
          return decision;
        };
        return parts.standing.update(more, change, plan.list);
      }),
    );
  });
}

function checkSubmission(
  { parts, sent, world }: Around,
  event: SubmissionEvent,
  underWay: UnderWay,
): Maybe<Verdict> {
  return andThen(knownOfSubmission(parts, world, event), (known) => {
    const plan = planSubmission(event, known);
    const { frame } = plan;
    if (isOnlyWatched(frame.rules, known.lock)) return unaskedVerdict(event, frame);
    const asking: Asking = { event, known, frame, sent, about: 'recipient' };
    return andThen(prepareOutcomes(parts.standing, asking), (outcomes) =>
      andThen(prepareContent(parts.standing, asking, outcomes.met), (content) => {
        return andThen(parts.standing.read(content?.keys ?? [], plan.list), (records) => {
          const found = content?.known(records.slice(plan.list.keys.length));
          const more = { content: found, outcomes: outcomes.known };
          return decideSubmission(plan.subject(records, underWay, more)).verdict;
        });
      }),
    );
  });
}

/** One world object for each policy, so that caches by policy hold. */
function worldSource(parts: GateParts): () => World {
  let world: World | undefined;
  const attachmentKinds = loadAttachmentKinds();
  return () => {
    const policy = parts.policy();
    if (world?.policy !== policy) {
      const domains = new Set(policy.domains);
      world = {
        policy,
        hash: parts.hash,
        isOwnDomain: (domain) => domains.has(domain) || parts.directory.isOwnDomain(domain),
        isFreemail: parts.isFreemail,
        attachmentKinds,
      };
    }
    return world;
  };
}

function knownOfSubmission(parts: GateParts, world: World, event: SubmissionEvent): Maybe<Known> {
  const network = parts.networks.find(event.clientAddress);
  if (event.account === undefined || event.account === '') {
    return { world, network, facts: factsWithoutAuth(event), lock: undefined };
  }
  const lock = parts.locks.find(event.account.toLowerCase());
  return andThen(parts.directory.find(event.account), (facts) => ({ world, network, facts, lock }));
}

interface LoginsAround {
  readonly parts: GateParts;
  readonly counts: ConnectionCounts;
  readonly world: World;
}

function knownOfLogin(
  { parts, counts, world }: LoginsAround,
  event: LoginEvent | LoginAttempt,
): Maybe<Known> {
  const network = parts.networks.find(event.clientAddress);
  const lock = parts.locks.find(event.account.toLowerCase());
  const facts =
    event.account === '' ? defaultAccountFacts('') : parts.directory.find(event.account);
  const { action, windowSeconds } = world.policy.connections;
  const [key] = sourceKeys(world.hash, network);
  const connections =
    action === 'off' || network.address === ''
      ? 0
      : counts.seen(key, millisecondsOf(event.at), windowSeconds) + 1;
  return andThen(facts, (found) => ({ world, network, facts: found, lock, connections }));
}

/** A login is a connection, whatever becomes of it (INB-4). */
function countLogin(
  { counts, world }: LoginsAround,
  event: LoginEvent,
  network: NetworkFacts,
): void {
  const { action, windowSeconds } = world.policy.connections;
  if (action === 'off' || network.address === '') return;
  const [key] = sourceKeys(world.hash, network);
  counts.add(key, millisecondsOf(event.at), windowSeconds);
}

/** Lists beside the profile: who relays without AUTH, and senders the directory does not name. */
function usageKeys(event: SubmissionEvent, known: Known): readonly string[] {
  if (event.account === undefined || event.account === '') {
    return relayKeys(known.network.address, known.world.hash);
  }
  const sender = event.envelopeSender.toLowerCase();
  if (sender === '' || known.facts.addresses.includes(sender)) return [];
  return [`s:${event.account.toLowerCase()}`];
}

/** Nearly all messages need nothing but the second. */
function joined(
  first: readonly string[],
  second: readonly string[],
  third: readonly string[] | undefined,
): readonly string[] {
  const two = first.length === 0 ? second : first.concat(second);
  return third === undefined ? two : two.concat(third);
}

/** Refused mail without AUTH comes from anybody: it must not fill the store. */
function isKept(subject: SubmissionSubject, decision: SubmissionDecision): boolean {
  return decision.accepted || isAuthenticated(subject);
}

interface Kept {
  readonly records: StandingRecord[];
  /** Where the records of `extra` begin. */
  readonly first: number;
  readonly extra: readonly string[];
}

function keepSubmission(
  subject: SubmissionSubject,
  decision: SubmissionDecision,
  kept: Kept,
): void {
  const { records } = kept;
  if (isKept(subject, decision)) {
    const counters = foldSubmission(subject, decision);
    records[0] = subject.profile.toBytes();
    records[1] = subject.account.toBytes();
    counters.forEach((bytes, i) => (records[i + 2] = bytes));
  }
  keepUsage(subject, decision, kept);
}

/** What went out, in observe mode too, teaches who sends as whom; it never changes a verdict. */
function keepUsage(subject: SubmissionSubject, decision: SubmissionDecision, kept: Kept): void {
  const { records, first, extra } = kept;
  if (extra.length === 0) return;
  if (!isAuthenticated(subject)) {
    keepRelay(subject, decision, { records, first });
    return;
  }
  const { event } = subject;
  const isSent = decision.accepted || !decision.verdict.enforced;
  if (!isSent || event.abandoned === true) return;
  if (senderKind(subject, event.envelopeSender) === 'own') return;
  const use = { nowMs: subject.nowMs, recipients: recipientCount(event) };
  records[first] = addUsage(records[first], event.envelopeSender.toLowerCase(), use);
}

/** ACC-1. At RCPT a refusal ends the transaction, so what we refused counts abandoned as well. */
function keepRelay(
  subject: SubmissionSubject,
  decision: SubmissionDecision,
  kept: { readonly records: StandingRecord[]; readonly first: number },
): void {
  const { records, first } = kept;
  const { event, network, nowMs, who } = subject;
  const use = { nowMs, recipients: recipientCount(event) };
  if (decision.verdict.enforced && !isLetOut(decision)) {
    const name = refusedName(network.address, who.identity);
    records[first + 1] = addUsage(records[first + 1], name, use);
  } else if (event.abandoned !== true) {
    records[first] = addUsage(records[first], who.identity, use);
  }
}

function isLetOut({ verdict }: SubmissionDecision): boolean {
  return verdict.verdict === 'pass' || verdict.verdict === 'hold';
}

function keepLogin(
  records: StandingRecord[],
  subject: ReturnType<ReturnType<typeof planLogin>['subject']>,
  decision: LoginDecision,
  isReal: boolean,
): void {
  if (isReal) records[0] = subject.account.toBytes();
  if (decision.outcome === undefined) return;
  // A success only takes back what a source has; it makes no record of it.
  const isWrong = decision.outcome === 'wrong-password';
  const { network, address, networkSource } = subject;
  if (network.address !== '' && (isWrong || records[1])) records[1] = address.toBytes();
  if (network.prefix !== '' && (isWrong || records[2])) records[2] = networkSource.toBytes();
}
