/** Gathers what is known round an event: keys to load, and the subject made of what was loaded. */
import { defaultAccountFacts, type AccountFacts } from '../core/account.ts';
import { millisecondsOf } from '../core/event-time.ts';
import {
  LOCAL_SERVICE,
  type LoginAttempt,
  type LoginEvent,
  type SubmissionEvent,
} from '../core/event.ts';
import { contextOf, domainOf, identifyLogin, identifySubmission } from '../core/identity.ts';
import type { Lock } from '../core/intent.ts';
import type { ContentKnown } from '../core/message/content.ts';
import type { KeyedHash } from '../core/hash.ts';
import type { NetworkFacts } from '../core/network.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { countedAddress } from '../core/profile/address-key.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { SourceRecord } from '../core/profile/source-record.ts';
import { passwordInClear, tellsNothing } from '../core/sasl.ts';
import type { LoginSubject, SubmissionSubject, World } from '../core/rules/finding.ts';
import { rulesFor } from '../core/rules/resolve.ts';
import type { KeyList, StandingRecord } from '../store/standing.ts';
import type { OutcomesKnown } from '../core/outcomes-known.ts';
import {
  accountKey,
  identityKey,
  submissionFrame,
  type SubmissionFrame,
} from './submission-frame.ts';

export { accountKey, identityKey };

export interface Known {
  readonly world: World;
  readonly facts: AccountFacts;
  readonly network: NetworkFacts;
  readonly lock: Lock | undefined;
  /** Of the address on all services before, and this one (INB-4). */
  readonly connections?: number;
}

/** Facts for mail without AUTH: who forwards it answers for it, else the sender's domain. */
export function factsWithoutAuth(event: SubmissionEvent): AccountFacts {
  const { account } = identifySubmission(event);
  const forwarder = event.forwarder ?? '';
  if (forwarder !== '') {
    const tenant = domainOf(forwarder);
    return { ...defaultAccountFacts(account), class: 'forward', tenant, addresses: [] };
  }
  return { ...defaultAccountFacts(account), tenant: domainOf(event.envelopeSender), addresses: [] };
}

/**
 * What the machine's own programs send is a program's mail (design 1.1), whoever the account is: it has the
 * habits of forms and jobs, and is held at most.
 */
export function factsOfUse(event: SubmissionEvent, facts: AccountFacts): AccountFacts {
  const isProgram = event.service === LOCAL_SERVICE && facts.class === 'person';
  return isProgram ? { ...facts, class: 'application' } : facts;
}

export interface SubmissionPlan {
  /** Identity, account, then counters. */
  readonly list: KeyList;
  readonly frame: SubmissionFrame;
  subject(
    records: readonly StandingRecord[],
    underWay: SubmissionSubject['underWay'],
    found?: {
      readonly content?: ContentKnown | undefined;
      readonly outcomes?: OutcomesKnown;
      readonly isWhole?: boolean;
    },
  ): SubmissionSubject;
}

export function planSubmission(event: SubmissionEvent, known: Known): SubmissionPlan {
  const { world, facts, network, lock } = known;
  const frame = submissionFrame(event, known);
  const { who, rules, context, list, slots } = frame;
  const judged = factsOfUse(event, facts);
  return {
    list,
    frame,
    subject: (records, underWay, found) => ({
      event,
      world,
      nowMs: millisecondsOf(event.at),
      who,
      context,
      facts: judged,
      network,
      rules,
      lock,
      profile: new IdentityProfile(records[0]),
      account: new AccountRecord(records[1]),
      slots,
      counters: records.slice(2, list.keys.length),
      underWay,
      ...(found?.content && { content: found.content }),
      ...(found?.outcomes && { outcomes: found.outcomes }),
      ...(found?.isWhole === true && { isWhole: true }),
    }),
  };
}

export interface LoginPlan {
  /** Account, source address, source network. */
  readonly keys: readonly string[];
  subject(records: readonly StandingRecord[]): LoginSubject;
}

type SourceKeys = readonly [address: string, network: string];
const sourceKeyCache = new WeakMap<NetworkFacts, SourceKeys>();

/** Standing keys of a source; its facts come again as the same object. */
export function sourceKeys(hash: KeyedHash, network: NetworkFacts): SourceKeys {
  const known = sourceKeyCache.get(network);
  if (known !== undefined) return known;
  const keys = [
    `f:address:${hash.hex(countedAddress(network.address))}`,
    `f:network:${hash.hex(network.prefix)}`,
  ] as const;
  sourceKeyCache.set(network, keys);
  return keys;
}

export function planLogin(event: LoginEvent | LoginAttempt, known: Known): LoginPlan {
  const who = identifyLogin(event);
  const { world, facts, network, lock, connections } = known;
  const [address, prefix] = sourceKeys(world.hash, network);
  const keys = [accountKey(who.account), address, prefix];
  const password =
    event.passwordHash === undefined ||
    event.passwordHash === '' ||
    passwordInClear(event.mechanism) === 'no'
      ? undefined
      : world.hash.low(`password|${who.account}|${event.passwordHash}`);
  return {
    keys,
    subject: (records) => {
      const account = new AccountRecord(records[0]);
      const source = new SourceRecord(network.address === '' ? undefined : records[1]);
      const nowMs = millisecondsOf(event.at);
      const { windowSeconds } = world.policy.connections;
      return {
        event,
        world,
        nowMs,
        who,
        context: contextOf(event, network, world.hash),
        facts,
        network,
        rules: rulesFor(world.policy, facts),
        lock,
        account,
        address: source,
        load: {
          connections: connections ?? 0,
          failures: source.distinctSince(nowMs - windowSeconds * 1000),
        },
        networkSource: new SourceRecord(network.prefix === '' ? undefined : records[2]),
        password,
        guess: guessOf(event, { password, account, world }),
      };
    },
  };
}

/** A hash that tells no passwords apart would make many guesses one. */
function guessOf(
  event: LoginEvent | LoginAttempt,
  known: { readonly password: number | undefined } & Pick<LoginSubject, 'account' | 'world'>,
): number {
  const { password, account, world } = known;
  if (password === undefined || tellsNothing(event.mechanism, password, account)) {
    return world.hash.low(`login|${event.id}`);
  }
  return password;
}
