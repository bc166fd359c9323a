/** What is read from the claims of an ID token: a name, and the best role that a value gives. */
import type { SignedIn } from './contract.ts';

export type Role = SignedIn['role'];

const RANKED: readonly Role[] = ['admin', 'reviewer', 'reader'];
/** Values of a claim that are looked at; a directory may send every group there is. */
export const MAX_VALUES = 1_000;
const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;

/** A claim by its name, or by a path such as `realm_access.roles`. */
export function readClaim(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  // A name may hold dots itself, as `https://example.org/groups` does.
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** `undefined` where the claim is none that can name a user. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.trim().toLowerCase();
  return NAME.test(name) ? name : undefined;
}

/** The highest role that one of the values gives. */
export function roleOf(
  value: unknown,
  roles: Readonly<Record<Role, readonly string[]>>,
): Role | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, MAX_VALUES) : [value];
  return RANKED.find((role) => roles[role].some((wanted) => values.includes(wanted)));
}
