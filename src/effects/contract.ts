/** What the gate asks for after it has decided. */
import type { Intent, Lock } from '../core/intent.ts';

export interface Effects {
  /**
   * Starts one intent and returns at once; never throws. A `lock` is in force on every door when
   * this returns, and durable soon after.
   */
  start(intent: Intent): void;
}

/** The locks in force, in memory, so that they hold while a database is away. */
export interface LockBook {
  find(account: string): Lock | undefined;
}
