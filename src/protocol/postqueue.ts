/** One line of `postqueue -j` (postqueue(1), JSON OBJECT FORMAT): a message in the queue. */
import { isQueueId } from './queue-id.ts';

export interface QueuedMessage {
  /** `hold`, `deferred`, `active`, `incoming` or `maildrop`. */
  readonly queueName: string;
  readonly queueId: string;
  /** Seconds since 1970. */
  readonly arrivalSeconds: number;
  readonly sizeBytes: number;
  /** Empty for the null sender, which the tool shows as MAILER-DAEMON. */
  readonly sender: string;
  readonly recipients: readonly string[];
}

/** Longest line that is read: 10,000 recipients, each with the reason of its delay. */
export const MAX_QUEUE_LINE = 4 * 1024 * 1024;
/** Recipients kept of one message. */
export const MAX_QUEUED_RECIPIENTS = 1_000;

/** `undefined` for a line that is not a message of the queue. */
export function parseQueueLine(line: string): QueuedMessage | undefined {
  if (line.length > MAX_QUEUE_LINE) return undefined;
  const entry = parseObject(line);
  if (entry === undefined) return undefined;
  const queueName = entry['queue_name'];
  const queueId = entry['queue_id'];
  const arrivalSeconds = entry['arrival_time'];
  const sizeBytes = entry['message_size'];
  const sender = entry['sender'];
  if (typeof queueName !== 'string' || typeof queueId !== 'string' || !isQueueId(queueId)) {
    return undefined;
  }
  if (typeof arrivalSeconds !== 'number' || typeof sender !== 'string') return undefined;
  return {
    queueName,
    queueId,
    arrivalSeconds,
    sizeBytes: typeof sizeBytes === 'number' ? sizeBytes : 0,
    sender: sender === 'MAILER-DAEMON' ? '' : sender,
    recipients: addressesOf(entry['recipients']),
  };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function addressesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const addresses: string[] = [];
  for (const entry of value.slice(0, MAX_QUEUED_RECIPIENTS) as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null || !('address' in entry)) continue;
    if (typeof entry.address === 'string') addresses.push(entry.address);
  }
  return addresses;
}
