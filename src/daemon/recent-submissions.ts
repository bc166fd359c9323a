/**
 * Whose message got which queue id, of the newest messages, in memory: containment finds those by
 * it whose queue file names no login. After a restart the logins in the queue files speak alone.
 */
import type { SubmissionEvent } from '../core/event.ts';
import type { KnownMessage } from '../desk/hold-options.ts';

/** Messages remembered; about 300 bytes each. */
export const MAX_REMEMBERED = 50_000;

export class RecentSubmissions {
  readonly #messages = new Map<string, KnownMessage & { readonly account: string }>();

  add({ account, queueId, mta = '', envelopeSender, at }: SubmissionEvent): void {
    if (account === undefined || queueId === undefined || queueId === '') return;
    const key = `${mta}\n${queueId}`;
    this.#messages.delete(key);
    this.#messages.set(key, { account: account.toLowerCase(), mta, queueId, envelopeSender, at });
    if (this.#messages.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#messages.keys();
    if (oldest !== undefined) this.#messages.delete(oldest);
  }

  /** Newest first. Looks at all of them: locks are rare. */
  of(account: string): readonly KnownMessage[] {
    const own = [...this.#messages.values()].filter((message) => message.account === account);
    return own.reverse();
  }
}
