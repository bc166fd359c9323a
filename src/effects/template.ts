/**
 * Placeholders such as `{account}` in what an operator configures. An account name comes from a
 * client and may hold anything; here it is kept from becoming an option, a path or a header.
 */
import { PermanentFailure } from './contract.ts';
import type { AccountChange } from './contract.ts';

/** Longest account that is handed to another program: as long as any that can be locked. */
export const MAX_ACCOUNT_LENGTH = 512;

const PLACEHOLDER = /\{(action|account|at|by|why|reference)\}/g;

export function hasPlaceholder(template: string): boolean {
  return template.search(PLACEHOLDER) >= 0;
}

/** @throws PermanentFailure for an account that no program should be given. */
export function checkAccount(account: string): void {
  if (account === '') throw new PermanentFailure('The account is empty.');
  if (account.length > MAX_ACCOUNT_LENGTH) {
    throw new PermanentFailure(`The account has more than ${MAX_ACCOUNT_LENGTH} characters.`);
  }
  // Control characters, and halves of surrogate pairs, which have no UTF-8 form.
  if (/\p{Cc}/u.test(account) || !account.isWellFormed()) {
    throw new PermanentFailure('The account has control characters; it is not handed on.');
  }
}

/** Puts values in, each changed by `quote` first. Values are never searched for placeholders. */
export function fillTemplate(
  template: string,
  change: AccountChange,
  quote: (value: string) => string = (value) => value,
): string {
  return template.replace(PLACEHOLDER, (_whole, name: keyof AccountChange) => quote(change[name]));
}

/** One argument of a command. @throws PermanentFailure when a value would turn it into an option. */
export function fillArgument(template: string, change: AccountChange): string {
  const filled = fillTemplate(template, change, (value) => value.replace(/\p{Cc}/gu, ' '));
  if (filled.startsWith('-') && !template.startsWith('-')) {
    throw new PermanentFailure(
      'An argument would begin with "-" and be read as an option; act on this account by hand.',
    );
  }
  return filled;
}

/** A URL. @throws PermanentFailure when a value would change the path. */
export function fillUrl(template: string, change: AccountChange): string {
  return fillTemplate(template, change, (value) => {
    // WHATWG URL: "." and ".." are path segments of their own, percent-encoded too.
    if (value === '.' || value === '..') {
      throw new PermanentFailure('A value would change the path of the URL.');
    }
    return encodeURIComponent(value.toWellFormed());
  });
}

/** A copy of a JSON value with the placeholders in its texts filled in. */
export function fillJson(value: unknown, change: AccountChange): unknown {
  if (typeof value === 'string') return fillTemplate(value, change);
  if (Array.isArray(value)) return value.map((item) => fillJson(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillJson(item, change)]),
  );
}
