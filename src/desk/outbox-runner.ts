/**
 * Works the outbox off: at least once, in order for each connector and account, a few at a time,
 * again and again until it is done or its time is over.
 */
import { randomUUID } from 'node:crypto';
import { PermanentFailure } from '../effects/contract.ts';
import type { Delivery } from '../effects/contract.ts';
import type { Records } from '../store/records/contract.ts';
import { retryDelayMs } from './backoff.ts';
import type { Health } from './health.ts';
import { groupJobs, readUntilMs } from './job-groups.ts';
import type { JobGroup } from './job-groups.ts';
import type { DeliveryOptions, DeskOptions } from './options.ts';

/** Jobs read at a time. */
const READ = 200;

/** The outbox is looked at this often even when nothing seems due; the clock may have been set. */
const LONGEST_SLEEP_MS = 30_000;
const STORE_RETRY_MS = 2000;

/** How long running jobs are waited for at the end. */
const CLOSE_MS = 5000;

export interface RunnerOptions {
  readonly records: Pick<Records, 'outbox'>;
  readonly health: Health;
  readonly telemetry: Pick<DeskOptions['telemetry'], 'effectDone' | 'effectFailed' | 'warn'>;
  readonly delivery: DeliveryOptions;
  readonly now: () => number;
  /** @throws when it did not work; PermanentFailure when it never will. */
  readonly deliver: (group: JobGroup, delivery: Delivery) => Promise<void>;
  /** Takes a delivered group out of the outbox. */
  readonly done: (group: JobGroup) => Promise<void>;
}

export class OutboxRunner {
  readonly #options: RunnerOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** Outcomes that could not be written yet; until then nothing new starts. */
  readonly #unwritten = new Map<string, () => Promise<void>>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #isWoken = false;
  #isClosed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Looks for jobs soon. */
  wake(): void {
    this.#sleep(0);
  }

  /** Waits a while for running jobs; what is not done stays in the outbox. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#reading;
    const stop = setTimeout(() => this.#closing.abort(), CLOSE_MS);
    await Promise.all(this.#running.values());
    clearTimeout(stop);
  }

  #sleep(ms: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), Math.min(Math.max(ms, 0), LONGEST_SLEEP_MS));
    this.#timer.unref();
  }

  #read(): void {
    this.#isWoken = true;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#isWoken && !this.#isClosed) {
        this.#isWoken = false;
        await this.#writeOutcomes();
        await this.#startJobs();
      }
    } catch {
      // Said by the health watch; the outbox is looked at again.
      this.#sleep(STORE_RETRY_MS);
    }
  }

  async #writeOutcomes(): Promise<void> {
    for (const [key, write] of this.#unwritten) {
      await write();
      this.#unwritten.delete(key);
    }
  }

  async #startJobs(): Promise<void> {
    const { records, health, delivery, now } = this.#options;
    if (this.#running.size >= delivery.concurrency) return;
    const except = [...this.#running.keys()];
    const nowMs = now();
    const { outbox } = records;
    const jobs = await health.read(() => outbox.due(readUntilMs(nowMs), READ, except));
    for (const group of groupJobs(jobs, nowMs)) {
      if (this.#running.size >= delivery.concurrency || this.#isClosed) return;
      await this.#start(group);
    }
    const running = [...this.#running.keys()];
    const nextAtMs = await health.read(() => outbox.nextAtMs(running));
    this.#sleep(nextAtMs === undefined ? LONGEST_SLEEP_MS : nextAtMs - now());
  }

  async #start(group: JobGroup): Promise<void> {
    const { records, health } = this.#options;
    let joined = group;
    if (group.key === '') {
      joined = { ...group, key: randomUUID() };
      const ids = group.jobs.map((job) => job.id);
      await health.write(() => records.outbox.join(ids, joined.key));
    }
    const work = this.#run(joined).finally(() => {
      this.#running.delete(joined.key);
      this.wake();
    });
    this.#running.set(joined.key, work);
  }

  async #run(group: JobGroup): Promise<void> {
    const { delivery, telemetry, deliver, done } = this.#options;
    const [job] = group.jobs;
    const startedMs = performance.now();
    const timeout = AbortSignal.timeout(delivery.timeoutSeconds * 1000);
    const signal = AbortSignal.any([this.#closing.signal, timeout]);
    try {
      await deliver(group, { key: group.key, attempt: job.attempts + 1, signal });
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      await this.#failed(group, error);
      return;
    }
    telemetry.effectDone(job.target, (performance.now() - startedMs) / 1000);
    await this.#write(group.key, () => done(group));
  }

  async #failed(group: JobGroup, error: unknown): Promise<void> {
    const { records, health, telemetry, delivery, now } = this.#options;
    const [job] = group.jobs;
    const message = error instanceof Error ? error.message : String(error);
    // The log names no people; the audit log does.
    const logged = job.subject === '' ? message : message.replaceAll(job.subject, '(account)');
    const nowMs = now();
    const delayMs = retryDelayMs(job.attempts, delivery, Math.random());
    const endsAtMs = job.createdAtMs + delivery.giveUpAfterSeconds * 1000;
    const isLast = error instanceof PermanentFailure || nowMs + delayMs >= endsAtMs;
    telemetry.effectFailed(job.target, new Error(logged), job.attempts + 1, isLast);
    if (!isLast) {
      const retry = (): Promise<void> => records.outbox.retry(group.key, nowMs + delayMs, message);
      await this.#write(group.key, () => health.write(retry));
      return;
    }
    telemetry.warn(
      `${job.target} was given up after ${job.attempts + 1} attempts: ${logged}. The audit log names the account; do it by hand.`,
    );
    const audit = {
      at: new Date(nowMs).toISOString(),
      by: 'primum',
      action: 'effect.give-up',
      subject: job.subject,
      why: `${job.target} (${job.kind}) after ${job.attempts + 1} attempts: ${message}`,
    };
    await this.#write(group.key, () => health.write(() => records.outbox.giveUp(group.key, audit)));
  }

  /** Writes an outcome, or keeps it: what was delivered is not delivered again for a full disk. */
  async #write(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      this.#unwritten.set(key, work);
    }
  }
}
