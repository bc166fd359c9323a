/** Mail that came in: who writes to the account, and what may be answered. */
import type { ReceivedEvent } from '../core/event.ts';
import type { Maybe } from '../core/maybe.ts';
import { HeardRecord } from '../core/profile/heard-record.ts';
import type { GateParts } from './parts.ts';
import { messageItem, recipientHash } from './recipients.ts';
import { heardKey } from './submission-frame.ts';

export function noteReceived(
  event: ReceivedEvent,
  { standing, hash }: Pick<GateParts, 'standing' | 'hash'>,
): Maybe<void> {
  const account = event.account.toLowerCase();
  if (account === '') return undefined;
  const nowMs = Date.parse(event.at);
  return standing.update([heardKey(account)], (records) => {
    const heard = new HeardRecord(records[0]);
    if (event.headerFrom.includes('@'))
      heard.learnPerson(recipientHash(hash)(event.headerFrom), nowMs);
    const { messageId = '' } = event;
    if (messageId !== '') heard.learnMessage(messageItem(hash, messageId), nowMs);
    records[0] = heard.toBytes();
  });
}
