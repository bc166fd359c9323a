/**
 * The locks in force (ACC-11). A lock holds in memory from the moment it is started and is written
 * until it is durable, whatever the database does. An unlock is durable first: when the records
 * fail, the account stays locked.
 */
import type { Intent, Lock } from '../core/intent.ts';
import { PrimumError } from '../errors.ts';
import type { JobDraft, LockDraft, TickOutcome } from '../store/records/contract.ts';
import type { Desk, Incident } from './contract.ts';
import type { Health } from './health.ts';
import type { DraftOptions } from './lock-draft.ts';
import { draftLock, unlockJobs } from './lock-draft.ts';
import type { DeskOptions, LockChange } from './options.ts';
import { RetryTimer } from './retry-timer.ts';
import { Serial } from './serial.ts';

type LockIntent = Extract<Intent, { kind: 'lock' }>;
type PasswordIntent = Extract<Intent, { kind: 'password-changed' }>;
type LockRequest = Parameters<Desk['locks']['lock']>[0];
type UnlockRequest = Parameters<Desk['locks']['unlock']>[0];

/** Locks of one transaction. */
const BATCH = 100;

/** Changed passwords that wait for the records; each is one small query. */
export const MAX_PASSWORDS = 10_000;

export interface ItemRequest extends Pick<LockChange, 'account' | 'by'> {
  readonly item: Incident['checklist'][number]['item'];
}

interface Pending {
  readonly draft: LockDraft;
  readonly inForce: Lock;
  readonly settled: readonly PromiseWithResolvers<Lock>[];
}

interface Password {
  readonly intent: PasswordIntent;
  /** The lock it can lift. */
  readonly started: number | undefined;
}

interface PutOptions {
  readonly alert?: { readonly seesPassword: boolean };
  readonly settled?: PromiseWithResolvers<Lock>;
}

export interface KeeperOptions extends DraftOptions, Pick<DeskOptions, 'records'> {
  readonly health: Health;
  /** Makes sure that alerts of the same decision have their incident before the lock looks for it. */
  readonly beforeSave: () => Promise<void>;
  /** Called when jobs were written. */
  readonly onJobs: () => void;
  /** Called when a lock comes into force and when it is lifted for good. */
  readonly onLockChange: (change: LockChange) => void;
}

export type { LockChange };

export class LockKeeper {
  readonly #options: KeeperOptions;
  readonly #locks = new Map<string, Lock>();
  readonly #pending = new Map<string, Pending>();
  readonly #passwords = new Map<string, Password>();
  /** Numbers the locks started, so that an end asked for before a lock does not lift it. */
  readonly #started = new Map<string, number>();
  readonly #serial = new Serial();
  #count = 0;
  readonly #timer = new RetryTimer(() => void this.flush().catch(() => undefined));

  constructor(options: KeeperOptions, locks: readonly Lock[]) {
    this.#options = options;
    for (const lock of locks) this.#locks.set(lock.account, lock);
  }

  find(account: string): Lock | undefined {
    return this.#locks.size === 0 ? undefined : this.#locks.get(account.toLowerCase());
  }

  list(): readonly Lock[] {
    return [...this.#locks.values()];
  }

  get count(): number {
    return this.#locks.size;
  }

  /** An account that is locked already stays as it is, unless this lock is harder to lift. */
  start(intent: LockIntent): void {
    const before = this.find(intent.account);
    if (before !== undefined && !(before.unlockOn === 'password' && intent.unlockOn === 'person')) {
      return;
    }
    this.#put(intent, { alert: { seesPassword: intent.seesPassword } });
    this.#timer.at(0);
  }

  /** @throws PrimumError STORE_UNAVAILABLE when it is in force but not durable yet. */
  async lock(request: LockRequest): Promise<Lock> {
    const settled = Promise.withResolvers<Lock>();
    const at = new Date(this.#options.now()).toISOString();
    this.#put({ ...request, at, reference: request.reference ?? '' }, { settled });
    this.flush().catch(() => undefined);
    return settled.promise;
  }

  /** A lock started after this was asked for stays. */
  unlock(request: UnlockRequest): Promise<boolean> {
    const account = request.account.toLowerCase();
    const started = this.#started.get(account);
    return this.#serial.run(async () => {
      if (!this.#locks.has(account)) return false;
      await this.#savePending();
      if (this.#started.get(account) !== started) return true;
      const { records, health, now } = this.#options;
      const lift = {
        ...request,
        account,
        at: iso(now()),
        jobs: this.#unlockJobs(account, request),
      };
      const isLifted = await health.read(() => records.locks.lift(lift));
      this.#forget(account, request);
      this.#options.onJobs();
      return isLifted;
    });
  }

  /** ACC-12: ticks the item; lifts a lock that waits for nothing else, once that is durable. */
  passwordChanged(intent: PasswordIntent): void {
    const account = intent.account.toLowerCase();
    if (this.#passwords.size >= MAX_PASSWORDS && !this.#passwords.has(account)) {
      const [oldest] = this.#passwords.keys();
      if (oldest !== undefined) this.#passwords.delete(oldest);
    }
    this.#passwords.set(account, { intent, started: this.#started.get(account) });
    this.#timer.at(0);
  }

  /** ACC-12: a person ticks the item; the last lifts a lock that waits for nothing else. */
  tick({ account, by, item }: ItemRequest): Promise<boolean> {
    const request = { account, by, why: 'Ticked by hand.' };
    const started = this.#started.get(account);
    return this.#serial.run(async () => {
      await this.#savePending();
      if (this.#started.get(account) !== started) return false;
      const { records, health, now } = this.#options;
      const tick = { ...request, item, at: iso(now()), jobs: this.#unlockJobs(account, request) };
      const outcome = await health.write(() => records.locks.tick(tick));
      this.#ticked(request, outcome);
      return outcome.isTicked;
    });
  }

  /** Settles a job that ended sessions, and ticks the item with it. */
  sessionsEnded(key: string, account: string, by: string): Promise<void> {
    return this.#serial.run(async () => {
      const { records, health, now } = this.#options;
      const why = 'Its live sessions were ended.';
      const request = { account, by, why };
      const jobs = this.#unlockJobs(account, request);
      const tick = { ...request, item: 'sessions' as const, at: iso(now()), jobs };
      this.#ticked(request, await health.write(() => records.outbox.done(key, tick)));
    });
  }

