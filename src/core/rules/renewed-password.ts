/**
 * Whether a login shows that the owner has changed his password: one never seen before, which lets somebody
 * in where the account was used long before. Who changes it from a new place may be the thief (ACC-12).
 */
import { isOldPlace } from '../old-place.ts';
import { addressKey } from '../profile/address-key.ts';
import { passwordInClear } from '../sasl.ts';
import type { LoginSubject } from './finding.ts';

export function isRenewedAtHome(subject: LoginSubject): boolean {
  const { password, account, event, network, nowMs, world } = subject;
  if (password === undefined || !account.knowsAnyPassword) return false;
  if (account.everKnewPassword(password)) return false;
  // Without the mechanism the hash may be of no password at all, the same for right and wrong ones.
  if (passwordInClear(event.mechanism) !== 'yes' && account.knowsWrong(password)) return false;
  return isOldPlace(account, addressKey(network, world.hash).place, nowMs);
}
