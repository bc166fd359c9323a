/**
 * SND-13: of a burst to recipients never written to, the first go and the rest waits for their
 * answers, ten minutes at most. Too many that do not exist, and the burst is over: whoever sends to a
 * bought or harvested list is stopped after 50, and a clean list loses ten minutes (design 1.5).
 */
import type { Finding, SubmissionSubject } from './finding.ts';

/** When so many of those let go have answered, the others will not change the picture. */
const ANSWERED_SHARE = 0.9;

export function canary(subject: SubmissionSubject): Finding | undefined {
  const { outcomes, world, event } = subject;
  const { canary: action } = subject.rules;
  if (outcomes === undefined || outcomes.fresh === 0 || action === 'off') return undefined;
  const rules = world.policy.outcomes.canary;
  const { burst, fresh } = outcomes;
  const total = burst.count + fresh;
  if (total <= rules.burst || (event.account ?? '') === '') return undefined;
  if (burst.unknown >= rules.unknown) return stopped(subject, total);
  if (total <= rules.release || burst.goesOn || mayGoOn(subject)) return undefined;
  const waitedMs = burst.waitsSinceMs === 0 ? 0 : subject.nowMs - burst.waitsSinceMs;
  return {
    rule: 'canary',
    practice: 'SND-13',
    action,
    retryAfterSeconds: Math.max(1, Math.ceil(rules.waitSeconds - waitedMs / 1000)),
    text:
      `${total} recipients never written to before in one burst; ${rules.release} go first, the ` +
      `others wait for their answers (${burst.answered} so far, ${burst.unknown} do not exist), at ` +
      `most ${Math.round(rules.waitSeconds / 60)} minutes.`,
  };
}

/** Whether a burst that is larger than what goes at once need not wait any more. */
export function mayGoOn({ outcomes, world, nowMs }: SubmissionSubject): boolean {
  if (outcomes === undefined) return false;
  const { release, waitSeconds } = world.policy.outcomes.canary;
  const { count, answered, waitsSinceMs } = outcomes.burst;
  if (waitsSinceMs !== 0 && nowMs - waitsSinceMs >= waitSeconds * 1000) return true;
  return count >= release / 2 && answered >= count * ANSWERED_SHARE;
}

function stopped({ outcomes, world, rules: own }: SubmissionSubject, total: number): Finding {
  const { unknown = 0, count = 0 } = outcomes?.burst ?? {};
  const rules = world.policy.outcomes.canary;
  return {
    rule: 'canary',
    practice: 'SND-13',
    action: own.canary === 'observe' ? 'observe' : 'hold',
    // What waits for its turn is kept too: a short hold does not let itself go on this rung.
    climbs: true,
    cause: 'canary',
    text:
      `${unknown} of ${count} recipients never written to before do not exist; a burst of ${total} ` +
      `is stopped at ${rules.unknown}.`,
    figures: [
      {
        name: 'New recipients that do not exist',
        observed: `${unknown} of ${count}`,
        usual: `fewer than ${rules.unknown}`,
      },
    ],
  };
}
