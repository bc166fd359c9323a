/** What a sender is told of his held or returned message: plain words and where to turn. */
import { createHash } from 'node:crypto';
import type { Notification } from '../agent/contract.ts';
import type { HoldRow } from '../store/records/hold-contract.ts';
import type { HoldSettings } from './hold-options.ts';

export function notificationOf(settings: HoldSettings, hold: HoldRow): Notification {
  const isReturned = hold.state !== 'held';
  const recipient = hold.seen?.sender ?? hold.envelopeSender;
  return {
    what: isReturned ? 'returned' : 'held',
    recipient,
    messageId: messageIdOf(settings, hold, isReturned ? 'returned' : 'held'),
    from: settings.from,
    words: isReturned ? returnedWords(settings, hold) : heldWords(settings, hold),
    reference: hold.reference,
    attempt: isReturned ? hold.tries : hold.noticeTries,
  };
}

/** The same for the same hold on every attempt, so that a mailbox can tell a repetition. */
function messageIdOf(settings: HoldSettings, hold: HoldRow, what: string): string {
  const digest = createHash('sha256').update(`${what}\n${hold.id}\n${hold.queueId}`).digest('hex');
  const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1);
  return `<primum.${digest.slice(0, 32)}@${domain}>`;
}

function returnedWords(settings: HoldSettings, hold: HoldRow): readonly string[] {
  return [
    'Your message was not delivered to the recipients below.',
    `It was held for a check on ${dayAndTime(hold.at)} and is returned to you now. Why: ${hold.why}`,
    'If you did not send it, somebody else may use your account: change your password.',
    ...ending(settings, hold),
  ];
}

/** As a person writes it: `28 November 2026, 14:46 UTC`. */
function dayAndTime(at: string): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : `${FOR_PEOPLE.format(ms)} UTC`;
}

const FOR_PEOPLE = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  ...{ timeZone: 'UTC', hourCycle: 'h23' },
});

function heldWords(settings: HoldSettings, hold: HoldRow): readonly string[] {
  return [
    'Your message waits for a check by a person. It is not lost, and you need not send it again.',
    'It is delivered after the check, or returned to you with the reason.',
    'If you did not send it, somebody else may use your account: change your password.',
    ...ending(settings, hold),
  ];
}

function ending({ contact }: HoldSettings, { subject, reference }: HoldRow): readonly string[] {
  const where = contact === '' ? 'your postmaster' : contact;
  return [
    ...(subject === '' ? [] : [`Its subject: ${subject}`]),
    `Questions: ask ${where} and name the reference ${reference}.`,
  ];
}
