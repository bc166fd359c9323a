/** From the file's policy section to the rules as the core reads them. */
import type { DistinctRule, FaultAction, Limit, Policy, RuleChanges } from '../core/policy.ts';
import { parseFingerprint } from '../core/message/fingerprint.ts';
import type { Settings } from './schema.ts';
import { WEEKDAYS } from './sections/policy.ts';
import type { RuleChangesConfig } from './sections/limits.ts';

type PolicySettings = Settings['policy'];

const seconds = (ms: number) => ms / 1_000;

function limit(from: PolicySettings['limits'][number]): Limit {
  const { window, ...rest } = from;
  return { ...rest, windowSeconds: seconds(window) };
}

function distinct(from: PolicySettings['places']): DistinctRule {
  const { window, ...rest } = from;
  return { ...rest, windowSeconds: seconds(window) };
}

/** Only the keys that are given: an absent one must not undo the general rule. */
function changes(from: RuleChangesConfig): RuleChanges {
  return {
    ...(from.mode && { mode: from.mode }),
    ...(from.limits && { limits: from.limits.map(limit) }),
    ...(from.places && { places: distinct(from.places) }),
    ...(from.countries && { countries: distinct(from.countries) }),
    ...(from.other_sender && { otherSender: from.other_sender }),
    ...(from.foreign_sender && { foreignSender: from.foreign_sender }),
    ...(from.client_networks && { clientNetworks: from.client_networks }),
    ...(from.client_network_action && { clientNetworkAction: from.client_network_action }),
    ...(from.cleartext && { cleartext: from.cleartext }),
    ...(from.canary && { canary: from.canary }),
  };
}

function changesByName(
  named: Readonly<Record<string, RuleChangesConfig>>,
): Record<string, RuleChanges> {
  return Object.fromEntries(Object.entries(named).map(([name, from]) => [name, changes(from)]));
}

function connections(from: PolicySettings['connections']): Policy['connections'] {
  return {
    action: from.action,
    windowSeconds: seconds(from.window),
    limit: from.limit,
    failureWeight: from.failure_weight,
  };
}

function failures(from: PolicySettings['failures']): Policy['failures'] {
  return {
    windowSeconds: seconds(from.window),
    perAddress: from.per_address,
    perNetwork: from.per_network,
    networksPerAccount: from.networks_per_account,
    shutOutSeconds: seconds(from.shut_out),
    tarpitSeconds: seconds(from.tarpit),
  };
}

function businessHours(from: PolicySettings['business_hours']): Policy['businessHours'] {
  return {
    days: from.days.map((name) => WEEKDAYS.indexOf(name) + 1),
    fromMinute: from.from,
    toMinute: from.to,
    holidays: from.holidays,
    outsideFactor: from.outside_factor,
  };
}

function rules({ policy, outcomes: { canary, new_accounts, storms } }: Settings): Policy['rules'] {
  return {
    mode: policy.mode,
    limits: policy.limits.map(limit),
    places: distinct(policy.places),
    countries: distinct(policy.countries),
    otherSender: policy.senders.other,
    foreignSender: policy.senders.foreign,
    clientNetworks: policy.client_networks,
    clientNetworkAction: policy.client_network_action,
    cleartext: policy.cleartext,
    canary: canary.action,
    newAccounts: new_accounts,
    storms,
  };
}

function content(config: Settings): Policy['content'] {
  const { content: from, conformance: faults, scanners } = config;
  const { campaign } = from;
  return {
    virus: { action: from.virus.action, unknown: scanners.clamd?.on_failure ?? 'pass' },
    campaign: {
      action: campaign.action,
      accounts: campaign.accounts,
      minWords: campaign.min_words,
      allow: campaign.allow.map(parseFingerprint).filter((rows) => rows !== undefined),
    },
    attachments: from.attachments,
    listedHosts: from.listed_hosts,
    ownPassword: from.own_password,
    conformance: {
      'missing-date': judged(faults.missing_date),
      'missing-from': judged(faults.missing_from),
      'missing-message-id': judged(faults.missing_message_id),
      'unqualified-address': judged(faults.unqualified_address),
      'long-line': judged(faults.long_line),
      'bare-line-break': judged(faults.bare_line_break),
      'eight-bit-header': judged(faults.eight_bit_header),
      'duplicate-header': judged(faults.duplicate_header),
      'too-many-fields': judged(faults.too_many_fields),
    },
  };
}

function outcomes({ outcomes: from }: Settings): Policy['outcomes'] {
  const { bounces, complaints, recipients, action } = from.stop_lines;
  const { wait, burst, release, unknown: stopAt } = from.canary;
  const { unknown, complained, unknown_for, complained_for } = from.suppression;
  return {
    stopLines: { bounces, complaints, recipients, action },
    canary: { burst, release, unknown: stopAt, waitSeconds: seconds(wait) },
    suppression: {
      unknown,
      complained,
      unknownSeconds: seconds(unknown_for),
      complainedSeconds: seconds(complained_for),
    },
  };
}

/** What the door mends is no fault of what leaves. */
function judged(remedy: FaultAction | 'mend'): FaultAction {
  return remedy === 'mend' ? 'off' : remedy;
}

export function toPolicy(config: Settings): Policy {
  const { policy } = config;
  const { quiet, thresholds } = policy.ladder;
  return {
    rules: rules(config),
    groups: changesByName(policy.groups),
    classes: changesByName(policy.classes),
    failures: failures(policy.failures),
    connections: connections(policy.connections),
    businessHours: businessHours(policy.business_hours),
    timeZone: policy.time_zone,
    domains: policy.domains,
    relay: policy.relay,
    inboundContexts: config.doors.policy.inbound_contexts.map((name) => name.toLowerCase()),
    inbound: {
      noReverseName: config.inbound.no_reverse_name,
      forwardMismatch: config.inbound.forward_mismatch,
      homeConnection: config.inbound.home_connection,
      impossibleHelo: config.inbound.impossible_helo,
      virus: config.inbound.virus,
      ownNames: config.watch.hosts.map(({ name }) => name.toLowerCase()),
      allowedNetworks: config.inbound.allow_networks,
      allowedNames: config.inbound.allow_names,
    },
    content: content(config),
    outcomes: outcomes(config),
    forwards: { switchOff: config.forwards.switch_off, spam: config.forwards.spam },
    thresholds,
    unlockOn: policy.locks.unlock_on,
    contact: config.alerts.postmaster ?? '',
    quietSeconds: {
      throttle: seconds(quiet.throttle),
      hold: seconds(quiet.hold),
      lock: seconds(quiet.lock),
    },
  };
}
