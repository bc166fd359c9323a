/**
 * Recipients as keyed hashes. The same ones come at every RCPT, again for the message, and day after
 * day, so the latest are kept: one place for each hash, about 0.5 MiB.
 */
import type { KeyedHash } from '../core/hash.ts';
import { SUPPRESSION_BUCKETS, suppressionBucket } from '../core/profile/suppression-record.ts';
import type { SeenItem } from '../core/profile/seen-record.ts';

const PLACES = 4_096;
/** RFC 5321 section 4.5.3.1.3: a longer one is nobody's and is not kept. */
const MAX_KEPT = 256;

export type RecipientHash = (recipient: string) => SeenItem;

const hashes = new WeakMap<KeyedHash, RecipientHash>();

/** One for each key, for the keys are few. */
export function recipientHash(hash: KeyedHash): RecipientHash {
  let made = hashes.get(hash);
  if (made === undefined) hashes.set(hash, (made = createRecipientHash(hash)));
  return made;
}

function createRecipientHash(hash: KeyedHash): RecipientHash {
  const names = new Array<string>(PLACES).fill('');
  const items = new Array<SeenItem>(PLACES).fill([0, 0]);
  return (recipient) => {
    const place = placeOf(recipient);
    if (names[place] === recipient && recipient !== '') return items[place] as SeenItem;
    const [high = 0, low = 0] = hash.halves(`recipient|${recipient.toLowerCase()}`);
    const item: SeenItem = [high, low];
    if (recipient.length <= MAX_KEPT) {
      names[place] = recipient;
      items[place] = item;
    }
    return item;
  };
}

function placeOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}

/** A Message-ID, as it stands in the header or without its brackets. */
export function messageItem(hash: KeyedHash, messageId: string): SeenItem {
  const bare = messageId.trim().replace(/^<|>$/g, '').slice(0, MAX_KEPT);
  const [high = 0, low = 0] = hash.halves(`message-id|${bare}`);
  return [high, low];
}

const suppressionKeys = new Array<string>(SUPPRESSION_BUCKETS);

/** Made once: a fresh text for each look-up costs more than the look-up. */
export function suppressionKey(recipient: SeenItem): string {
  const bucket = suppressionBucket(recipient);
  return (suppressionKeys[bucket] ??= `x:${bucket}`);
}
