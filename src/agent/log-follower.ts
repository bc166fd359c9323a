/**
 * Follows the mail log of this host and gives its events to the daemon. Where reading goes on is
 * saved only after what was read is on record: after a crash some lines are read again, and their
 * events have the same ids and count once.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { PrimumEvent } from '../core/event.ts';
import { MailLogJoin } from '../maillog/join.ts';
import { LogLines } from '../protocol/log-lines.ts';
import { MAX_LOG_LINE } from '../protocol/mail-log-fact.ts';
import { MailLogReader } from '../protocol/mail-log.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { MAX_LOGGED } from './contract.ts';
import type { LoggedEvent, LogSink } from './contract.ts';
import { loadPosition, savePosition } from './log-position.ts';
import type { SavedPosition } from './log-position.ts';
import { LogTail } from './log-tail.ts';
import type { RunningAgent } from './loop.ts';
import { Patience } from './patience.ts';

export interface FollowOptions {
  /** The log file, absolute. */
  readonly path: string;
  /** Where the position is kept. */
  readonly positionFile: string;
  readonly mta: string;
  readonly sink: LogSink;
  readonly telemetry: Pick<Telemetry, 'warn' | 'info'>;
  /** Whether logins are told: not where the auth policy door hears of them. */
  readonly logins: boolean;
  /** What the local clock is ahead of UTC at a local time, for stamps without a zone. */
  readonly offsetMs: (localMs: number) => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How often a quiet log is looked at. Default 250. */
  readonly pollMs?: number;
  readonly retryMs?: number;
}

const DEFAULT_POLL_MS = 250;
/**
 * Recipients of a message are waited for so long after it was accepted; what becomes of it must be
 * known within two seconds.
 */
export const LIVE_WAIT_MS = 1_000;
/** Messages on their way at one time; a queue of more is another kind of trouble. */
export const MAX_OPEN = 20_000;
const SAVE_MS = 1_000;
/** Saving takes at most this share of the time. */
const SAVE_SHARE = 0.05;

export function followLog(options: FollowOptions): RunningAgent {
  const stop = new AbortController();
  const ended = new Follower(options, stop.signal).run().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    options.telemetry.warn(`The mail log ${options.path} is not followed any more: ${why}`);
  });
  return {
    async close() {
      stop.abort();
      await ended;
    },
  };
}

class Follower {
  readonly #options: FollowOptions;
  readonly #signal: AbortSignal;
  readonly #patience: Patience;
  readonly #reading: Patience;
  readonly #lines = new LogLines(MAX_LOG_LINE);
  #events: LoggedEvent[] = [];
  /** When the log was last looked at. */
  #readAtMs = 0;
  #savedAtMs = -Infinity;
  #saveEveryMs = SAVE_MS;
  /** The first place is saved at once: from then on nothing is passed over. */
  #isChanged = true;

  constructor(options: FollowOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const { telemetry, retryMs, path } = options;
    const shared = { telemetry, ...(retryMs === undefined ? {} : { retryMs }) };
    const delivering = {
      lost: 'Events of the mail log do not reach the daemon; they wait',
      found: 'Events of the mail log reach the daemon again.',
    };
    const reading = {
      lost: `The mail log ${path} cannot be read. Let the agent run as a user who may, such as root`,
      found: `The mail log ${path} is read again.`,
    };
    this.#patience = new Patience({ ...shared, words: delivering }, signal);
    this.#reading = new Patience({ ...shared, words: reading }, signal);
  }

  async run(): Promise<void> {
    const { path, positionFile, telemetry, mta, logins, offsetMs, now } = this.#options;
    const saved = await this.#reading.through(() => loadPosition(positionFile, path));
    if (saved === 'broken') {
      telemetry.warn(
        `${positionFile} does not say how far the mail log was read; reading goes on at its end.`,
      );
    }
    const from = saved === 'broken' ? undefined : saved;
    const onLoss = (message: string): void => telemetry.warn(message);
    const tail = new LogTail({ path, from: from?.place, onLoss });
    const reader = new MailLogReader({ notAfterMs: now(), offsetMs }, from?.stamps);
    this.#readAtMs = performance.now();
    const take = (event: PrimumEvent): void => void this.#events.push(event as LoggedEvent);
    const join = new MailLogJoin(
      { mta, waitMs: LIVE_WAIT_MS, maxOpen: MAX_OPEN, logins },
      take,
      from?.join,
    );
    try {
      while (!this.#signal.aborted) await this.#step(tail, reader, join);
      await this.#save(tail, reader, join);
    } finally {
      await tail.close();
    }
  }

  async #step(tail: LogTail, reader: MailLogReader, join: MailLogJoin): Promise<void> {
    const read = await this.#reading.through(() => tail.read());
    const takeLine = (line: string | undefined): void => {
      const found = line === undefined ? 'too-long' : reader.read(line);
      if (typeof found !== 'string') join.take(found, line ?? '');
    };
    if (read === undefined) {
      // The log's own clock goes on while it is quiet, whatever the time is here.
      const nowMs = performance.now();
      join.pass(nowMs - this.#readAtMs);
      this.#readAtMs = nowMs;
    } else {
      if (read.isNewFile) this.#lines.end(takeLine);
      this.#lines.push(read.bytes, takeLine);
      this.#readAtMs = performance.now();
      this.#isChanged = true;
    }
    // While it catches up, whole batches.
    if (read === undefined || this.#events.length >= MAX_LOGGED) await this.#deliver();
    if (this.#signal.aborted) return;
    if (performance.now() - this.#savedAtMs >= this.#saveEveryMs) {
      await this.#save(tail, reader, join);
    }
    if (read !== undefined) return;
    const { pollMs = DEFAULT_POLL_MS } = this.#options;
    await pause(pollMs, undefined, { signal: this.#signal }).catch(() => undefined);
  }

  async #deliver(): Promise<void> {
    const { sink, mta } = this.#options;
    while (this.#events.length > 0) {
      const batch = this.#events.slice(0, MAX_LOGGED);
      await this.#patience.through(() => sink.logged(mta, batch));
      // Told to stop before it was heard: the lines are read again.
      if (this.#signal.aborted) return;
      this.#isChanged = true;
      this.#events = this.#events.slice(batch.length);
    }
  }

  /** Only when everything that was read is on record. */
  async #save(tail: LogTail, reader: MailLogReader, join: MailLogJoin): Promise<void> {
    const place = tail.place;
    if (!this.#isChanged || this.#events.length > 0 || place === undefined) return;
    const startedMs = performance.now();
    const offset = place.offset - this.#lines.openBytes;
    const position: SavedPosition = {
      v: 1,
      path: this.#options.path,
      place: { ...place, offset: Math.max(0, offset) },
      ...(reader.state === undefined ? {} : { stamps: reader.state }),
      join: join.state,
    };
    try {
      await savePosition(this.#options.positionFile, position);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.telemetry.warn(
        `How far the mail log was read cannot be saved in ${this.#options.positionFile}: ${why}`,
      );
    }
    this.#savedAtMs = performance.now();
    this.#isChanged = false;
    this.#saveEveryMs = Math.max(SAVE_MS, (this.#savedAtMs - startedMs) / SAVE_SHARE);
  }
}
