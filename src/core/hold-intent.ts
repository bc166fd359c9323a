/** A message that waits in the MTA's hold queue gets an owner and a clock (CON-3, CON-4). */
import { recipientCount } from './event.ts';
import type { Intent } from './intent.ts';
import type { Finding, SubmissionSubject } from './rules/finding.ts';
import type { Verdict } from './verdict.ts';

type HoldIntent = Extract<Intent, { kind: 'hold' }>;

/** Characters kept of a subject. */
const MAX_SUBJECT = 200;

/**
 * One for each message that is really held: an enforced `hold`, and an enforced `defer` of a person
 * whose whole message is at hand and was looked at, which the doors render as a short hold. Without a
 * queue id there is nothing to find again.
 */
export function holdIntentsOf(
  subject: SubmissionSubject,
  verdict: Verdict,
  findings: readonly Finding[],
): HoldIntent[] {
  const { event, facts } = subject;
  const { queueId = '' } = event;
  if (!verdict.enforced || queueId === '' || event.abandoned === true) return [];
  if (event.comesAgain === 'all') return [];
  const isPerson = facts.class === 'person' && (event.account ?? '') !== '';
  const isSlowed = verdict.verdict === 'defer' && verdict.notLookedAt !== true;
  const isShort = isSlowed && isPerson && hasMessage(subject) && event.comesAgain === undefined;
  if (verdict.verdict !== 'hold' && !isShort) return [];
  const cause = findings.find((finding) => finding.action === 'hold' && finding.cause)?.cause;
  const releaseMs = Date.parse(verdict.at) + (verdict.retryAfterSeconds ?? 0) * 1000;
  return [
    {
      kind: 'hold',
      account: verdict.account,
      identity: verdict.identity,
      context: verdict.context,
      at: verdict.at,
      reference: verdict.reference,
      submission: event.id,
      mta: event.mta ?? '',
      queueId,
      envelopeSender: event.envelopeSender,
      recipients: recipientCount(event),
      subject: (event.message?.subject ?? '').slice(0, MAX_SUBJECT),
      reasons: verdict.reasons,
      ...(cause === undefined ? {} : { cause }),
      ...(isShort ? { releaseAt: new Date(releaseMs).toISOString() } : {}),
    },
  ];
}

/** Only the full door can quarantine; the light one answers `defer` in its own way. */
function hasMessage({ event }: SubmissionSubject): boolean {
  return event.message !== undefined;
}
