/**
 * Counts decisions into incidents. A new cause is written at once; under a flood one write a second
 * takes everything that came meanwhile, and what waits is bounded.
 */
import type { IncidentAddition } from '../store/records/contract.ts';
import type { AlertClock } from './alert-clock.ts';
import type { Health } from './health.ts';
import { alertGroup } from './alert-group.ts';
import { newIncidentId } from './ids.ts';
import { traitsOfAlert } from './incident-traits.ts';
import { alertJobs, detailAfter, formatDetail, NO_SOURCES, withSources } from './notice.ts';
import type { AlertIntent, Sources } from './notice.ts';
import { ownerJobs } from './owner-notice.ts';
import type { AlertOptions, DeskOptions } from './options.ts';
import { RetryTimer } from './retry-timer.ts';
import { Serial } from './serial.ts';

/** Accounts and causes that may wait for the next write. */
export const MAX_WAITING = 10_000;

/** References one write adds to an incident; it keeps no more. */
const KEPT_REFERENCES = 20;

/** News of one incident in one write; its time line keeps no more. */
const KEPT_NOTES = 50;

/** Milliseconds between two writes. */
const WRITE_INTERVAL_MS = 1000;

/** Incidents of one transaction, so that none blocks the mail path for long. */
const BATCH = 200;

interface Waiting {
  readonly intent: AlertIntent;
  readonly firstAt: string;
  readonly count: number;
  readonly references: readonly string[];
  readonly sources: Sources;
  readonly notes: readonly string[];
}

export interface CounterOptions extends Pick<DeskOptions, 'records' | 'channels' | 'telemetry'> {
  readonly health: Health;
  readonly clock: AlertClock;
  readonly alerts: AlertOptions;
  readonly now: () => number;
  /** Called when alerts were written. */
  readonly onAlerts: () => void;
}

export class IncidentCounter {
  readonly #options: CounterOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #serial = new Serial();
  readonly #timer = new RetryTimer(() => void this.flush().catch(() => undefined));
  #writtenAtMs = 0;
  #shed = 0;

  constructor(options: CounterOptions) {
    this.#options = options;
  }

  add(intent: AlertIntent): void {
    const account = intent.account.toLowerCase();
    const key = `${account}\n${intent.cause}`;
    const before = this.#waiting.get(key);
    if (before === undefined && this.#waiting.size >= MAX_WAITING) {
      this.#shed++;
      return;
    }
    this.#waiting.set(key, merge(before, { ...intent, account }));
    if (this.#timer.isSet) return;
    const sinceWrite = this.#options.now() - this.#writtenAtMs;
    this.#timer.at(Math.min(Math.max(WRITE_INTERVAL_MS - sinceWrite, 0), WRITE_INTERVAL_MS));
  }

  /** Resolves when everything counted so far is durable. @throws when the records fail. */
  flush(): Promise<void> {
    return this.#serial.run(async () => {
      while (this.#waiting.size > 0) {
        const batch = [...this.#waiting].slice(0, BATCH);
        for (const [key] of batch) this.#waiting.delete(key);
        await this.#write(batch);
      }
      this.#reportShed();
    });
  }

  stop(): void {
    this.#timer.stop();
  }

  async #write(batch: readonly (readonly [string, Waiting])[]): Promise<void> {
    const { records, health, now } = this.#options;
    this.#writtenAtMs = now();
    const additions = batch.map(([, waiting]) => this.#addition(waiting));
    try {
      const opened = await health.write(() => records.incidents.add(additions));
      this.#timer.succeeded();
      if (opened.length > 0) this.#options.onAlerts();
    } catch (error) {
      for (const [key, waiting] of batch)
        this.#waiting.set(key, join(waiting, this.#waiting.get(key)));
      this.#timer.failed();
      throw error;
    }
  }

  #addition(waiting: Waiting): IncidentAddition {
    const { clock, channels, alerts, now } = this.#options;
    const { intent, firstAt, count, references, sources, notes } = waiting;
    const detail = formatDetail(intent, sources);
    const { account, cause, practice, summary } = intent;
    const nowMs = now();
    return {
      id: newIncidentId(nowMs),
      account,
      cause,
      practice,
      summary,
      detail,
      detailAfter: (before) => detailAfter(before, detail),
      firstAt,
      lastAt: intent.at,
      count,
      references,
      notes,
      traits: traitsOfAlert(intent),
      repeatAfterMs: alerts.repeatAfterSeconds * 1000,
      nowMs,
      jobs: () => {
        const times = { nowMs, notBeforeMs: clock.notBefore(alertGroup(cause), nowMs) };
        return [
          ...alertJobs(channels, { account, notice: { what: 'opened' } }, times),
          ...ownerJobs(channels, intent, nowMs),
        ];
      },
    };
  }

  #reportShed(): void {
    if (this.#shed === 0) return;
    this.#options.telemetry.warn(
      `${this.#shed} decisions were not counted into incidents: more than ${MAX_WAITING} accounts had news within a second. Each of them is in the journal.`,
    );
    this.#shed = 0;
  }
}

function merge(before: Waiting | undefined, intent: AlertIntent): Waiting {
  return {
    intent,
    firstAt: before?.firstAt ?? intent.at,
    count: (before?.count ?? 0) + 1,
    references: [...(before?.references ?? []), intent.reference].slice(-KEPT_REFERENCES),
    sources:
      intent.source === undefined
        ? NO_SOURCES
        : withSources(before?.sources ?? NO_SOURCES, { names: [intent.source], total: 1 }),
    notes: [...(before?.notes ?? []), ...(intent.note === undefined ? [] : [intent.note])].slice(
      -KEPT_NOTES,
    ),
  };
}

/** What could not be written, with what came meanwhile. */
function join(failed: Waiting, since: Waiting | undefined): Waiting {
  if (since === undefined) return failed;
  return {
    intent: since.intent,
    firstAt: failed.firstAt,
    count: failed.count + since.count,
    references: [...failed.references, ...since.references].slice(-KEPT_REFERENCES),
    sources: withSources(failed.sources, since.sources),
    notes: [...failed.notes, ...since.notes].slice(-KEPT_NOTES),
  };
}
