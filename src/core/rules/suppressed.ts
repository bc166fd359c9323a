/**
 * SND-13: recipients that do not exist, or that complained of this account, are not written to again
 * where the operator says so. The others of the message get it.
 */
import { recipientCount } from '../event.ts';
import type { SuppressedRecipient } from '../outcomes-known.ts';
import type { Verdict } from '../verdict.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

export function suppressed(subject: SubmissionSubject): Finding | undefined {
  const refused = refusedOf(subject);
  if (refused.length === 0) return undefined;
  const asked = recipientCount(subject.event);
  return {
    rule: 'suppressed',
    practice: 'SND-13',
    action: refused.length >= asked ? 'reject' : 'observe',
    text: suppressedText(refused, asked),
  };
}

/** What each of them is answered; undefined when all are taken. */
export function refusedRecipients(subject: SubmissionSubject): Verdict['perRecipient'] {
  const refused = refusedOf(subject);
  if (refused.length === 0) return undefined;
  return Object.fromEntries(refused.map(({ recipient }) => [recipient, 'reject'] as const));
}

/** `2 of 5 recipients did not exist when last written to (2026-03-01).` */
export function suppressedText(found: readonly SuppressedRecipient[], asked: number): string {
  const parts: string[] = [];
  for (const kind of ['unknown', 'complained'] as const) {
    const some = found.filter((one) => one.kind === kind);
    if (some.length === 0) continue;
    const latest = new Date(Math.max(...some.map(({ atMs }) => atMs))).toISOString().slice(0, 10);
    const what =
      kind === 'unknown'
        ? `did not exist when ${some.every(({ isOwn }) => isOwn) ? 'this account' : 'somebody here'} last wrote to them`
        : 'complained of mail from this account';
    parts.push(`${some.length} of ${asked} recipients ${what} (${latest})`);
  }
  return `${parts.join('; ')}.`;
}

const NONE: readonly SuppressedRecipient[] = [];

function refusedOf({ outcomes, world }: SubmissionSubject): readonly SuppressedRecipient[] {
  if (outcomes === undefined || outcomes.suppressed.length === 0) return NONE;
  const rules = world.policy.outcomes.suppression;
  return outcomes.suppressed.filter(({ kind }) => rules[kind] === 'refuse');
}
