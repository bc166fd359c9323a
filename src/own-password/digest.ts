/**
 * Dovecot's digest of a password for its auth policy server: the hash of nonce, login, a NUL and the
 * password, in hexadecimal. Whole only with `auth_policy_hash_truncate = 0`.
 */
import { hash } from 'node:crypto';

/** Those of `auth_policy_hash_mech` that Node.js knows everywhere. */
export const MECHANISMS = ['sha256', 'sha512', 'sha1', 'md5'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

const DIGEST_BYTES: Readonly<Record<Mechanism, number>> = {
  sha256: 32,
  sha512: 64,
  sha1: 20,
  md5: 16,
};

export interface DigestScheme {
  readonly mechanism: Mechanism;
  /** `auth_policy_hash_nonce` of Dovecot. */
  readonly nonce: string;
}

export function passwordDigest(scheme: DigestScheme, login: string, password: string): Buffer {
  return hash(scheme.mechanism, `${scheme.nonce}${login}\0${password}`, 'buffer');
}

/** `undefined` when it is not a whole digest of this mechanism. */
export function parseDigest(mechanism: Mechanism, hex: string): Buffer | undefined {
  const isWhole = hex.length === 2 * DIGEST_BYTES[mechanism] && /^[0-9a-fA-F]+$/.test(hex);
  return isWhole ? Buffer.from(hex, 'hex') : undefined;
}
