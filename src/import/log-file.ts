/** Log files as they lie on a disk: plain or compressed, rotated, in whatever order they are named. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PrimumError, wordsOf } from '../errors.ts';
import { LogLines } from '../protocol/log-lines.ts';
import { MAX_LOG_LINE } from '../protocol/mail-log-fact.ts';
import { StampReader } from '../protocol/mail-log-stamp.ts';
import type { StampOptions } from '../protocol/mail-log-stamp.ts';
import { openSource } from '../store/journal-files/read-lines.ts';

export interface LogFile {
  readonly path: string;
  /** As it lies there, compressed or not. */
  readonly sizeBytes: number;
  readonly stamps: StampOptions;
  /** Time of its first line that has one. */
  readonly firstMs: number | undefined;
  /** Its first bytes, decompressed. */
  readonly head: Buffer;
}

export interface LogFileOptions {
  /** Year of the first line of each file, for stamps without one. Default: told by the file's date. */
  readonly year?: number | undefined;
  readonly offsetMs: (localMs: number) => number;
}

/** Lines looked at for the first time. */
const MAX_HEAD_LINES = 1_000;
const CHUNK_BYTES = 262_144;
/** Some hundred lines: two logs that begin so alike are one. */
const HEAD_BYTES = 16_384;

/** Files in the order of what is in them; those that say no time come last. */
export async function findLogFiles(
  paths: readonly string[],
  options: LogFileOptions,
): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  for (const path of paths) files.push(await lookAt(path, options));
  return files.sort((a, b) => (a.firstMs ?? Infinity) - (b.firstMs ?? Infinity));
}

async function lookAt(path: string, { year, offsetMs }: LogFileOptions): Promise<LogFile> {
  try {
    // A folder opens like a file and cannot be read like one.
    const found = await stat(path);
    const { size, mtimeMs } = found;
    if (!found.isFile()) {
      throw new PrimumError('INPUT_UNREADABLE', `${path} is not a file. Name the log files in it.`);
    }
    const stamps = { notAfterMs: mtimeMs, offsetMs, ...(year === undefined ? {} : { year }) };
    return { path, sizeBytes: size, stamps, ...(await beginningOf(path, stamps)) };
  } catch (error) {
    if (error instanceof PrimumError) throw error;
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `${path} cannot be read: ${wordsOf(error)}. Name the files of a mail log.`,
      { cause: error },
    );
  }
}

async function beginningOf(
  path: string,
  stamps: StampOptions,
): Promise<Pick<LogFile, 'firstMs' | 'head'>> {
  await (await open(path)).close();
  const reader = new StampReader(stamps);
  const lines = new LogLines(MAX_LOG_LINE);
  let found: number | undefined;
  let head = Buffer.alloc(0);
  let count = 0;
  const look = (line: string | undefined): void => {
    count += 1;
    if (found === undefined && line !== undefined) found = reader.read(line, 0)?.atMs;
  };
  try {
    for await (const chunk of await openSource(path)) {
      lines.push(chunk, look);
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
      const isSeen = found !== undefined || count >= MAX_HEAD_LINES;
      if (isSeen && head.length === HEAD_BYTES) break;
    }
  } catch {
    // Damage is told when it is read as a whole.
  }
  lines.end(look);
  return { firstMs: found, head };
}

/**
 * Whether two files are one log: a copy, such as mail.log.1 beside mail.log.1.gz, or one taken earlier.
 * Logs are only added to, so the longer one has all of the shorter.
 */
export function isSameLog(a: LogFile, b: LogFile): boolean {
  const size = Math.min(a.head.length, b.head.length);
  return size > 0 && a.firstMs === b.firstMs && a.head.compare(b.head, 0, size, 0, size) === 0;
}

/** The file's bytes, decompressed; `onRead` hears how many bytes on disk that took. */
export async function readLogFile(
  { path }: LogFile,
  onRead: (bytes: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      onRead((chunk as Buffer).length);
      yield chunk as Buffer;
    }
  };
  return openSource(counted());
}
