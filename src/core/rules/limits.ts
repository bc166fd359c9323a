/**
 * SND-1, SND-3, SND-5: sliding limits with burst over accepted messages and recipients, layered by
 * account, group, domain, address and platform. Reaching one always alerts (SND-2).
 */
import { isBusinessTime, localTime } from '../local-time.ts';
import type { AccountFacts } from '../account.ts';
import { recipientCount } from '../event.ts';
import type { Limit } from '../policy.ts';
import { countedAddress } from '../profile/address-key.ts';
import { fillOf } from '../profile/counters.ts';
import { durationText } from './duration-text.ts';
import type { Finding, FindingAction, LimitSlot, SubmissionSubject } from './finding.ts';
import type { SourcedLimit } from './resolve.ts';

/** On the throttle rung an account gets this share of its limits. */
const THROTTLED_SHARE = 0.25;

const SEVERITY: readonly FindingAction[] = ['observe', 'throttle', 'hold', 'reject', 'lock'];

type Scoped = Pick<SubmissionSubject, 'who' | 'facts' | 'network' | 'world'>;

/** Where an account's own limits are counted. */
export const accountCounter = (account: string): string => `c:account:${account}`;

/** Standing keys a limit counts under: none where its scope has no name here. */
export function counterKeys(limit: SourcedLimit, subject: Scoped): readonly string[] {
  switch (limit.scope) {
    case 'account':
      return [accountCounter(subject.who.account)];
    case 'group':
      return limit.from.startsWith('group ')
        ? [`c:group:${limit.from.slice('group '.length)}`]
        : subject.facts.groups.map((group) => `c:group:${group}`);
    case 'domain':
      return subject.facts.tenant === '' ? [] : [`c:domain:${subject.facts.tenant}`];
    case 'address':
      return subject.network.address === ''
        ? []
        : [`c:address:${subject.world.hash.hex(countedAddress(subject.network.address))}`];
    case 'platform':
      return ['c:platform'];
    default: {
      const never: never = limit.scope;
      return never;
    }
  }
}

/** Counter keys of all limits of a submission, each once, and which limit counts where. */
export function planLimits(
  limits: readonly SourcedLimit[],
  subject: Scoped,
): { readonly keys: readonly string[]; readonly slots: readonly LimitSlot[] } {
  const keys: string[] = [];
  const slots: LimitSlot[] = [];
  for (const limit of limits) {
    for (const key of counterKeys(limit, subject)) {
      const known = keys.indexOf(key);
      slots.push({ limit, counter: known < 0 ? keys.push(key) - 1 : known });
    }
  }
  return { keys, slots };
}

/** Share of an account's limits in force now: less outside business hours (SND-5). */
function shareOfTime(facts: AccountFacts, when: Moment): number {
  const { businessHours, timeZone } = when.world.policy;
  if (businessHours.outsideFactor === 1) return 1;
  const local = localTime(when.nowMs, facts.timeZone ?? timeZone);
  return isBusinessTime(local, businessHours) ? 1 : businessHours.outsideFactor;
}

type Moment = Pick<SubmissionSubject, 'world' | 'nowMs'>;

/** What a limit allows at a moment, for an account that is not throttled. */
export function ceilingNow(limit: Limit, facts: AccountFacts, when: Moment): number {
  return ceilingOf(limit, shareOfTime(facts, when));
}

/** What each limit allows now: less outside business hours (SND-5) and on the throttle rung. */
export function ceilingsNow(
  subject: SubmissionSubject,
  throttled: boolean,
): (limit: Limit) => number {
  const share = shareOfTime(subject.facts, subject) * (throttled ? THROTTLED_SHARE : 1);
  return (limit) => ceilingOf(limit, share);
}

function ceilingOf(limit: Limit, share: number): number {
  return limit.scope === 'account' ? Math.max(1, Math.floor(limit.limit * share)) : limit.limit;
}

/**
 * The most severe limit that the submission does not fit under. When recipients were refused on the
 * way and the rest fits, the limit they hit is found as `observe`: nothing more is stopped, and
 * somebody is told (SND-2).
 */
export function limits(subject: SubmissionSubject, throttled: boolean): Finding | undefined {
  const accepted = worstLimit(subject, throttled, 0);
  const refused = subject.event.refusedRecipients?.length ?? 0;
  if (accepted !== undefined || refused === 0) return accepted;
  const asked = worstLimit(subject, throttled, refused);
  return asked && { ...asked, action: 'observe' };
}

function worstLimit(
  subject: SubmissionSubject,
  throttled: boolean,
  refused: number,
): Finding | undefined {
  const { event, underWay, counters, nowMs } = subject;
  const messages = 1 + underWay.messages;
  const recipients = Math.max(1, recipientCount(event) + refused) + underWay.recipients;
  const ceilingFor = ceilingsNow(subject, throttled);
  let worst: Finding | undefined;
  for (const { limit, counter } of subject.slots) {
    const amount = limit.count === 'messages' ? messages : recipients;
    const ceiling = ceilingFor(limit);
    const fill = fillOf(counters[counter], limit, { nowMs, amount, ceiling });
    if (fill.fits) continue;
    const state = { used: fill.used, amount, ceiling };
    const described = describe(limit, subject, state);
    const finding = isForEver(limit, subject) ? tooMany(described, limit, subject) : described;
    if (worst === undefined || isMoreSevere(finding, worst)) worst = finding;
  }
  return worst;
}

/** Whether the message alone is more than the limit ever lets through: waiting does not help. */
function isForEver(limit: Limit, { event }: SubmissionSubject): boolean {
  if (limit.action !== 'throttle' || limit.count !== 'recipients') return false;
  return recipientCount(event) > mostAtOnce(limit);
}

const mostAtOnce = ({ limit, burst }: Limit): number => limit + burst;

/**
 * Refused at once, so that the sender learns it now and not when his mail server gives up. At a recipient
 * it is 4xx all the same (RFC 5321 section 4.5.3.1.10): a mail server sends to the others later.
 */
function tooMany(finding: Finding, limit: Limit, { isWhole }: SubmissionSubject): Finding {
  const told = { ...finding, detail: String(mostAtOnce(limit)) };
  return isWhole === true ? { ...told, action: 'reject' } : told;
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

/** The first one of its kind keeps the short name that open incidents have. */
function causeOf({ scope, count, windowSeconds, ordinal }: SourcedLimit): string {
  const kind = `limit:${scope}:${count}:${windowSeconds}`;
  return ordinal === 0 ? kind : `${kind}:${ordinal + 1}`;
}

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
    cause: causeOf(limit),
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
