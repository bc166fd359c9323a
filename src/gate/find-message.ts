/** Whose message a delivery is about (FBK-1): by our own token first, else by what servers call it. */
import type { DeliveryEvent } from '../core/event.ts';
import { identityOf } from '../core/identity.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { IdentityProfile, type ContextKey } from '../core/profile/identity-profile.ts';
import type { SentMessage } from '../core/profile/sent-record.ts';
import type { StandingStore } from '../store/standing.ts';
import { CLOCK_MS, MAX_QUEUED_MS, type SentMessages } from './sent-messages.ts';
import { identityKey } from './submission-frame.ts';

export function findMessage(
  event: DeliveryEvent,
  parts: { readonly sent: SentMessages; readonly standing: StandingStore },
): Maybe<SentMessage | undefined> {
  const { account = '', credential, context = '', sentAt } = event;
  if (account === '' || sentAt === undefined) return parts.sent.find(event, true);
  const nowMs = Date.parse(event.at);
  const atMs = Date.parse(sentAt);
  // A token that is kept for later bounces is none of a message that still waits somewhere.
  if (atMs > nowMs + CLOCK_MS || atMs < nowMs - MAX_QUEUED_MS) return undefined;
  const login = account.toLowerCase();
  const identity = identityOf(login, credential);
  return andThen(parts.standing.read([identityKey(identity)]), ([record]) => {
    if (record === undefined) return undefined;
    const row = new IdentityProfile(record).contexts().find(({ key }) => key === context);
    return {
      account: login,
      identity,
      context: row?.halves ?? NO_CONTEXT,
      atMs: Math.floor(atMs / 1000) * 1000,
      recipients: 0,
      isWatched: false,
    };
  });
}

/** Of a context that is not remembered any more: the counts are the account's all the same. */
const NO_CONTEXT: ContextKey = [0, 0];
