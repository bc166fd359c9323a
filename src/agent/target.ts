/** Finds a message that the records know in the queue, and makes sure that it is that one. */
import type { QueueEnvelope } from '../protocol/postcat.ts';
import { isQueueId } from '../protocol/queue-id.ts';
import { isNear, MAX_TOLD_LENGTH } from './contract.ts';
import type { FoundMessage, QueuedTarget, TargetState } from './contract.ts';
import type { QueueTools } from './queue-tools.ts';

export interface Looked {
  readonly state: TargetState;
  readonly envelope?: QueueEnvelope;
}

/** A file that moves between two queues can be overlooked; twice in a row it is not. */
const LOOKS = 2;

export async function look(tools: QueueTools, target: QueuedTarget): Promise<Looked> {
  // It cannot be in any queue.
  if (!isQueueId(target.queueId)) return { state: 'missing' };
  for (let n = 0; n < LOOKS; n++) {
    const [envelope] = await tools.envelopes([target.queueId]);
    if (envelope !== undefined) return judge(target, envelope);
  }
  return { state: 'missing' };
}

/** Queue ids come again when long ids are off (postconf(5) enable_long_queue_ids). */
export function judge(target: QueuedTarget, envelope: QueueEnvelope): Looked {
  const state = envelope.queueName === 'hold' ? 'held' : 'elsewhere';
  return isTarget(target, envelope) ? { state, envelope } : { state: 'other' };
}

export function isTarget(target: QueuedTarget, envelope: QueueEnvelope): boolean {
  const { seen } = target;
  const { arrivalSeconds, sender, saslLogin } = envelope;
  if (arrivalSeconds === undefined) return false;
  if (seen !== undefined) {
    return seen.arrivalSeconds === arrivalSeconds && clipped(seen.sender) === clipped(sender);
  }
  if (!isNear(target.at, arrivalSeconds)) return false;
  const isSender = sender.toLowerCase() === target.envelopeSender.toLowerCase();
  // Canonical maps may have rewritten the sender; the login stays.
  return isSender || (saslLogin !== '' && saslLogin.toLowerCase() === target.account.toLowerCase());
}

/**
 * Postfix takes longer addresses than the desk; one of them must not spoil the report of all.
 * Clipped again it stays the same.
 */
export function clipped(text: string): string {
  return text.slice(0, MAX_TOLD_LENGTH).toWellFormed();
}

export function foundMessage(envelope: QueueEnvelope): FoundMessage {
  const { queueId, queueName, sizeBytes, saslLogin, sender, recipientCount } = envelope;
  const arrivalSeconds = envelope.arrivalSeconds ?? 0;
  return {
    queueId,
    queueName,
    sizeBytes,
    saslLogin: clipped(saslLogin),
    sender: clipped(sender),
    recipients: recipientCount,
    arrivalSeconds,
  };
}
