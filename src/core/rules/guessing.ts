/**
 * ACC-6: guessed passwords. The source is shut out, by address, by network and by distributed
 * pattern; an account never is, so nobody can lock an owner out by guessing.
 *
 * An address that is shut out lets nobody in but an owner whose account was used from this very
 * address before, with a password that worked before; a neighbour in his network is no owner. At a
 * relay, a carrier or a fetcher nobody keeps an address: there the place is enough, so that no
 * stranger shuts its people out, and each such login is told (ACC-10). Where only the network is shut
 * out, every address keeps a few tries of its own, which nobody elsewhere can use up.
 */
import { addressKey } from '../profile/address-key.ts';
import type { SourceRecord } from '../profile/source-record.ts';
import type { Finding, LoginSubject } from './finding.ts';

/** Different wrong passwords an address still has while its network is shut out: a mistyping owner. */
const TRIES_IN_SHUT_NETWORK = 3;
/** Events may come out of order by this much. */
const CLOCK_TRUST_MS = 3_600_000;

const SENTENCES = {
  address: 'The address is shut out after too many different wrong passwords.',
  network:
    'The network is shut out after too many different wrong passwords, and this address has used the few tries it has left there.',
} as const;

const RIGHT_AT_SHARED_PLACE: Finding = {
  rule: 'source-shut-out',
  practice: 'ACC-6',
  action: 'observe',
  cause: 'right-password-at-shared-place',
  text:
    'The right password came from an address that is shut out, at a relay or carrier that this account uses too: ' +
    'ask the owner whether it was him, else have the password changed.',
};

export function sourceShutOut(subject: LoginSubject): Finding | undefined {
  const culprit = shutOutBy(subject);
  if (culprit === undefined) return undefined;
  const { account, password } = subject;
  const common = { rule: 'source-shut-out', practice: 'ACC-6', action: 'reject' } as const;
  if (password === undefined || !account.knowsPassword(password)) {
    return { ...common, text: SENTENCES[culprit] };
  }
  if (isSharedNetwork(subject)) {
    if (isAtKnownPlace(subject)) return RIGHT_AT_SHARED_PLACE;
  } else if (isAtKnownAddress(subject)) return undefined;
  return {
    ...common,
    text: 'The right password came from a source that is shut out: the account may have been guessed; have its password changed.',
    cause: 'right-password-shut-out',
  };
}

/** What shuts this very address out, its own guesses or those it added to its network's. */
function shutOutBy(subject: LoginSubject): keyof typeof SENTENCES | undefined {
  const { address, networkSource, world, nowMs } = subject;
  if (isShutOut(subject, address)) return 'address';
  if (!isShutOut(subject, networkSource)) return undefined;
  const sinceMs = nowMs - world.policy.failures.windowSeconds * 1000;
  return address.distinctSince(sinceMs) < TRIES_IN_SHUT_NETWORK ? undefined : 'network';
}

function isShutOut({ nowMs, world }: LoginSubject, { shutOutUntilMs }: SourceRecord): boolean {
  const longestMs = world.policy.failures.shutOutSeconds * 1000 + CLOCK_TRUST_MS;
  // An end further off was set by a wrong clock, or by a policy that is milder now.
  return shutOutUntilMs > nowMs && shutOutUntilMs - nowMs <= longestMs;
}

/** Many networks guess at one account: sources it does not know wait, they are not refused. */
export function accountUnderAttack(subject: LoginSubject): Finding | undefined {
  if (!isUnderAttack(subject) || isAtKnownPlace(subject)) return undefined;
  return {
    rule: 'account-under-attack',
    practice: 'ACC-6',
    action: 'throttle',
    text: 'Many networks guess at this account, so a source it does not know has to wait.',
    cause: 'account-under-attack',
  };
}

export function isUnderAttack(subject: LoginSubject): boolean {
  const { networksPerAccount, windowSeconds } = subject.world.policy.failures;
  const wrong = subject.account.wrongSince(subject.nowMs - windowSeconds * 1000);
  // Nearly every account has fewer wrong passwords than an attack needs.
  if (wrong.length < networksPerAccount) return false;
  return new Set(wrong.map((guess) => guess.network)).size >= networksPerAccount;
}

/** One carrier, relay or fetcher is many people. */
export function isSharedNetwork({ network }: LoginSubject): boolean {
  return ['mobile', 'relay', 'fetcher'].includes(network.class);
}

/** Whether the account was used with success from this very address, or IPv6 /64, before. */
function isAtKnownAddress({ account, network, world }: LoginSubject): boolean {
  return account.knowsCounted(addressKey(network, world.hash));
}

/** Whether the account was used with success from this place before. */
export function isAtKnownPlace({ account, network, world }: LoginSubject): boolean {
  return account.knowsPlace(addressKey(network, world.hash).place);
}
