/** Where account facts come from. Engines: file, command, http (later sql, ldap). */
import type { AccountFacts } from '../core/account.ts';
import type { Maybe } from '../core/maybe.ts';

export interface Directory {
  /**
   * Facts for a login, never failing: unknown accounts get the defaults, and while the engine is
   * away the last answer holds.
   */
  find(login: string): Maybe<AccountFacts>;
  /** Whether the platform receives mail for a domain, as far as the directory knows. */
  isOwnDomain(domain: string): boolean;
  /**
   * For an account that the directory, asked now, does not know: the names closest to it. Absent or
   * `undefined` when it knows it, cannot say, or there is no directory. For people, not for mail.
   */
  missing?(login: string): Promise<readonly string[] | undefined>;
  /** Every group that an account is in; absent or `undefined` where nobody can list them. */
  groups?(): ReadonlySet<string> | undefined;
  close(): Promise<void>;
}

/** One engine: one place to ask. It may be slow or fail; the cache in front of it copes. */
export interface DirectoryEngine {
  readonly name: string;
  /** `undefined` when the engine knows no such account. @throws when it cannot answer. */
  lookup(login: string, signal: AbortSignal): Promise<AccountFacts | undefined>;
  /** Domains of the platform, where the engine can list them. */
  domains(): ReadonlySet<string>;
  /** Logins, where the engine has them at hand. */
  names?(): Iterable<string>;
  /** Groups, where the engine has all of them at hand. */
  groups?(): ReadonlySet<string> | undefined;
  close(): Promise<void>;
}
