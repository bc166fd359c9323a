/** What the gate asks for after it has decided. */
import type { Intent, Lock } from '../core/intent.ts';

export interface Effects {
  /**
   * Starts one intent and returns at once; never throws. A `lock` is in force on every door when
   * this returns, and durable soon after. A changed password may lift a lock: then what is given
   * resolves when that is durable, and rejects when it is not yet.
   */
  start(intent: Intent): void | Promise<void>;
}

/** The locks in force, in memory, so that they hold while a database is away. */
export interface LockBook {
  find(account: string): Lock | undefined;
}

/** How one delivery is made: the same key on every attempt, and when to stop trying. */
export interface Delivery {
  readonly key: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** An alert as channels send it. */
export interface AlertMessage {
  /** One line. */
  readonly subject: string;
  /** Plain text for people. */
  readonly text: string;
  /** The same for programs; plain JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A way to tell people (SND-2). */
export interface AlertChannel {
  readonly name: string;
  /** Resolves when the other side has taken it. @throws when it has not; it is tried again. */
  send(message: AlertMessage, delivery: Delivery): Promise<void>;
  /** Tells somebody by his own address, where the channel can: the owner of an account. */
  sendTo?(address: string, message: AlertMessage, delivery: Delivery): Promise<void>;
}

export interface AccountChange {
  readonly action: 'lock' | 'unlock';
  readonly account: string;
  readonly at: string;
  readonly by: string;
  readonly why: string;
  readonly reference: string;
}

/** A system of the operator that hears of locks and unlocks (ACC-11). */
export interface AccountConnector {
  readonly name: string;
  readonly on: readonly AccountChange['action'][];
  /** Whether it ends live sessions, so that its success ticks the checklist. */
  readonly endsSessions: boolean;
  /** Resolves when it is done. @throws when it is not; it is tried again. */
  run(change: AccountChange, delivery: Delivery): Promise<void>;
}

/** Thrown by channels and connectors when trying again cannot help. */
export class PermanentFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PermanentFailure';
  }
}
