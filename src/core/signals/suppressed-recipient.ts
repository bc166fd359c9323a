/**
 * Writing to recipients that do not exist or complained. Those that others of the platform were told
 * of come from a list that went round; one's own dead address is more often an old setting that
 * sends every night. The bounce comes on top, so this weighs less than one.
 */
import type { Evidence } from '../evidence.ts';
import { recipientCount } from '../event.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { suppressedText } from '../rules/suppressed.ts';

const EACH = 1.5;
const OWN_DEAD = 0.5;
/** Soft evidence is clipped (detection design 1.2). */
const MOST = 3;

export function suppressedRecipient(subject: SubmissionSubject): Evidence | undefined {
  const { outcomes, world, event } = subject;
  if (outcomes === undefined || outcomes.suppressed.length === 0) return undefined;
  const rules = world.policy.outcomes.suppression;
  const found = outcomes.suppressed.filter(({ kind }) => rules[kind] !== 'off');
  if (found.length === 0) return undefined;
  return {
    signal: 'suppressed-recipient',
    practice: 'SND-13',
    family: 'outcomes',
    weight: Math.min(
      MOST,
      found.reduce(
        (sum, { kind, isOwn }) => sum + (kind === 'unknown' && isOwn ? OWN_DEAD : EACH),
        0,
      ),
    ),
    text: suppressedText(found, recipientCount(event)),
  };
}
