/** ACC-1: no relay without AUTH; own legacy clients are listed, so that they can be migrated. */
import { compileAllowedNetworks, compileNetworkRules } from '../network-rule.ts';
import type { NetworkFacts } from '../network.ts';
import type { Policy } from '../policy.ts';
import { LOCAL_SERVICE } from '../event.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

const compiled = new WeakMap<Policy, (network: NetworkFacts) => boolean>();

export function isLegacyClient(policy: Policy, network: NetworkFacts): boolean {
  let matches = compiled.get(policy);
  if (matches === undefined) {
    const rules = compileNetworkRules(policy.relay.networks);
    matches = rules.ok && policy.relay.networks.length > 0 ? rules.value : (): boolean => false;
    compiled.set(policy, matches);
  }
  return matches(network);
}

const unsaid = new WeakMap<Policy, (network: NetworkFacts) => boolean>();

/**
 * Whether only a table that is still loading can say if the client may. Without any table the
 * refusal stands: an open relay is worse than an old client that waits.
 */
function isNotYetKnown(policy: Policy, network: NetworkFacts): boolean {
  if (!network.isLoading) return false;
  let cannotSay = unsaid.get(policy);
  if (cannotSay === undefined) {
    const rules = compileAllowedNetworks(policy.relay.networks);
    cannotSay = rules.ok ? rules.value : (): boolean => false;
    unsaid.set(policy, cannotSay);
  }
  return cannotSay(network);
}

export function relayWithoutAuth(subject: SubmissionSubject): Finding | undefined {
  const { event, network, world } = subject;
  if (event.account !== undefined && event.account !== '') return undefined;
  // A program of this very host hands its mail to the sendmail command: nobody relays.
  if (event.service === LOCAL_SERVICE) return undefined;
  // A host that redirects for an account of ours hands on what came to it (FWD-1).
  if ((event.forwarder ?? '') !== '') return undefined;
  const { action } = world.policy.relay;
  if (action === 'off') return undefined;
  const legacy = isLegacyClient(world.policy, network);
  if (!legacy && isNotYetKnown(world.policy, network)) return undefined;
  return {
    rule: 'relay-without-auth',
    practice: 'ACC-1',
    action: legacy ? 'observe' : action,
    text: legacy
      ? 'The client relays without AUTH from a network that still may; move it to AUTH.'
      : 'The client asked to send without AUTH.',
  };
}
