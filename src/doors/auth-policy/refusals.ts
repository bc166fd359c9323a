/**
 * Logins refused at `allow`, until their `report` comes: both are one event, recorded when the
 * client is told its reference. Bounded; the oldest goes first.
 */
import type { LoginTuple } from '../../protocol/auth-policy.ts';

/** Refusals remembered; Dovecot reports within the second. */
const MAX_REFUSALS = 10_000;

export class Refusals {
  readonly #ids = new Map<string, string>();

  remember(tuple: LoginTuple, id: string): void {
    const key = keyOf(tuple);
    this.#ids.delete(key);
    this.#ids.set(key, id);
    if (this.#ids.size <= MAX_REFUSALS) return;
    const [oldest] = this.#ids.keys();
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  /** The id of the refusal this report is about, once. */
  take(tuple: LoginTuple): string | undefined {
    const key = keyOf(tuple);
    const id = this.#ids.get(key);
    this.#ids.delete(key);
    return id;
  }
}

function keyOf(tuple: LoginTuple): string {
  const { login, remote, passwordHash, protocol, sessionId } = tuple;
  return [login, remote, passwordHash, protocol, sessionId].join('\n');
}
