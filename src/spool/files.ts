/** A spooled message as a file: one line of JSON with its envelope, then the message. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Envelope, SpooledMessage } from './contract.ts';

const VERSION = 1;
/** Of the first line: a hundred recipients of a thousand bytes, and room. */
const MAX_HEAD_BYTES = 512 * 1024;
const ID_DIGITS = 32;
const NEWLINE = 10;

/** `<milliseconds>-<id>`, so that names are in the order of arrival. */
const NAME = /^(\d{13})-([0-9a-f]{32})$/;

export function nameOf(receivedAtMs: number, id: string): string {
  return `${String(receivedAtMs).padStart(13, '0')}-${id}`;
}

/** `undefined` for a file that is not ours. */
export function parseName(name: string): { id: string; receivedAtMs: number } | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { receivedAtMs: Number(match[1]), id: match[2] ?? '' };
}

export function headOf({ sender, recipients }: Envelope): Buffer {
  return Buffer.from(`${JSON.stringify({ v: VERSION, sender, recipients })}\n`);
}

/** Builds the id while the message comes in: envelope and content, not the time. */
export function createIdHash(envelope: Envelope) {
  const hash = createHash('sha256').update(headOf(envelope));
  return {
    update: (bytes: Buffer): void => void hash.update(bytes),
    digest: (): string => hash.digest('hex').slice(0, ID_DIGITS),
  };
}

/** Reads a message's first line. @throws Error when the file is not one of ours. */
export async function openSpooled(path: string, name: string): Promise<SpooledMessage> {
  const known = parseName(name);
  const head = await readHead(path);
  const { size } = await stat(path);
  const text: unknown = JSON.parse(head.toString('utf8'));
  if (known === undefined || !isHead(text)) throw new Error('it is not a spooled message');
  const start = head.length + 1;
  return {
    id: known.id,
    receivedAtMs: known.receivedAtMs,
    sender: text.sender,
    recipients: text.recipients,
    sizeBytes: size - start,
    file: { path, start },
    // Without an encoding a stream gives buffers.
    read: () => createReadStream(path, { start }) as AsyncIterable<Buffer>,
  };
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let length = 4096; ; length *= 8) {
      const bytes = Buffer.alloc(Math.min(length, MAX_HEAD_BYTES));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      const end = bytes.subarray(0, bytesRead).indexOf(NEWLINE);
      if (end >= 0) return bytes.subarray(0, end);
      if (bytesRead < length) throw new Error('it is not a spooled message');
    }
  } finally {
    await file.close();
  }
}

function isHead(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const { v, sender, recipients } = value as Record<string, unknown>;
  const isList = Array.isArray(recipients) && recipients.every((one) => typeof one === 'string');
  return v === VERSION && typeof sender === 'string' && isList;
}
