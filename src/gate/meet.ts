/** A connection from outside: what is known of its address, then the pure rules. Asks no DNS. */
import { millisecondsOf } from '../core/event-time.ts';
import { NO_LOAD, type Load } from '../core/inbound/connection-load.ts';
import { decideInbound, type InboundDecision } from '../core/inbound/decide.ts';
import type { ConnectionEvent } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { compileNetworkRules, type NetworkMatcher } from '../core/network-rule.ts';
import type { NetworkFacts } from '../core/network.ts';
import type { Policy } from '../core/policy.ts';
import type { ConnectionCounts } from '../core/profile/connection-counts.ts';
import { SourceRecord } from '../core/profile/source-record.ts';
import type { GateParts } from './parts.ts';
import { sourceKeys } from './subject.ts';

/** `undefined` where nothing is looked at: own and allowed clients. */
export type Meet = (event: ConnectionEvent) => Maybe<InboundDecision | undefined>;

type MeetParts = Pick<GateParts, 'policy' | 'networks' | 'judgeName' | 'hash' | 'standing'>;

export function createMeet(parts: MeetParts, counts: ConnectionCounts): Meet {
  const isExempt = exemptions();
  return (event) => {
    const policy = parts.policy();
    const network = parts.networks.find(event.clientAddress);
    // An address that cannot be read says nothing, and nothing may follow from it.
    if (network.address === '') return undefined;
    // Whoever brings it, a virus is one.
    const isAboutMessage = event.viruses !== undefined;
    if (!isAboutMessage && isExempt(event, network, policy)) return undefined;
    const decide = (load: Load): InboundDecision =>
      decideInbound(
        {
          event,
          rules: policy.inbound,
          isOwnName: (name) =>
            name === event.mta?.toLowerCase() ||
            policy.domains.includes(name) ||
            policy.inbound.ownNames.includes(name),
          judgeName: parts.judgeName ?? NOT_KNOWN,
          connections: policy.connections,
          load,
        },
        policy.rules,
      );
    if (isAboutMessage || policy.connections.action === 'off') return decide(NO_LOAD);
    return andThen(loadOf(event, network, { parts, counts }), (load) => {
      const decision = decide(load);
      const { verdict, enforced } = decision.verdict;
      // What was turned away has not connected: it may try again as often as anybody.
      if (verdict === 'pass' || !enforced) count(event, network, { parts, counts });
      return decision;
    });
  };
}

function exemptions() {
  const allowedBy = new WeakMap<Policy, NetworkMatcher>();
  const allowed = (policy: Policy): NetworkMatcher => {
    const known = allowedBy.get(policy);
    if (known !== undefined) return known;
    const compiled = compileNetworkRules(policy.inbound.allowedNetworks);
    const made = compiled.ok ? compiled.value : () => false;
    allowedBy.set(policy, made);
    return made;
  };
  return (event: ConnectionEvent, network: NetworkFacts, policy: Policy): boolean => {
    const isOurs = network.class === 'own' || network.class === 'local';
    if (isOurs || allowed(policy)(network)) return true;
    return isBelow(event.clientName, policy.inbound.allowedNames);
  };
}

interface Counting {
  readonly parts: MeetParts;
  readonly counts: ConnectionCounts;
}

/** One sum over all services: connections, and the wrong passwords that ACC-6 keeps. */
function loadOf(event: ConnectionEvent, network: NetworkFacts, at: Counting): Maybe<Load> {
  const { parts, counts } = at;
  const { windowSeconds } = parts.policy().connections;
  const nowMs = millisecondsOf(event.at);
  const [key] = sourceKeys(parts.hash, network);
  const connections = counts.seen(key, nowMs, windowSeconds) + 1;
  const readLoad = ([record]: readonly (Uint8Array | undefined)[]): Load => ({
    connections,
    failures: new SourceRecord(record).distinctSince(nowMs - windowSeconds * 1000),
  });
  // Without the store connections still count.
  const alone = (): Load => ({ connections, failures: 0 });
  try {
    const read = parts.standing.read([key]);
    return read instanceof Promise ? read.then(readLoad, alone) : readLoad(read);
  } catch {
    return alone();
  }
}

function count(event: ConnectionEvent, network: NetworkFacts, { parts, counts }: Counting): void {
  const [key] = sourceKeys(parts.hash, network);
  counts.add(key, millisecondsOf(event.at), parts.policy().connections.windowSeconds);
}

const NOT_KNOWN = () => ({ kind: 'unknown' as const, score: 0, reason: 'nothing is known' });

/** Only a verified name counts: anybody may write any reverse name. */
function isBelow(name: string | undefined, allowed: readonly string[]): boolean {
  const lower = name?.toLowerCase();
  return lower !== undefined && allowed.some((one) => lower === one || lower.endsWith(`.${one}`));
}
