/**
 * Whether a login's hash is one of a password. Dovecot hashes the password in clear, and where the
 * mechanism has none (CRAM-MD5, SCRAM, DIGEST-MD5, APOP, EXTERNAL, GSSAPI) the empty text: the same
 * hash for a right and for a wrong password (seen with 2.3.19). What OAUTHBEARER and XOAUTH2 send is
 * a token, another one every hour.
 */

import type { AccountRecord } from './profile/account-record.ts';

/** `unknown` when the asker names no mechanism. */
export type PasswordInClear = 'yes' | 'no' | 'unknown';

export function passwordInClear(mechanism: string | undefined): PasswordInClear {
  if (mechanism === undefined || mechanism === '') return 'unknown';
  const name = mechanism.toUpperCase();
  return name === 'PLAIN' || name === 'LOGIN' ? 'yes' : 'no';
}

/** Whether right and wrong passwords of this account seem to have this hash. */
export function tellsNothing(
  mechanism: string | undefined,
  hash: number,
  account: AccountRecord,
): boolean {
  return passwordInClear(mechanism) === 'unknown' && account.isInDoubt(hash);
}
