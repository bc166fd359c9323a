/** A delivery event as the classifier of replies understands it (FBK-1). */
import type { DeliveryEvent } from '../core/event.ts';
import type { OutcomeReading } from '../core/outcome.ts';
import {
  REPLY_CLASSES,
  type RemoteReply,
  type ReplyClass,
  type ReplyClassifier,
  type SmtpStage,
} from '../core/reply-class.ts';

/** Where Postfix's log says at which command a reply came. */
const STAGES: readonly (readonly [words: string, stage: SmtpStage])[] = [
  ['in reply to RCPT TO', 'rcpt'],
  ['in reply to MAIL FROM', 'mail'],
  ['in reply to end of DATA', 'data'],
  ['in reply to DATA', 'data'],
];

/** Its own word where the event has one, else what its reply says. */
export function readDelivery(event: DeliveryEvent, classify: ReplyClassifier): OutcomeReading {
  if (event.result === 'delivered') return { class: 'other', hard: false };
  const isFailed = event.result === 'bounced';
  const named = REPLY_CLASSES.find((name) => name === event.class);
  const reading: OutcomeReading =
    named === undefined
      ? classify(replyOf(event))
      : { class: named, hard: event.hard ?? isHardAsRule(named) };
  return { class: reading.class, hard: reading.hard && isFailed };
}

function replyOf({ status, reply = '', remote }: DeliveryEvent): RemoteReply {
  // `host mx.example[192.0.2.1] said: 550 5.1.1 ...`, or the reply itself.
  const [, replyCode] = /(?:^|said: )([245]\d\d)[ -]/.exec(reply) ?? [];
  const [, stage] = STAGES.find(([words]) => reply.includes(words)) ?? [];
  return {
    text: reply,
    ...(status !== undefined && status !== '' && { status }),
    ...(replyCode !== undefined && { replyCode }),
    ...(remote !== undefined && { remote }),
    ...(stage !== undefined && { stage }),
  };
}

function isHardAsRule(replyClass: ReplyClass): boolean {
  return replyClass === 'unknown-recipient' || replyClass === 'dns';
}
