/** What can be decided while a store or the directory is away. */
import { defaultAccountFacts, type AccountFacts } from '../core/account.ts';
import { decideLogin } from '../core/decide-login.ts';
import { decideSubmission } from '../core/decide-submission.ts';
import type { LoginAttempt, LoginEvent, SubmissionEvent } from '../core/event.ts';
import type { SubmissionSubject, World } from '../core/rules/finding.ts';
import { CONTENT_RULES } from '../core/rules/registry.ts';
import type { Verdict } from '../core/verdict.ts';
import { contentAlone } from './content.ts';
import type { GateParts } from './parts.ts';
import { factsWithoutAuth, planLogin, planSubmission } from './subject.ts';

const NOTHING_UNDER_WAY: SubmissionSubject['underWay'] = { messages: 0, recipients: 0 };

export function decideWithoutRecords(
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
  const subject = plan.subject([], NOTHING_UNDER_WAY, { content: contentAlone(event) });
  const { verdict } = decideSubmission(subject);
  const isStopped = (isKnown && verdict.verdict === 'reject') || isStoppedByContent(subject);
  return isStopped ? verdict : undefined;
}

/** Facts in the directory's place: whatever the sender addresses, they may be the account's. */
function factsUnsaid(event: SubmissionEvent | LoginEvent | LoginAttempt): AccountFacts {
  const facts = defaultAccountFacts(event.account ?? '');
  if (event.kind !== 'submission') return facts;
  const senders = [
    event.envelopeSender,
    event.message?.headerFrom ?? '',
    ...(event.message?.headerFromMore ?? []),
  ];
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
