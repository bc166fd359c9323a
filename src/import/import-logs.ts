/** Reads log files one after the other and gives out their events in the order of time. */
import type { PrimumEvent } from '../core/event.ts';
import { RecentKeys } from '../core/recent-keys.ts';
import { MailLogJoin } from '../maillog/join.ts';
import { TimeOrder } from '../maillog/time-order.ts';
import { LogLines } from '../protocol/log-lines.ts';
import { MAX_LOG_LINE } from '../protocol/mail-log-fact.ts';
import { MailLogReader } from '../protocol/mail-log.ts';
import { compressionDamage } from '../store/journal-files/read-lines.ts';
import { PrimumError, wordsOf } from '../errors.ts';
import { isSameLog, readLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import { ImportTally } from './tally.ts';

/** How long recipients are waited for after a message was accepted: slow servers, large mailings. */
export const WAIT_MS = 300_000;
/** Events that wait for earlier ones: five minutes of the busiest hosts. */
export const MAX_WAITING_EVENTS = 100_000;
/** Ids remembered against telling an event twice where files overlap. */
const RECENT_IDS = 1_000_000;
/** Lines of two programs may stand in the wrong order by so much. */
const DISORDER_MS = 2_000;

export interface ImportSteps {
  /** Takes an event; waits where what it goes to is slower than reading. */
  take(event: PrimumEvent): void;
  /** After each block of lines. */
  flush(): Promise<void> | undefined;
  onProgress?(progress: ImportProgress): void;
}

export interface ImportProgress {
  readonly file: string;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly lines: number;
}

export async function importLogs(
  files: readonly LogFile[],
  steps: ImportSteps,
): Promise<ImportTally> {
  const tally = new ImportTally();
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  // Remembering costs a third of the time, and one file does not overlap itself.
  const told = files.length > 1 ? new RecentKeys(RECENT_IDS) : undefined;
  const order = new TimeOrder(
    { waitMs: WAIT_MS + DISORDER_MS, max: MAX_WAITING_EVENTS },
    (event, atMs) => {
      if (told?.get(event.id) !== undefined) {
        tally.repeated += 1;
        return;
      }
      told?.set(event.id, 1);
      tally.addEvent(event, atMs);
      steps.take(event);
    },
  );
  const join = new MailLogJoin({ waitMs: WAIT_MS, logins: true }, (event) =>
    order.add(asAtDoor(event)),
  );
  let bytes = 0;
  const done: ReadLog[] = [];
  for (const file of files) {
    const log = beginOrGoOn(file, done, tally);
    const take = lineTaker(log.reader, join, tally);
    const lines = new LogLines(MAX_LOG_LINE);
    try {
      for await (const chunk of await readLogFile(file, (count) => (bytes += count))) {
        lines.push(log.take(chunk), take);
        steps.onProgress?.({ file: file.path, bytes, totalBytes, lines: tally.lines });
        await steps.flush();
      }
    } catch (error) {
      tally.damaged.push({ file: file.path, why: damageOf(file, error) });
    }
    log.end(lines.openBytes);
    lines.end(take);
  }
  join.end();
  order.end();
  await steps.flush();
  return tally;
}

/**
 * The question is what Primum would have done: as if it had been asked before the message left. What
 * comes back of a message that it would have stopped is then no share of its account (decision 0025).
 */
function asAtDoor(event: PrimumEvent): PrimumEvent {
  if (event.kind !== 'submission') return event;
  const { afterwards: _, ...seen } = event;
  return seen;
}

/** One log, of which several files may be copies. */
class ReadLog {
  readonly file: LogFile;
  /** Knows the year it is in by now. */
  readonly reader: MailLogReader;
  /** Bytes of whole lines that a copy of it gave before. */
  readonly #known: number;
  #at = 0;
  #length: number;

  constructor(file: LogFile, before?: ReadLog) {
    this.file = file;
    this.reader = before?.reader ?? new MailLogReader(file.stamps);
    this.#known = before?.length ?? 0;
    this.#length = this.#known;
  }

  /** Bytes of its whole lines. */
  get length(): number {
    return this.#length;
  }

  /** What is new of the next bytes. */
  take(chunk: Uint8Array): Uint8Array {
    const from = Math.max(0, this.#known - this.#at);
    this.#at += chunk.length;
    return chunk.subarray(from);
  }

  end(openBytes: number): void {
    this.#length = Math.max(this.#known, this.#at - openBytes);
  }
}

function beginOrGoOn(file: LogFile, done: ReadLog[], tally: ImportTally): ReadLog {
  const place = done.findIndex((log) => isSameLog(log.file, file));
  const before = done[place];
  const log = new ReadLog(file, before);
  if (before === undefined) done.push(log);
  else {
    done[place] = log;
    tally.copies.push({ file: file.path, of: before.file.path });
  }
  return log;
}

function lineTaker(
  reader: MailLogReader,
  join: MailLogJoin,
  tally: ImportTally,
): (line: string | undefined) => void {
  return (line) => {
    tally.lines += 1;
    const read = line === undefined ? 'too-long' : reader.read(line);
    if (read === 'foreign') tally.foreign += 1;
    else if (read === 'nothing') tally.understood += 1;
    else if (typeof read === 'string') tally.addMisread(read, line);
    else {
      tally.understood += 1;
      join.take(read, line ?? '');
    }
  };
}

/** Words for damage in the data, after which the other files are still read. */
function damageOf(file: LogFile, error: unknown): string {
  if (error instanceof PrimumError) throw error;
  const damage = compressionDamage(error);
  if (damage !== undefined) return damage;
  throw new PrimumError('INPUT_UNREADABLE', `${file.path} cannot be read: ${wordsOf(error)}.`, {
    cause: error,
  });
}
