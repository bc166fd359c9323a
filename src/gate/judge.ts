/** Loads what is known round an event, decides, and keeps what it teaches. */
import { defaultAccountFacts, type AccountFacts } from '../core/account.ts';
import { decideLogin, type LoginDecision } from '../core/decide-login.ts';
import { decideSubmission, type SubmissionDecision } from '../core/decide-submission.ts';
import {
  recipientCount,
  type LoginAttempt,
  type LoginEvent,
  type SubmissionEvent,
} from '../core/event.ts';
import { foldLogin, foldSubmission } from '../core/fold.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { addUsage } from '../core/profile/usage-record.ts';
import type { SubmissionSubject, World } from '../core/rules/finding.ts';
import { CONTENT_RULES } from '../core/rules/registry.ts';
import { isAuthenticated, senderKind } from '../core/rules/senders.ts';
import type { Verdict } from '../core/verdict.ts';
import type { UnderWay } from '../gate-contract.ts';
import type { StandingRecord } from '../store/standing.ts';
import { loadAttachmentKinds } from './attachment-kinds.ts';
import { contentAlone, prepareContent } from './content.ts';
import type { GateParts } from './parts.ts';
import { refusedName, relayKeys } from './relays.ts';
import { factsWithoutAuth, planLogin, planSubmission, type Known } from './subject.ts';

export interface Judge {
  judgeSubmission(event: SubmissionEvent, underWay?: UnderWay): Maybe<SubmissionDecision>;
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

export function createJudge(parts: GateParts): Judge {
  const worldOf = worldSource(parts);
  return {
    judgeSubmission: (event, underWay = NOTHING_UNDER_WAY) =>
      andThen(knownOfSubmission(parts, worldOf(), event), (known) =>
        andThen(prepareContent(parts.standing, event, known), (content) => {
          const plan = planSubmission(event, known);
          const extra = usageKeys(event, known);
          const keys = extra.length === 0 ? plan.keys : [...plan.keys, ...extra];
          const all = content === undefined ? keys : [...keys, ...content.keys];
          return parts.standing.update(all, (records) => {
            const found = content?.known(records.slice(keys.length));
            const subject = plan.subject(records, underWay, found);
            const decision = decideSubmission(subject);
            keepSubmission(subject, decision, { records, keys, extra });
            if (content !== undefined && isKept(subject, decision)) {
              const more = records.slice(keys.length);
              content.keep(more, decision);
              more.forEach((record, i) => (records[keys.length + i] = record));
            }
            return decision;
          });
        }),
      ),

    judgeLogin: (event) =>
      andThen(knownOfLogin(parts, worldOf(), event), (known) => {
        const plan = planLogin(event, known);
        return parts.standing.update(plan.keys, (records) => {
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
      }),

    checkSubmission: (event, underWay) =>
      andThen(knownOfSubmission(parts, worldOf(), event), (known) =>
        andThen(prepareContent(parts.standing, event, known), (content) => {
          const plan = planSubmission(event, known);
          const all = content === undefined ? plan.keys : [...plan.keys, ...content.keys];
          return andThen(parts.standing.read(all), (records) => {
            const found = content?.known(records.slice(plan.keys.length));
            return decideSubmission(plan.subject(records, underWay, found)).verdict;
          });
        }),
      ),

    checkLogin: (event) =>
      andThen(knownOfLogin(parts, worldOf(), event), (known) => {
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

function decideWithoutRecords(
  parts: GateParts,
  world: World,
  event: SubmissionEvent | LoginEvent | LoginAttempt,
): Verdict | undefined {
  const account = event.account ?? '';
  const lock = account === '' ? undefined : parts.locks.find(account.toLowerCase());
  const facts =
    event.kind === 'submission' && account === ''
      ? factsWithoutAuth(event)
      : factsAtOnce(parts, account);
  // Without the directory's word nobody's sender address is refused, but a lock holds.
  const isKnown = facts !== undefined || lock !== undefined;
  const network = parts.networks.find(event.clientAddress);
  const known = { world, network, facts: facts ?? factsUnsaid(event), lock };
  if (event.kind !== 'submission') {
    const { verdict } = decideLogin(planLogin(event, known).subject([]));
    return isKnown && verdict.verdict === 'reject' ? verdict : undefined;
  }
  const plan = planSubmission(event, known);
  const subject = plan.subject([], NOTHING_UNDER_WAY, contentAlone(event));
  const { verdict } = decideSubmission(subject);
  const isStopped = (isKnown && verdict.verdict === 'reject') || isStoppedByContent(subject);
  return isStopped ? verdict : undefined;
}

/** Facts in the directory's place: whatever the sender addresses, they may be the account's. */
function factsUnsaid(event: SubmissionEvent | LoginEvent | LoginAttempt): AccountFacts {
  const facts = defaultAccountFacts(event.account ?? '');
  if (event.kind !== 'submission') return facts;
  const senders = [event.envelopeSender, event.message?.headerFrom ?? ''];
  return { ...facts, addresses: senders.map((address) => address.toLowerCase()) };
}

/** What is in the message itself needs nobody's word; a hold without a record the agent finds. */
function isStoppedByContent(subject: SubmissionSubject): boolean {
  const { content, world } = subject;
  if (content === undefined) return false;
  const looked = { subject, content, rules: world.policy.content };
  return CONTENT_RULES.some((look) => (look(looked)?.action ?? 'observe') !== 'observe');
}

/** Undefined when the directory cannot say at once. */
function factsAtOnce(parts: GateParts, account: string): AccountFacts | undefined {
  try {
    const found = parts.directory.find(account);
    if (!(found instanceof Promise)) return found;
    found.catch(() => undefined);
    return undefined;
  } catch {
    return undefined;
  }
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

function knownOfLogin(
  parts: GateParts,
  world: World,
  event: LoginEvent | LoginAttempt,
): Maybe<Known> {
  const network = parts.networks.find(event.clientAddress);
  const lock = parts.locks.find(event.account.toLowerCase());
  const facts =
    event.account === '' ? defaultAccountFacts('') : parts.directory.find(event.account);
  return andThen(facts, (found) => ({ world, network, facts: found, lock }));
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

/** Refused mail without AUTH comes from anybody: it must not fill the store. */
function isKept(subject: SubmissionSubject, decision: SubmissionDecision): boolean {
  return decision.accepted || isAuthenticated(subject);
}

function keepSubmission(
  subject: SubmissionSubject,
  decision: SubmissionDecision,
  kept: { records: StandingRecord[]; keys: readonly string[]; extra: readonly string[] },
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
function keepUsage(
  subject: SubmissionSubject,
  decision: SubmissionDecision,
  kept: { records: StandingRecord[]; keys: readonly string[]; extra: readonly string[] },
): void {
  const { records, keys, extra } = kept;
  if (extra.length === 0) return;
  const first = keys.length - extra.length;
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
