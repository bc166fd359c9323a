/**
 * What a submission's judgement needs before any record is read: who, rules, keys and context. The
 * same account from the same network asks at every recipient and again for the message, so the
 * frames used lately are kept.
 */
import type { AccountFacts } from '../core/account.ts';
import type { SubmissionEvent } from '../core/event.ts';
import { contextOf, identifySubmission, type Context, type Identity } from '../core/identity.ts';
import type { NetworkFacts } from '../core/network.ts';
import type { LimitSlot, World } from '../core/rules/finding.ts';
import { planLimits } from '../core/rules/limits.ts';
import { rulesFor, type ResolvedRules } from '../core/rules/resolve.ts';
import { KeyList } from '../store/standing.ts';

export const identityKey = (identity: string): string => `i:${identity}`;
export const accountKey = (account: string): string => `a:${account}`;
/** What came back for the account's mail, and whom it has written to. */
export const outcomeKey = (account: string): string => `o:${account}`;
/** What of complaints and of bounces counts once a week. */
export const complainedKey = (account: string): string => `y:c:${account}`;
export const bouncedKey = (account: string): string => `y:b:${account}`;
export const writtenKey = (account: string): string => `w:${account}`;
/** Who writes to the account, and what came in. */
export const heardKey = (account: string): string => `h:${account}`;
/** Nothing is ever kept there. */
export const NO_PLACE_KEY = 'p:';
export const accountHashOf = (hash: World['hash'], account: string): number =>
  hash.low(`account|${account}`);

export interface SubmissionFrame {
  readonly who: Identity;
  readonly rules: ResolvedRules;
  readonly context: Context;
  /** Identity, account, then counters. */
  readonly list: KeyList;
  readonly slots: readonly LimitSlot[];
  /** What came back, whom it has written to, who writes to it. */
  readonly outcomes: KeyList;
  readonly writtenKey: string;
  /** Who writes to strangers from this place; `NO_PLACE_KEY` where it is everybody's, or nobody's. */
  readonly placeKey: string;
}

interface Surroundings {
  readonly world: World;
  readonly facts: AccountFacts;
  readonly network: NetworkFacts;
}

interface Kept {
  readonly frame: SubmissionFrame;
  readonly event: Pick<SubmissionEvent, 'credential' | 'heloName' | 'mechanism'>;
  readonly facts: AccountFacts;
  readonly network: NetworkFacts;
}

/** Frames kept of one policy, about 1 KiB each; over it they start anew. */
export const MAX_KEPT_FRAMES = 8_192;

/** A new world comes with each new policy, so a reload needs no other care. */
const keptFrames = new WeakMap<World, Map<string, Kept>>();

export function submissionFrame(event: SubmissionEvent, known: Surroundings): SubmissionFrame {
  const login = event.account ?? '';
  // Without AUTH anybody may ask: only accounts are worth remembering.
  if (login === '') return makeFrame(event, known);
  let frames = keptFrames.get(known.world);
  if (frames === undefined) keptFrames.set(known.world, (frames = new Map<string, Kept>()));
  const kept = frames.get(login);
  if (kept !== undefined && isSame(kept, event, known)) return kept.frame;
  const frame = makeFrame(event, known);
  if (frames.size >= MAX_KEPT_FRAMES) frames.clear();
  const { credential, heloName, mechanism } = event;
  const { facts, network } = known;
  frames.set(login, {
    frame,
    event: {
      ...(credential !== undefined && { credential }),
      ...(heloName !== undefined && { heloName }),
      ...(mechanism !== undefined && { mechanism }),
    },
    facts,
    network,
  });
  return frame;
}

function isSame(kept: Kept, event: SubmissionEvent, known: Surroundings): boolean {
  return (
    // Facts of a network are kept by their source: the same address gives the same object.
    kept.network === known.network &&
    kept.event.heloName === event.heloName &&
    kept.event.mechanism === event.mechanism &&
    kept.event.credential === event.credential &&
    hasSameRules(kept.facts, known.facts)
  );
}

/** Whether rules and counters of the two are the same. */
function hasSameRules(a: AccountFacts, b: AccountFacts): boolean {
  if (a === b) return true;
  const isPlain = (facts: AccountFacts): boolean =>
    facts.groups.length === 0 && facts.clientNetworks.length === 0;
  return a.class === b.class && a.tenant === b.tenant && isPlain(a) && isPlain(b);
}

/** Carriers, relays, Tor and the fetchers of big providers are shared by people who have nothing to do with each other. */
function placeKeyOf({ class: of, place }: NetworkFacts, { hash }: World): string {
  const isOnes = place !== '' && (of === 'fixed' || of === 'hosting');
  return isOnes ? `p:${hash.hex(`place|${place}`)}` : NO_PLACE_KEY;
}

function makeFrame(
  event: SubmissionEvent,
  { world, facts, network }: Surroundings,
): SubmissionFrame {
  const who = identifySubmission(event);
  const rules = rulesFor(world.policy, facts);
  const planned = planLimits(rules.limits, { who, facts, network, world });
  const written = writtenKey(who.account);
  return {
    who,
    rules,
    context: contextOf(event, network, world.hash),
    list: new KeyList([identityKey(who.identity), accountKey(who.account), ...planned.keys]),
    slots: planned.slots,
    outcomes: new KeyList([outcomeKey(who.account), written, heardKey(who.account)]),
    writtenKey: written,
    placeKey: placeKeyOf(network, world),
  };
}
