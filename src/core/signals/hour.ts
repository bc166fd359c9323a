/**
 * The hour of the week in the account's own time against its habit. Weak on purpose: most thieves work
 * when their victims do (detection design, what decides the design 7).
 */
import { localTime } from '../local-time.ts';
import type { Evidence } from '../evidence.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

const HISTORY = 60;
const HOURS = 168;
/** Less is not worth a sum, and a usual hour speaks for nobody. */
const LEAST = 0.1;
const MOST = 1.2;

export function unusualHour(subject: SubmissionSubject): Evidence | undefined {
  const { profile, facts, world, nowMs } = subject;
  if (facts.class !== 'person' || profile.messages < HISTORY) return undefined;
  const { hourOfWeek } = localTime(nowMs, facts.timeZone ?? world.policy.timeZone);
  const share = profile.hours.shareAround(hourOfWeek);
  const weight = Math.min(MOST, Math.log(0.5 + 0.5 / (HOURS * share)));
  // A thief who works when his victim does is no less one: messages at usual hours must not add up.
  if (weight < LEAST) return undefined;
  return {
    signal: 'hour',
    practice: 'SND-6',
    family: 'timing',
    weight,
    text: weight > 0 ? textOf(share) : USUAL,
  };
}

const USUAL = 'Sent at a usual hour of the week.';

function textOf(share: number): string {
  return `Sent at an hour of the week at which ${percent(share * HOURS)} of an even share of its mail is sent.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
