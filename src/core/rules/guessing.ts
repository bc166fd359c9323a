/**
 * ACC-6: guessed passwords. The source is shut out, by address, by network and by distributed
 * pattern; an account never is, so nobody can lock an owner out by guessing. An owner who shares an
 * address with a guesser gets in with a password that worked before.
 */
import { addressKey } from '../profile/address-key.ts';
import type { Finding, LoginSubject } from './finding.ts';

/** Wrong passwords an account's own address may try while it is shut out for others. */
const OWN_ADDRESS_TRIES = 4;
/** Events may come out of order by this much. */
const CLOCK_TRUST_MS = 3_600_000;

export function sourceShutOut(subject: LoginSubject): Finding | undefined {
  const { nowMs, address, networkSource, world } = subject;
  const longestMs = world.policy.failures.shutOutSeconds * 1000 + CLOCK_TRUST_MS;
  // An end further off was set by a wrong clock, or by a policy that is milder now.
  const isShut = ({ shutOutUntilMs }: { readonly shutOutUntilMs: number }): boolean =>
    shutOutUntilMs > nowMs && shutOutUntilMs - nowMs <= longestMs;
  const byAddress = isShut(address);
  if (!byAddress && !isShut(networkSource)) return undefined;
  if (isOwnersWay(subject)) return undefined;
  return {
    rule: 'source-shut-out',
    practice: 'ACC-6',
    action: 'reject',
    text: byAddress
      ? 'The address is shut out after too many different wrong passwords.'
      : 'The network is shut out after too many different wrong passwords.',
  };
}

/** A password that worked before, or the first few tries from an address that worked before. */
function isOwnersWay(subject: LoginSubject): boolean {
  const { account, password, network, world, nowMs } = subject;
  if (password !== undefined && account.knowsPassword(password)) return true;
  if (!account.knowsAddress(addressKey(network, world.hash))) return false;
  const since = nowMs - world.policy.failures.windowSeconds * 1000;
  return account.wrongSince(since).length < OWN_ADDRESS_TRIES;
}

/** Many networks guess at one account: sources it does not know wait, they are not refused. */
export function accountUnderAttack(subject: LoginSubject): Finding | undefined {
  if (!isUnderAttack(subject)) return undefined;
  if (subject.account.knowsPlace(addressKey(subject.network, subject.world.hash).place)) {
    return undefined;
  }
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
