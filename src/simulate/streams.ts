/**
 * Real streams of who wrote to whom and when, spliced into people: CSV of `unix,from,to,kind`, with a
 * header line, plain or gzipped, ascending or not. Names are numbers or any other text.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PrimumError } from '../errors.ts';
import { sendTo } from './benign/person.ts';
import { DAY_MS } from './places.ts';
import type { Platform } from './platform.ts';
import { item, type Rng } from './random.ts';
import type { Account } from './world.ts';

export interface StreamMessage {
  readonly atMs: number;
  readonly recipients: readonly string[];
}

/** Messages of one sender, in order of time. */
export type Stream = readonly StreamMessage[];

/** Files larger than this are refused. */
export const MAX_STREAM_BYTES = 256 * 1024 * 1024;
/** A sender with less says too little. */
const MIN_MESSAGES = 60;

/** @throws PrimumError INPUT_UNREADABLE */
export function loadStreams(folder: string): readonly Stream[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.csv(\.gz)?$/.test(name))
      .sort()
      .flatMap((name) => readStreams(readText(join(folder, name))));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError('INPUT_UNREADABLE', `The streams in ${folder} cannot be read: ${why}`, {
      cause,
    });
  }
}

function readText(file: string): string {
  if (statSync(file).size > MAX_STREAM_BYTES) throw new Error(`${file} is too large.`);
  const bytes = readFileSync(file);
  const plain = file.endsWith('.gz')
    ? gunzipSync(bytes, { maxOutputLength: MAX_STREAM_BYTES })
    : bytes;
  return plain.toString('utf8');
}

/** Streams of the senders with enough messages; lines that do not fit are passed over. */
export function readStreams(csv: string): readonly Stream[] {
  const senders = new Map<string, Map<number, Set<string>>>();
  for (const [, unix, from, to] of csv.matchAll(
    /^(\d{6,11}),([^,\n]{1,200}),([^,\n\r]{1,200})/gm,
  )) {
    if (from === undefined || to === undefined || from === to) continue;
    const sent = senders.get(from) ?? new Map<number, Set<string>>();
    senders.set(from, sent);
    const atMs = Number(unix) * 1000;
    const recipients = sent.get(atMs) ?? new Set<string>();
    sent.set(atMs, recipients);
    recipients.add(to);
  }
  return [...senders.values()]
    .filter((sent) => sent.size >= MIN_MESSAGES)
    .map((sent) =>
      [...sent]
        .map(([atMs, recipients]) => ({ atMs, recipients: [...recipients] }))
        .sort((one, other) => one.atMs - other.atMs),
    );
}

/**
 * The account writes as the stream says: from the stream's message, weekdays and hours kept, to
 * addresses that stand for its names.
 */
export function splice(platform: Platform, account: Account, stream: Stream, rng: Rng): void {
  const { startMs, endMs, world } = platform.parts;
  // A window that begins with a message, early enough to be full where the stream is long enough.
  const last = item(stream, stream.length - 1).atMs - (endMs - startMs);
  const starts = stream.filter(({ atMs }) => atMs <= last);
  const origin = starts.length > 0 ? rng.pick(starts).atMs : item(stream, 0).atMs;
  const shiftMs = Math.ceil((startMs - origin) / (7 * DAY_MS)) * 7 * DAY_MS;
  const names = new Map<string, string>();
  for (const { atMs, recipients } of stream) {
    const when = atMs + shiftMs;
    if (when < startMs || when >= endMs) continue;
    platform.at(when, () => {
      const addresses = recipients.map((name) => {
        const address = names.get(name) ?? world.stranger(rng);
        names.set(name, address);
        return address;
      });
      const answered = account.inbox.findLast(({ from }) => addresses.includes(from));
      sendTo(platform, account, { recipients: [...new Set(addresses)], answered });
    });
  }
}
