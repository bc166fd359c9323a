/**
 * Whether a message goes to somebody the account knows, and whether what it claims to be is so. An
 * In-Reply-To, a block of forwarded headers and an Auto-Submitted are easily made up: an answer is one
 * when what it answers came in, or whom it answers is known.
 */
import type { SubmissionEvent } from '../core/event.ts';
import { domainOf } from '../core/identity.ts';
import type { DerivedMessage } from '../core/message/derived.ts';
import { RECIPIENT_BITS } from '../core/profile/cluster-record.ts';
import { HeardRecord } from '../core/profile/heard-record.ts';
import type { SeenItem } from '../core/profile/seen-record.ts';
import { WrittenRecord } from '../core/profile/written-record.ts';
import type { StandingRecord } from '../store/standing.ts';
import { messageItem, recipientHash } from './recipients.ts';
import type { Known } from './subject.ts';

/** Recipients and Message-IDs of one message that are looked at. */
const MOST = 100;

interface Seen {
  readonly event: SubmissionEvent;
  readonly derived: DerivedMessage;
  readonly known: Known;
  /** Of the recipients, where they are told already. */
  readonly items: readonly SeenItem[] | undefined;
}

/** Records of the account. */
interface Memory {
  readonly written: StandingRecord;
  readonly heard: StandingRecord;
}

export interface Acquaintance {
  /** Neither an answer nor passed on: those are honestly the same from several people. */
  readonly isNew: boolean;
  /** One bit of `RECIPIENT_BITS` for each recipient. */
  readonly recipients: number;
  /** Whether any recipient is one the account has neither written to nor heard from. */
  readonly hasStranger: boolean;
}

export function acquaintanceOf(seen: Seen, { written, heard }: Memory): Acquaintance {
  const { event, known, items } = seen;
  const inbound = new HeardRecord(heard);
  const outbound = new WrittenRecord(written);
  const hash = recipientHash(known.world.hash);
  let people = 0;
  let strangers = 0;
  let recipients = 0;
  for (const [at, recipient] of event.envelopeRecipients.slice(0, MOST).entries()) {
    const item = items?.[at] ?? hash(recipient);
    recipients |= 1 << (item[0] % RECIPIENT_BITS);
    if (isOurs(recipient, known) || outbound.has(item) || inbound.hasPerson(item)) people += 1;
    else strangers += 1;
  }
  const hasStranger = strangers > 0 || event.envelopeRecipients.length === 0;
  // Nothing follows from what is not known before anything is.
  const remembers = outbound.sinceMs !== 0 || inbound.knowsMessages;
  return { isNew: !isBelieved(people > 0 || !remembers, seen, inbound), recipients, hasStranger };
}

/** It says of itself that it is new. */
export function claimsNothing({ isReply, isForward, isAutomatic }: DerivedMessage): boolean {
  return isReply !== true && isForward !== true && isAutomatic !== true;
}

function isBelieved(
  isToSomebody: boolean,
  { event, derived, known }: Seen,
  inbound: HeardRecord,
): boolean {
  if (claimsNothing(derived)) return false;
  if (isToSomebody) return true;
  // Programs answer whoever writes: without what comes in there is no telling.
  if (derived.isAutomatic === true && !inbound.knowsMessages) return true;
  const { inReplyTo = '', references = [] } = event.message ?? {};
  return [inReplyTo, ...references]
    .slice(0, MOST)
    .some((id) => id !== '' && inbound.hasMessage(messageItem(known.world.hash, id)));
}

/** The mail server knows its own people. */
function isOurs(recipient: string, { world, facts }: Known): boolean {
  const domain = domainOf(recipient);
  return domain === facts.tenant || facts.domains.includes(domain) || world.isOwnDomain(domain);
}
