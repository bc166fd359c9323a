/**
 * Who wrote to an account: answering is not writing to a stranger. The senders have a record of their
 * own, of fixed size, so that mail from many strangers never takes the place of whom it wrote to.
 */
import type { ReceivedEvent } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { SeenRecord, SENDERS_TO_ACCOUNT } from '../core/profile/seen-record.ts';
import type { GateParts } from './parts.ts';
import { recipientHash } from './recipients.ts';
import { senderKey } from './submission-frame.ts';

export function noteReceived(
  event: ReceivedEvent,
  { standing, hash }: Pick<GateParts, 'standing' | 'hash'>,
): Maybe<void> {
  // The null sender is nobody one could answer.
  if (!event.headerFrom.includes('@')) return undefined;
  const keys = [senderKey(event.account.toLowerCase())];
  const sender = recipientHash(hash)(event.headerFrom);
  return andThen(standing.read(keys), ([known]) => {
    if (known !== undefined && new SeenRecord(known, SENDERS_TO_ACCOUNT).has(sender)) return;
    return standing.update(keys, (records) => {
      const record = new SeenRecord(records[0], SENDERS_TO_ACCOUNT);
      record.learn([sender], Date.parse(event.at));
      records[0] = record.toBytes();
    });
  });
}
