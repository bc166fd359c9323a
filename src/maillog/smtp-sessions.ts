/** Connections of smtpd in which somebody logged in: ten messages of one connection are one login. */
import type { LogLine } from '../protocol/mail-log.ts';
import { FirstEntry } from '../core/first-entry.ts';

/** Far above the processes that one host runs at a time; over it the oldest is forgotten. */
const MAX_SESSIONS = 20_000;

export class SmtpSessions {
  readonly #logins = new Map<string, string>();
  readonly #oldest = new FirstEntry(this.#logins);

  /** Whether this login is the first word of it in its connection. */
  isNew(line: LogLine, login: string): boolean {
    const key = `${line.host} ${line.process}`;
    if (this.#logins.get(key) === login) return false;
    this.#logins.delete(key);
    this.#logins.set(key, login);
    if (this.#logins.size > MAX_SESSIONS) this.#oldest.take();
    return true;
  }

  end(line: LogLine): void {
    this.#logins.delete(`${line.host} ${line.process}`);
  }
}
