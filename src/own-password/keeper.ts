/**
 * Digests of the passwords that accounts logged in with, so that a message in which a user sends out
 * his own password is seen (CON-8). In memory only, keyed again with a key that dies with the
 * process; no password is ever here, and nothing of this is written anywhere.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { candidatesOf } from './candidates.ts';
import { parseDigest, passwordDigest } from './digest.ts';
import type { DigestScheme } from './digest.ts';

export interface OwnPasswordSettings extends DigestScheme {
  /** Accounts remembered; those that logged in longest ago go first. Default 100,000. */
  readonly maxAccounts?: number;
  /** A digest is forgotten so long after the last login with it. Default 30 days. */
  readonly maxAgeMs?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Said once: what was given is not a whole digest. */
  readonly warn: (message: string) => void;
}

export interface OwnPasswordKeeper {
  /**
   * After a successful login. `login` is the name as it went into the digest, where it is not
   * written as the account is.
   */
  remember(account: string, digest: string, login?: string): void;
  /** Whether a password of the account is among these words of a short text. */
  isAmong(account: string, words: readonly string[]): boolean;
  /** Accounts remembered. */
  readonly size: number;
}

export const MAX_ACCOUNTS = 100_000;
export const MAX_AGE_MS = 30 * 86_400_000;
/** Passwords and spellings of the login of one account: main, and a few of programs. */
export const MAX_DIGESTS = 4;

interface Remembered {
  readonly login: string;
  /** The digest, keyed again. */
  readonly keyed: Buffer;
  readonly atMs: number;
}

export function createOwnPasswordKeeper(settings: OwnPasswordSettings): OwnPasswordKeeper {
  const { maxAccounts = MAX_ACCOUNTS, maxAgeMs = MAX_AGE_MS, now } = settings;
  const key = randomBytes(32);
  // All inputs have one length, so a key in front is a sound MAC, at half the cost of an HMAC.
  const keyed = (digest: Buffer): Buffer => hash('sha256', Buffer.concat([key, digest]), 'buffer');
  // In the order of the last login, so that what is old stands first.
  const accounts = new Map<string, readonly Remembered[]>();
  let isWarned = false;

  const warnOnce = (digest: string): void => {
    if (isWarned) return;
    isWarned = true;
    settings.warn(
      `own_password is on, but what comes with logins has ${digest.length * 4} bits and is not a ` +
        `whole ${settings.mechanism} digest: nobody's own password can be recognised. In Dovecot set ` +
        `auth_policy_hash_truncate = 0 and auth_policy_hash_mech = ${settings.mechanism}.`,
    );
  };
  const forgetOld = (): void => {
    const limitMs = now() - maxAgeMs;
    for (const [account, known] of accounts) {
      const isOld = known.every(({ atMs }) => atMs < limitMs);
      if (!isOld && accounts.size <= maxAccounts) return;
      accounts.delete(account);
    }
  };
  return {
    get size() {
      return accounts.size;
    },
    remember(account, digest, login = account) {
      const whole = parseDigest(settings.mechanism, digest);
      if (whole === undefined) {
        warnOnce(digest);
        return;
      }
      const name = account.toLowerCase();
      const fresh = { login, keyed: keyed(whole), atMs: now() };
      const others = (accounts.get(name) ?? []).filter(
        (old) => old.login !== login || !timingSafeEqual(old.keyed, fresh.keyed),
      );
      accounts.delete(name);
      accounts.set(name, [fresh, ...others].slice(0, MAX_DIGESTS));
      forgetOld();
    },
    isAmong(account, words) {
      const limitMs = now() - maxAgeMs;
      const known = (accounts.get(account.toLowerCase()) ?? []).filter((k) => k.atMs >= limitMs);
      if (known.length === 0) return false;
      const logins = new Set(known.map(({ login }) => login));
      let isFound = false;
      // To the end, whatever is found, so that the time tells nothing.
      for (const word of candidatesOf(words)) {
        for (const login of logins) {
          const candidate = keyed(passwordDigest(settings, login, word));
          for (const one of known) {
            if (one.login === login && timingSafeEqual(one.keyed, candidate)) isFound = true;
          }
        }
      }
      return isFound;
    },
  };
}
