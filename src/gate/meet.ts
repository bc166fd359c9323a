/** A connection from outside: what is known of its address, then the pure rules. Asks no DNS. */
import { decideInbound, type InboundDecision } from '../core/inbound/decide.ts';
import type { ConnectionEvent } from '../core/event.ts';
import { compileNetworkRules, type NetworkMatcher } from '../core/network-rule.ts';
import type { Policy } from '../core/policy.ts';
import type { Verdict } from '../core/verdict.ts';
import type { DoorName } from '../telemetry/contract.ts';
import type { GateParts } from './parts.ts';

export type Meet = (event: ConnectionEvent) => InboundDecision | undefined;

/** `undefined` where nothing is looked at: own and allowed clients. */
export function createMeet(parts: Pick<GateParts, 'policy' | 'networks' | 'judgeName'>): Meet {
  const allowedBy = new WeakMap<Policy, NetworkMatcher>();
  const allowed = (policy: Policy): NetworkMatcher => {
    const known = allowedBy.get(policy);
    if (known !== undefined) return known;
    const compiled = compileNetworkRules(policy.inbound.allowedNetworks);
    const made = compiled.ok ? compiled.value : () => false;
    allowedBy.set(policy, made);
    return made;
  };
  return (event) => {
    const policy = parts.policy();
    const network = parts.networks.find(event.clientAddress);
    const isOurs = network.class === 'own' || network.class === 'local';
    // An address that cannot be read says nothing, and nothing may follow from it.
    if (network.address === '' || isOurs || allowed(policy)(network)) return undefined;
    if (isBelow(event.clientName, policy.inbound.allowedNames)) return undefined;
    return decideInbound(
      {
        event,
        rules: policy.inbound,
        isOwnName: (name) => name === event.mta?.toLowerCase() || policy.domains.includes(name),
        judgeName: parts.judgeName ?? NOT_KNOWN,
      },
      policy.rules,
    );
  };
}

/** The verdict for a door: counted, and journalled where a rule spoke. */
export function answerStranger(
  event: ConnectionEvent,
  at: {
    readonly door: DoorName;
    readonly meet: Meet;
    readonly parts: Pick<GateParts, 'telemetry' | 'journal'>;
  },
): Verdict {
  const { door, meet, parts } = at;
  const met = meet(event);
  if (met === undefined) return passUnlooked(event);
  const { verdict, findings } = met;
  for (const { rule, action } of findings) parts.telemetry.met(door, { rule, action, verdict });
  if (findings.length > 0) parts.journal.append(event, verdict);
  return verdict;
}

/** Own and allowed clients: no rule was asked. */
function passUnlooked(event: ConnectionEvent): Verdict {
  const none = { noReverseName: 'off', forwardMismatch: 'off' } as const;
  const more = { homeConnection: 'off', impossibleHelo: 'off' } as const;
  const rules = { ...none, ...more, allowedNetworks: [], allowedNames: [] };
  const asked = { event, rules, isOwnName: () => false, judgeName: NOT_KNOWN };
  return decideInbound(asked, { mode: 'observe' }).verdict;
}

const NOT_KNOWN = () => ({ kind: 'unknown' as const, score: 0, reason: 'nothing is known' });

/** Only a verified name counts: anybody may write any reverse name. */
function isBelow(name: string | undefined, allowed: readonly string[]): boolean {
  const lower = name?.toLowerCase();
  return lower !== undefined && allowed.some((one) => lower === one || lower.endsWith(`.${one}`));
}
