/** Rules in force for one account: the defaults, changed by its class, then by its groups in order. */
import type { AccountFacts } from '../account.ts';
import { practicesOfGroup } from '../in-force.ts';
import { compileAllowedNetworks } from '../network-rule.ts';
import type { NetworkFacts } from '../network.ts';
import type { Limit, Policy, RuleChanges, RuleSet } from '../policy.ts';

export interface SourcedLimit extends Limit {
  /** Which part of the policy gave it, such as `group staff`. */
  readonly from: string;
  /**
   * Which one it is of those with the same scope, count and window, from 0: each counts in a slot of
   * its own, for what was let through above a ceiling is its own.
   */
  readonly ordinal: number;
}

export interface ResolvedRules extends Omit<RuleSet, 'limits' | 'clientNetworks'> {
  readonly limits: readonly SourcedLimit[];
  /** Whether the client's network is one the account may be used from; absent means anywhere. */
  readonly allowsNetwork: ((network: NetworkFacts) => boolean) | undefined;
}

type Cache = Map<string, ResolvedRules>;
/** A new policy object starts a new cache, so a reload needs no other care. */
const caches = new WeakMap<Policy, Cache>();
/** Distinct combinations of class, groups and networks kept; over it the cache starts anew. */
const MAX_COMBINATIONS = 10_000;

export function rulesFor(policy: Policy, facts: AccountFacts): ResolvedRules {
  const cache = caches.get(policy) ?? new Map<string, ResolvedRules>();
  caches.set(policy, cache);
  const key =
    facts.groups.length === 0 && facts.clientNetworks.length === 0
      ? facts.class
      : `${facts.class}|${facts.groups.join(',')}|${facts.clientNetworks.join(',')}`;
  const known = cache.get(key);
  if (known) return known;
  if (cache.size >= MAX_COMBINATIONS) cache.clear();
  const rules = resolve(policy, facts);
  cache.set(key, rules);
  return rules;
}

function resolve(policy: Policy, facts: AccountFacts): ResolvedRules {
  const layers: [string, RuleChanges | undefined][] = [
    [`class ${facts.class}`, policy.classes[facts.class]],
    ...facts.groups.map((name): [string, RuleChanges | undefined] => [
      `group ${name}`,
      Object.hasOwn(policy.groups, name) ? policy.groups[name] : undefined,
    ]),
  ];
  let rules: RuleSet = policy.rules;
  let limits: SourcedLimit[] = sourced(rules.limits, 'default');
  for (const [name, changes] of layers) {
    if (changes === undefined) continue;
    const practices = practicesOfGroup(rules.practices, changes.mode);
    const { practices: _, ...others } = { ...rules, ...changes };
    rules = practices === undefined ? others : { ...others, practices };
    limits = mergeLimits(limits, changes.limits ?? [], name);
  }
  const { clientNetworks, ...rest } = rules;
  const networks = facts.clientNetworks.length > 0 ? facts.clientNetworks : clientNetworks;
  return { ...rest, limits, allowsNetwork: compileAllowed(networks) };
}

const isSameKind = (a: Limit, b: Limit): boolean =>
  a.scope === b.scope && a.count === b.count && a.windowSeconds === b.windowSeconds;

function sourced(limits: readonly Limit[], from: string): SourcedLimit[] {
  return limits.map((limit, index) => {
    const earlier = limits.slice(0, index);
    return { ...limit, from, ordinal: earlier.filter((one) => isSameKind(one, limit)).length };
  });
}

/** Limits replace those with the same scope, count and window. */
function mergeLimits(
  base: readonly SourcedLimit[],
  changes: readonly Limit[],
  from: string,
): SourcedLimit[] {
  const kept = base.filter((limit) => !changes.some((change) => isSameKind(change, limit)));
  return [...kept, ...sourced(changes, from)];
}

function compileAllowed(networks: readonly string[]): ResolvedRules['allowsNetwork'] {
  if (networks.length === 0) return undefined;
  const compiled = compileAllowedNetworks(networks);
  // The configuration and the directory refuse unreadable networks; one that slips through must
  // not open the account to everywhere, nor shut its owner out: it counts as no restriction.
  return compiled.ok ? compiled.value : undefined;
}
