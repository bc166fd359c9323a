/**
 * What the root agent checks itself before it mails in the platform's name. Whoever took over the
 * daemon, or its token, may otherwise send any text to anybody as anybody: a notification goes to
 * the envelope sender in the queue file only, from the address this host's configuration names.
 */
import type { QueueEnvelope } from '../protocol/postcat.ts';
import type { Notification } from './contract.ts';

const MAX_WORDS = 10;
const MAX_SENTENCE_CHARS = 2_000;
const POSTMASTER = /^postmaster@[^@\s<>]+$/i;

/** @throws when it is not one that this agent sends. */
export function checkNotification(
  notification: Notification,
  envelope: QueueEnvelope,
  from: string | undefined,
): void {
  const isSender = sameAddress(notification.recipient, envelope.sender);
  if (envelope.sender === '' || !isSender) {
    throw new Error(
      'a notification goes to the sender of the message only, and this one does not.',
    );
  }
  const isFrom =
    from === undefined ? POSTMASTER.test(notification.from) : sameAddress(from, notification.from);
  if (!isFrom) {
    throw new Error(
      'the sender of the notification is not the one that this host knows: set `holds.from` here as ' +
        'it is set for the daemon.',
    );
  }
  const { words, messageId, reference } = notification;
  const isBounded = words.length <= MAX_WORDS && words.every((w) => w.length <= MAX_SENTENCE_CHARS);
  const isOurs = /^<primum\.[0-9a-f]{32}@[^@\s<>]{1,255}>$/.test(messageId);
  if (!isBounded || !isOurs || !/^[\w-]{1,64}$/.test(reference)) {
    throw new Error('the notification has not the form that Primum gives one.');
  }
}

function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
