/**
 * SND-1, SND-3, SND-5: sliding limits with burst over accepted messages and recipients, layered by
 * account, group, domain, address and platform. Reaching one always alerts (SND-2).
 */
import { isBusinessTime, localTime } from '../local-time.ts';
import { recipientCount } from '../event.ts';
import { fillOf } from '../profile/counters.ts';
import { durationText } from './duration-text.ts';
import type { Finding, FindingAction, SubmissionSubject } from './finding.ts';
import type { SourcedLimit } from './resolve.ts';

/** On the throttle rung an account gets this share of its limits. */
const THROTTLED_SHARE = 0.25;

const SEVERITY: readonly FindingAction[] = ['observe', 'throttle', 'hold', 'reject', 'lock'];

type Scoped = Pick<SubmissionSubject, 'who' | 'facts' | 'network' | 'world'>;

/** Standing key of a limit's counters, or nothing where the scope has no name here. */
export function counterKeys(limit: SourcedLimit, subject: Scoped): readonly string[] {
  switch (limit.scope) {
    case 'account':
      return [`c:account:${subject.who.account}`];
    case 'group':
      return limit.from.startsWith('group ')
        ? [`c:group:${limit.from.slice('group '.length)}`]
        : subject.facts.groups.map((group) => `c:group:${group}`);
    case 'domain':
      return subject.facts.tenant === '' ? [] : [`c:domain:${subject.facts.tenant}`];
    case 'address':
      return subject.network.address === ''
        ? []
        : [`c:address:${subject.world.hash.hex(subject.network.address)}`];
    case 'platform':
      return ['c:platform'];
    default: {
      const never: never = limit.scope;
      return never;
    }
  }
}

/** The ceiling now: less outside business hours, less on the throttle rung. */
export function ceilingOf(
  limit: SourcedLimit,
  subject: SubmissionSubject,
  throttled: boolean,
): number {
  let ceiling = limit.limit;
  const { businessHours } = subject.world.policy;
  if (businessHours.outsideFactor !== 1 && limit.scope === 'account') {
    const zone = subject.facts.timeZone ?? subject.world.policy.timeZone;
    if (!isBusinessTime(localTime(subject.nowMs, zone), businessHours)) {
      ceiling *= businessHours.outsideFactor;
    }
  }
  if (throttled && limit.scope === 'account') ceiling *= THROTTLED_SHARE;
  return Math.max(1, Math.floor(ceiling));
}

/** The most severe limit that the submission does not fit under. */
export function limits(subject: SubmissionSubject, throttled: boolean): Finding | undefined {
  const { event, underWay } = subject;
  const amounts = {
    messages: 1 + underWay.messages,
    recipients: Math.max(1, recipientCount(event)) + underWay.recipients,
  };
  let worst: Finding | undefined;
  for (const limit of subject.rules.limits) {
    const ceiling = ceilingOf(limit, subject, throttled);
    for (const key of counterKeys(limit, subject)) {
      const amount = amounts[limit.count];
      const ask = { nowMs: subject.nowMs, amount, ceiling };
      const fill = fillOf(subject.counters.get(key), limit, ask);
      if (fill.fits) continue;
      const finding = describe(limit, subject, { used: fill.used, amount, ceiling });
      if (worst === undefined || isMoreSevere(finding, worst)) worst = finding;
    }
  }
  return worst;
}

function isMoreSevere(a: Finding, b: Finding): boolean {
  return SEVERITY.indexOf(a.action) > SEVERITY.indexOf(b.action);
}

const OWNER: Readonly<Record<SourcedLimit['scope'], string>> = {
  account: 'this account',
  group: 'its group',
  domain: 'its domain',
  address: 'its client address',
  platform: 'the whole platform',
};

function describe(
  limit: SourcedLimit,
  subject: SubmissionSubject,
  state: { readonly used: number; readonly amount: number; readonly ceiling: number },
): Finding {
  const window = durationText(limit.windowSeconds);
  const usual = subject.profile.usualRecipientsPerDay;
  const usually =
    subject.profile.activeDays > 1 ? ` Usually it writes to ${Math.round(usual)} a day.` : '';
  const less = state.ceiling < limit.limit ? ` (of ${limit.limit}, lowered at this time)` : '';
  return {
    rule: 'limit',
    practice: 'SND-1',
    action: limit.action,
    cause: `limit:${limit.scope}:${limit.count}:${limit.windowSeconds}`,
    text:
      `${state.used} ${limit.count} in ${window} and ${state.amount} more asked for; ` +
      `the limit for ${OWNER[limit.scope]} is ${state.ceiling}${less}.${usually}`,
    figures: [
      {
        name: `${limit.count === 'messages' ? 'Messages' : 'Recipients'} in ${window}, ${OWNER[limit.scope]}`,
        observed: `${state.used} and ${state.amount} more`,
        usual: `at most ${state.ceiling}`,
      },
      {
        name: 'Recipients a day',
        observed: String(subject.profile.recipientsToday),
        usual: subject.profile.activeDays > 1 ? String(Math.round(usual)) : 'not known yet',
      },
    ],
  };
}
