/** ACC-6: when one more wrong password shuts its source out, and what people are told of it. */
import type { SourceRecord } from '../profile/source-record.ts';
import { countedAddress } from '../profile/address-key.ts';
import { tellsNothing } from '../sasl.ts';
import type { Finding, LoginSubject } from './finding.ts';
import { isAtKnownPlace, isSharedNetwork, isUnderAttack } from './guessing.ts';
import { momentText } from './moment-text.ts';

/** A source that joins a distributed attack on an account it does not know has shown enough. */
const TRIES_IN_ATTACK = 2;

/** Until when the address and the network are shut out from now on; absent where they are not. */
export interface ShutOut {
  readonly address?: number;
  readonly network?: number;
}

/** The thresholds, this failure included. A password that worked before is no guess. */
export function shutOutOf(subject: LoginSubject): ShutOut {
  if (isOldPassword(subject) || isRepeated(subject)) return {};
  const { failures } = subject.world.policy;
  const untilMs = subject.nowMs + failures.shutOutSeconds * 1000;
  const isAddress = distinctNow(subject, subject.address) >= triesOfAddress(subject);
  const isNetwork =
    !isSharedNetwork(subject) && distinctNow(subject, subject.networkSource) >= failures.perNetwork;
  return { ...(isAddress && { address: untilMs }), ...(isNetwork && { network: untilMs }) };
}

function triesOfAddress(subject: LoginSubject): number {
  const isJoining = isUnderAttack(subject) && !isAtKnownPlace(subject);
  return isJoining ? TRIES_IN_ATTACK : subject.world.policy.failures.perAddress;
}

/** Different wrong passwords of a source in the window, this one included. */
function distinctNow({ nowMs, world, guess }: LoginSubject, source: SourceRecord): number {
  const sinceMs = nowMs - world.policy.failures.windowSeconds * 1000;
  return source.distinctSince(sinceMs) + (source.hasFailure(guess) ? 0 : 1);
}

export function isOldPassword({ event, password, account }: LoginSubject): boolean {
  if (password === undefined || !account.knowsPassword(password)) return false;
  return !tellsNothing(event.mechanism, password, account);
}

/** The same wrong password from the same network again, such as a telephone with an old one. */
export function isRepeated(subject: LoginSubject): boolean {
  return subject.account.knowsWrong(subject.guess, guessingNetwork(subject));
}

/** The network of a guess, as the account's record keeps it. */
export function guessingNetwork({ world, network }: LoginSubject): number {
  return world.hash.low(`network|${network.prefix}`);
}

/** Somebody is told when a source becomes shut out, not at each further guess. */
export function alertOfShutOut(subject: LoginSubject, shutOut: ShutOut): Finding | undefined {
  const { nowMs, address, networkSource, network } = subject;
  const isNewAddress = shutOut.address !== undefined && address.shutOutUntilMs <= nowMs;
  const isNewNetwork = shutOut.network !== undefined && networkSource.shutOutUntilMs <= nowMs;
  if (!isNewAddress && !isNewNetwork) return undefined;
  const source = isNewNetwork ? network.prefix : countedAddress(network.address);
  const usual = isNewNetwork ? subject.world.policy.failures.perNetwork : triesOfAddress(subject);
  const until = momentText(shutOut.network ?? shutOut.address ?? nowMs);
  return {
    rule: 'source-shut-out',
    practice: 'ACC-6',
    action: 'observe',
    cause: 'source-shut-out',
    source: [source, network.country, network.asnName].filter((part) => part !== '').join(' '),
    summary: 'Sources that guess passwords are shut out; no account is locked.',
    text: `${source} guessed too many different passwords and is shut out until ${until}; no account is locked.`,
    done: `Logins from there are refused until ${until}.`,
    figures: [
      {
        name: `Different wrong passwords from this ${isNewNetwork ? 'network' : 'address'}`,
        observed: String(distinctNow(subject, isNewNetwork ? networkSource : address)),
        usual: `fewer than ${usual}`,
      },
      { name: 'Account it guessed at last', observed: subject.who.account, usual: '' },
    ],
  };
}