  /** Resolves when every lock and changed password is durable. @throws when the records fail. */
  flush(): Promise<void> {
    return this.#serial.run(async () => {
      await this.#savePending();
      await this.#savePasswords();
    });
  }

  stop(): void {
    this.#timer.stop();
  }

  /** Locks that are in force but not durable. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  #put(request: Omit<LockIntent, 'kind' | 'seesPassword'>, { alert, settled }: PutOptions): void {
    const account = request.account.toLowerCase();
    const before = this.#locks.get(account);
    const { by, why, reference, unlockOn } = request;
    const lock = { account, at: before?.at ?? request.at, by, why, reference, unlockOn };
    const waiting = this.#pending.get(account);
    const pending = {
      draft: draftLock(this.#options, { lock, at: request.at, ...(alert && { alert }) }),
      inForce: { ...lock, incident: before?.incident ?? '' },
      settled: [...(waiting?.settled ?? []), ...(settled === undefined ? [] : [settled])],
    };
    this.#locks.set(account, pending.inForce);
    this.#pending.set(account, pending);
    this.#started.set(account, ++this.#count);
    this.#options.onLockChange({ action: 'lock', account, by, why });
  }

  #unlockJobs(
    account: string,
    request: { readonly by: string; readonly why: string },
  ): readonly JobDraft[] {
    const reference = this.#locks.get(account)?.reference ?? '';
    const { by, why } = request;
    return unlockJobs(this.#options, { account, by, why, reference });
  }

  async #savePending(): Promise<void> {
    const { records, health, beforeSave, onJobs } = this.#options;
    while (this.#pending.size > 0) {
      const batch = [...this.#pending.values()].slice(0, BATCH);
      try {
        await beforeSave().catch(() => undefined);
        const saved = await health.write(() =>
          records.locks.save(batch.map((pending) => pending.draft)),
        );
        batch.forEach((pending, index) => this.#saved(pending, saved[index]));
      } catch (error) {
        for (const pending of this.#pending.values()) this.#notSaved(pending, error);
        this.#timer.failed();
        throw error;
      }
      this.#timer.succeeded();
      onJobs();
    }
  }

  #saved(pending: Pending, lock: Lock | undefined): void {
    if (lock === undefined) throw new RangeError('The records saved fewer locks than were given.');
    const { account } = lock;
    if (this.#pending.get(account) === pending) {
      this.#pending.delete(account);
      this.#locks.set(account, lock);
    }
    for (const settled of pending.settled) settled.resolve(lock);
  }

  #notSaved(pending: Pending, cause: unknown): void {
    const { account } = pending.draft.lock;
    if (this.#pending.get(account) === pending) {
      this.#pending.set(account, { ...pending, settled: [] });
    }
    const message =
      'The lock is in force but not on disk yet, because the records cannot be written. It is tried again until it is; mend the store and do not restart before.';
    const error = new PrimumError('STORE_UNAVAILABLE', message, { cause });
    for (const settled of pending.settled) settled.reject(error);
  }

  async #savePasswords(): Promise<void> {
    const { records, health, now } = this.#options;
    for (const [account, password] of this.#passwords) {
      const { at: doneAt, by, evidence: why } = password.intent;
      // A lock started after the change asks for another one.
      if (this.#started.get(account) === password.started) {
        const jobs = this.#unlockJobs(account, { by, why });
        const tick = {
          ...{ account, by, why, jobs, doneAt },
          at: iso(now()),
          item: 'password' as const,
        };
        try {
          this.#ticked(tick, await health.read(() => records.locks.tick(tick)));
        } catch (error) {
          this.#timer.failed();
          throw error;
        }
      }
      if (this.#passwords.get(account) === password) this.#passwords.delete(account);
    }
  }

  #ticked(request: Omit<LockChange, 'action'>, outcome: TickOutcome): void {
    if (!outcome.isLifted) return;
    this.#forget(request.account, request);
    this.#options.onJobs();
  }

  /** A lock that was started meanwhile stays in force. */
  #forget(account: string, { by, why }: { readonly by: string; readonly why: string }): void {
    if (this.#pending.has(account)) return;
    this.#started.delete(account);
    if (!this.#locks.delete(account)) return;
    this.#options.onLockChange({ action: 'unlock', account, by, why });
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
