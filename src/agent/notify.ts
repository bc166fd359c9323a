/**
 * Tells the sender what became of his message, with a notification of our own from `<>` (RFC 3464).
 * What cannot be known is whether Postfix took a notification just before this process or the
 * daemon died: then it is sent again, with the same Message-ID, unless it still waits in the queue.
 * Twice is a nuisance, never is a lost message.
 */
import { formatDeliveryReport } from '../protocol/delivery-report.ts';
import type { QueueEnvelope } from '../protocol/postcat.ts';
import type { AgentTask, Notification, TargetState } from './contract.ts';
import type { HandsOptions } from './hands-options.ts';
import type { QueueTools } from './queue-tools.ts';
import { checkNotification } from './may-notify.ts';
import { look } from './target.ts';

type NotifyTask = Extract<AgentTask, { kind: 'notify' }>;

/** Bytes read for the header block that goes back. */
const HEADER_BYTES = 64 * 1024;
/** Notifications in the queue to the same recipient that are looked through. */
const MAX_LOOKED_THROUGH = 200;

export async function notifySender(
  options: HandsOptions,
  { target, notification }: NotifyTask,
): Promise<{ readonly sent: boolean; readonly state: TargetState }> {
  const { tools } = options;
  const { state, envelope } = await look(tools, target);
  // Only of a message that still waits it is true that it was not delivered.
  if (envelope === undefined || state !== 'held') return { sent: false, state };
  checkNotification(notification, envelope, options.from);
  if (notification.attempt === 1 || !(await isQueued(tools, notification))) {
    const read = await tools.message(target.queueId, HEADER_BYTES);
    if (read === undefined) return { sent: false, state: 'missing' };
    const report = compose(options, notification, { envelope, bytes: read.bytes });
    await tools.submit(notification.recipient, report);
  }
  return { sent: true, state };
}

function compose(
  { mta, now }: HandsOptions,
  notification: Notification,
  original: { readonly envelope: QueueEnvelope; readonly bytes: Uint8Array },
): string {
  const isReturned = notification.what === 'returned';
  const { envelope } = original;
  const text = new TextDecoder().decode(original.bytes).replaceAll('\r\n', '\n');
  return formatDeliveryReport({
    from: notification.from,
    to: notification.recipient,
    messageId: notification.messageId,
    nowMs: now(),
    reportingMta: mta,
    arrivalMs: (envelope.arrivalSeconds ?? 0) * 1000,
    subject: isReturned ? 'Your message was not delivered' : 'Your message waits for a check',
    words: isReturned ? withRecipients(notification.words, envelope) : notification.words,
    action: isReturned ? 'failed' : 'delayed',
    recipients: envelope.recipients,
    diagnostic: `${notification.words[0] ?? ''} Reference ${notification.reference}`,
    // RFC 3463 §3.8: X.7.1, delivery not authorised, message refused.
    status: isReturned ? '5.7.1' : '4.7.1',
    originalHeaders: text.slice(0, endOfHeaders(text)),
  });
}

/** Addresses written out in a sentence; the report for programs has all. */
const MAX_WRITTEN = 20;

/** Only the queue tells who has not got it: others of its recipients may have it already. */
function withRecipients(
  [first = '', ...rest]: readonly string[],
  { recipients, recipientCount }: QueueEnvelope,
): readonly string[] {
  const written = recipients.slice(0, MAX_WRITTEN);
  const more = recipientCount - written.length;
  const end = more > 0 ? ` and ${more} more` : '';
  return [first, `Not delivered to: ${written.join(', ')}${end}.`, ...rest];
}

function endOfHeaders(text: string): number {
  const end = text.indexOf('\n\n');
  return end < 0 ? text.length : end + 1;
}

/** Whether an earlier attempt's notification waits in the queue already. */
async function isQueued(tools: QueueTools, notification: Notification): Promise<boolean> {
  const to = notification.recipient.toLowerCase();
  const candidates = (await tools.list()).filter(
    ({ sender, recipients }) => sender === '' && recipients.some((one) => one.toLowerCase() === to),
  );
  for (const { queueId } of candidates.slice(-MAX_LOOKED_THROUGH)) {
    const read = await tools.message(queueId, HEADER_BYTES);
    if (read !== undefined && hasMessageId(read.bytes, notification.messageId)) return true;
  }
  return false;
}

function hasMessageId(bytes: Uint8Array, messageId: string): boolean {
  const text = new TextDecoder().decode(bytes);
  const headers = text.slice(0, endOfHeaders(text)).toLowerCase();
  return headers.split('\n').includes(`message-id: ${messageId.toLowerCase()}`);
}
